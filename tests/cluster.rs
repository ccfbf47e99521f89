//! Reads from a cluster: the real program against a double of the API server.

#![cfg(test)]

#[path = "support/apiserver/mod.rs"]
#[expect(
    clippy::result_large_err,
    reason = "an answer of the server stands for the error, and there are few"
)]
#[expect(dead_code, reason = "a real server is loaded with the same objects")]
mod apiserver;
#[path = "support/clusters.rs"]
mod clusters;
#[path = "support/coverage.rs"]
mod coverage;
#[expect(dead_code, reason = "other commands need the rest")]
mod harness;
#[path = "support/objects.rs"]
mod objects;

use http::StatusCode;
use serde_json::Value;

use apiserver::Cluster;
use apiserver::Listening;
use apiserver::Rule;
use apiserver::Server;
use clusters::many;
use clusters::shop;
use coverage::coverage;
use harness::Cli;
use harness::code;
use harness::text;
use objects::PodObject;

fn cli(server: &Server, user: &str, namespace: &str) -> Cli {
    Cli::new()
        .file("kubeconfig", server.kubeconfig(user, namespace))
        .env("KUBECONFIG", "kubeconfig")
}

#[test]
fn without_a_name_all_that_is_meshed_in_the_namespace_is_read() {
    let server = shop().serve();
    let found = coverage(&cli(&server, "admin", "shop"), &["-v"]);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    assert_eq!(found.failed, [""; 0]);
    assert_eq!(
        found.skipped,
        ["pod/shop/plain: not meshed: no container linkerd-proxy or istio-proxy"]
    );
    assert!(
        found.stderr.contains(
            "note: found 4 linkerd-proxy; 0 of them in a control plane\n\
             note: pods are reached via portforward: the API server forwards ports\n"
        ),
        "{}",
        found.stderr
    );
    assert!(!found.stderr.contains("t0ken"), "{}", found.stderr);
}

#[test]
fn workloads_are_named_as_for_kubectl_and_mixed_with_files() {
    let server = shop().serve();
    let cli = cli(&server, "admin", "shop").file("web.prom", "up 1\n");
    for (names, scraped) in [
        (&["deploy/web"][..], 2),
        (&["deployment.apps/web", "sts/db"], 3),
        (&["rs/web-5f6"], 2),
        (&["pod/web-5f6-a", "deploy/web"], 2),
        (&["svc/web"], 2),
        (&["job/nightly-29"], 1),
        (&["cj/nightly"], 1),
        (&["ns/other"], 1),
        (&["ns/other", "deploy/web", "web.prom"], 4),
    ] {
        let found = coverage(&cli, names);
        assert_eq!(
            (found.code, found.scraped),
            (0, scraped),
            "{names:?}: {}",
            found.stderr
        );
    }
}

#[test]
fn a_name_that_leads_to_nothing_is_a_failure_that_says_why() {
    let server = shop().serve();
    let cli = cli(&server, "admin", "shop");
    let found = coverage(
        &cli,
        &[
            "deploy/web",
            "deploy/wbe",
            "pod/plain",
            "svc/none",
            "ns/empty",
        ],
    );
    assert_eq!((found.code, found.scraped), (3, 2), "{}", found.stderr);
    assert_eq!(
        found.failed,
        [
            "deployment/wbe: no such pod in namespace shop: check the name, and the namespace with -n",
            "namespace/empty: no such pod in namespace empty: check the name, and the namespace with -n",
            "pod/plain: not meshed: no container linkerd-proxy or istio-proxy",
            "service/none: no such service in namespace shop: check the name, and the namespace with -n",
        ]
    );
    let nowhere = coverage(&cli, &["-n", "empty"]);
    assert_eq!(nowhere.code, 2);
    assert_eq!(
        nowhere.stderr,
        "error: cannot read namespace/empty: no meshed pod that runs (there is no pod at all); \
         name another namespace with -n, or take all with -A\n"
    );
    let everywhere = coverage(&cli, &["-A", "deploy/web"]);
    assert!(
        everywhere.stderr.contains("leave -A out"),
        "{}",
        everywhere.stderr
    );
}

#[test]
fn a_file_of_the_same_name_goes_first_and_says_so() {
    let server = shop().serve();
    let cli = cli(&server, "admin", "shop").file("deploy/web", "up 1\n");
    let found = coverage(&cli, &["deploy/web"]);
    assert_eq!((found.code, found.scraped), (0, 1));
    assert_eq!(
        found.stderr,
        "note: deploy/web is read as the file or directory of that name, not as deployment/web\n"
    );
}

#[test]
fn five_hundred_pods_of_ten_shapes_each_come_to_what_they_are() {
    for via in ["portforward", "apiproxy"] {
        let server = many().serve();
        let found = coverage(&cli(&server, "admin", "default"), &["-A", "--via", via]);
        assert_eq!((found.code, found.scraped), (3, 300), "{}", found.stderr);
        assert_eq!((found.failed.len(), found.skipped.len()), (50, 150));
        for failure in &found.failed {
            // A forwarded port may be closed before the client has read why.
            let told = ["connection refused", "does anything listen on this port?"];
            assert!(told.iter().any(|told| failure.ends_with(told)), "{failure}");
        }
        let skipped = |reason: &str| {
            let ends = found.skipped.iter().filter(|skip| skip.ends_with(reason));
            ends.count()
        };
        assert_eq!(skipped(": not running: Pending"), 50);
        assert_eq!(skipped(": not running: Succeeded"), 50);
        assert_eq!(
            skipped(": not meshed: no container linkerd-proxy or istio-proxy"),
            50
        );
        let lists = server.asked();
        let lists: Vec<&String> = lists
            .iter()
            .filter(|asked| asked.contains("limit="))
            .collect();
        assert_eq!(
            lists,
            [
                "admin: GET /api/v1/pods?&limit=500",
                "admin: GET /apis/apps/v1/replicasets?&limit=500"
            ]
        );
    }
}

#[test]
fn pods_are_reached_by_their_address_where_that_is_asked_for() {
    let mut cluster = Cluster::new().with((1..4).map(|n| {
        PodObject::new("shop", &format!("web-{n}"))
            .linkerd()
            .address(&format!("127.88.0.{n}"))
            .build()
    }));
    cluster.pods.linkerd("shop", "web-1");
    cluster.pods.linkerd("shop", "web-2");
    let server = cluster.serve();
    let found = coverage(&cli(&server, "admin", "shop"), &["--via", "direct"]);
    assert_eq!((found.code, found.scraped), (3, 2), "{}", found.stderr);
    assert_eq!(
        found.failed,
        ["shop/web-3/linkerd-proxy: cannot connect to 127.88.0.3:4191: connection refused"]
    );
    assert_eq!(
        server.asked(),
        ["admin: GET /api/v1/namespaces/shop/pods?&limit=500"]
    );
}

#[test]
fn a_list_that_expires_is_begun_anew_and_a_busy_server_asked_again() {
    let mut cluster = Cluster::new()
        .with((0..1201).map(|n| PodObject::new("shop", &format!("plain-{n:04}")).build()));
    cluster = cluster.with([PodObject::new("shop", "web").linkerd().build()]);
    cluster.pods.linkerd("shop", "web");
    cluster.expiring = 1.into();
    cluster.busy = 1.into();
    let server = cluster.serve();
    let found = coverage(&cli(&server, "admin", "shop"), &["--via", "apiproxy"]);
    assert_eq!((found.code, found.scraped), (0, 1), "{}", found.stderr);
    assert_eq!(found.skipped.len(), 1201);
    let pages = "admin: GET /api/v1/namespaces/shop/pods?&limit=500";
    let further = format!("{pages}&continue=");
    let asked = server.asked();
    let shape: Vec<&str> = asked
        .iter()
        .map(|line| match line.strip_prefix(&further) {
            Some(token) => token,
            None if line == pages => "first",
            None => "scrape",
        })
        .collect();
    assert_eq!(
        shape,
        [
            "first", // busy
            "first",
            "shop%2Fplain-0499", // expired
            "first",
            "shop%2Fplain-0499",
            "shop%2Fplain-0999",
            "scrape",
        ]
    );
}

#[test]
fn who_may_not_list_pods_is_told_which_role_would_let_them() {
    let server = shop().user("alice", []).serve();
    let cli = cli(&server, "alice", "shop");
    let denied = cli.verdict(&["audit"]);
    assert_eq!(
        denied,
        "\
exit: 2
--- stderr
error: cannot read namespace/shop: not allowed to list pods in namespace shop (403: pods is forbidden: \
User \"alice\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\")
note: this would allow it, once an administrator applies it:
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: meshctl
  namespace: shop
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [list]
- apiGroups: [\"\"]
  resources: [pods/portforward]
  verbs: [create, get]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [list]
note: and bind it: kubectl create rolebinding meshctl --role=meshctl --user=alice -n shop
"
    );
    let denied = cli.verdict(&["audit", "-A"]);
    assert!(denied.contains("kind: ClusterRole\n"), "{denied}");
    assert!(
        denied.contains("not allowed to list pods in all namespaces (403"),
        "{denied}"
    );
}

#[test]
fn where_no_port_may_be_forwarded_the_proxy_is_taken() {
    let may = |verb: &str, resource: &str| Rule::new("alice", verb, resource, "shop");
    let rules = [
        may("list", "pods"),
        may("get", "pods/proxy"),
        may("get", "pods/portforward"),
    ];
    let server = shop().user("alice", rules).serve();
    let found = coverage(&cli(&server, "alice", "shop"), &["-v"]);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    // To forward is denied since Kubernetes 1.35 for want of `create`, and no reason is given.
    assert!(
        found.stderr.contains(
            "note: pods are reached via apiproxy: no port is forwarded: not allowed to create pods/portforward in \
             namespace shop (403: pods \"db-0\" is forbidden:)\n"
        ),
        "{}",
        found.stderr
    );
    assert!(
        found.stderr.contains("note: workloads are named after their pods' labels: not allowed to list replicasets.apps"),
        "{}",
        found.stderr
    );
    assert!(!found.stderr.contains("kind: Role"), "{}", found.stderr);
    // Without the right to list replica sets a Deployment is still known by its pods' labels.
    let found = coverage(&cli(&server, "alice", "shop"), &["deploy/web"]);
    assert_eq!((found.code, found.scraped), (0, 2), "{}", found.stderr);
    assert!(
        found.stderr.starts_with("note: workloads are named after"),
        "{}",
        found.stderr
    );
}

#[test]
fn where_neither_way_is_allowed_the_role_asks_for_one() {
    let server = shop()
        .user("alice", [Rule::new("alice", "list", "", "shop")])
        .serve();
    let cli = cli(&server, "alice", "shop");
    let found = coverage(&cli, &[]);
    assert_eq!((found.code, found.scraped), (2, 0), "{}", found.stderr);
    assert!(
        found.stderr.contains("resources: [pods/portforward]\n"),
        "{}",
        found.stderr
    );
    assert!(
        !found.stderr.contains("resources: [pods/proxy]\n"),
        "{}",
        found.stderr
    );
    let asked = coverage(&cli, &["--via", "apiproxy"]);
    assert!(
        asked.stderr.contains("resources: [pods/proxy]\n"),
        "{}",
        asked.stderr
    );
    assert!(
        asked
            .stderr
            .contains("not allowed to get pods/proxy in namespace shop (403"),
        "{}",
        asked.stderr
    );
}

#[test]
fn a_server_without_websockets_is_asked_by_proxy() {
    let mut cluster = shop();
    cluster.websockets = false;
    let server = cluster.serve();
    let found = coverage(&cli(&server, "admin", "shop"), &["-v"]);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    assert!(found.stderr.contains("via apiproxy"), "{}", found.stderr);
}

#[test]
fn ports_are_forwarded_by_the_newer_protocol_too() {
    let mut cluster = shop();
    cluster.protocol = "v5.channel.k8s.io";
    let server = cluster.serve();
    let found = coverage(&cli(&server, "admin", "shop"), &["--via", "portforward"]);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
}

#[test]
fn acts_as_another_user_and_groups() {
    let rules = [Rule::new("auditors", "", "", "shop")];
    let server = shop().user("eve", rules).serve();
    let acting = [
        "--as",
        "bob",
        "--as-group",
        "auditors",
        "--as-group",
        "others",
    ];
    let found = coverage(&cli(&server, "admin", "shop"), &acting);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    for asked in server.asked() {
        assert!(asked.starts_with("bob+auditors+others: "), "{asked}");
    }
}

#[test]
fn who_may_not_act_as_another_is_told_what_would_let_them_in_every_release() {
    for constrained in [true, false] {
        let mut cluster = shop().user("eve", []);
        cluster.constrained_impersonation = constrained;
        let server = cluster.serve();
        let acting = ["audit", "--as", "bob", "--as-group", "auditors"];
        let denied = cli(&server, "eve", "shop").verdict(&acting);
        let said = if constrained {
            "pods is forbidden: User \"eve\" cannot impersonate-on:user-info:list resource \"pods\" in API group \"\" \
             in the namespace \"shop\""
        } else {
            "users \"bob\" is forbidden: User \"eve\" cannot impersonate resource \"users\" in API group \"\" \
             at the cluster scope"
        };
        assert_eq!(
            denied,
            format!(
                "\
exit: 2
--- stderr
error: cannot read namespace/shop: not allowed to impersonate users in all namespaces (403: {said})
note: this would allow it, once an administrator applies it:
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: meshctl
rules:
- apiGroups: [\"\"]
  resources: [groups]
  verbs: [impersonate]
- apiGroups: [\"\"]
  resources: [users]
  verbs: [impersonate]
note: and bind it: kubectl create clusterrolebinding meshctl --clusterrole=meshctl --user=eve
"
            )
        );
    }
}

#[test]
fn what_a_pod_refuses_is_not_taken_for_the_api_servers_word() {
    let mut cluster = shop();
    let refuses = Listening::Refuses(StatusCode::FORBIDDEN, "denied by policy");
    cluster.pods.listen("shop", "db-0", 4191, refuses);
    let server = cluster.serve();
    for via in ["apiproxy", "portforward"] {
        let found = coverage(&cli(&server, "admin", "shop"), &["--via", via]);
        assert_eq!((found.code, found.scraped), (3, 3), "{}", found.stderr);
        assert_eq!(
            found.failed,
            ["shop/db-0/linkerd-proxy: HTTP 403 Forbidden: denied by policy"]
        );
        assert!(!found.stderr.contains("kind: Role"), "{}", found.stderr);
    }
}

#[test]
fn other_containers_are_read_by_name() {
    let mut cluster = shop();
    let body = "up 1\n".to_owned();
    cluster.pods.listen(
        "shop",
        "plain",
        8080,
        Listening::Metrics { path: "/m", body },
    );
    let server = cluster.serve();
    let arguments = [
        "pod/plain",
        "--container",
        "app",
        "--port",
        "http",
        "--path",
        "/m",
    ];
    let found = coverage(&cli(&server, "admin", "shop"), &arguments);
    assert_eq!((found.code, found.scraped), (0, 1), "{}", found.stderr);
}

#[test]
fn credentials_that_do_not_hold_are_told_without_being_shown() {
    let server = shop().serve();
    let unknown = cli(&server, "mallory", "shop").verdict(&["audit"]);
    assert!(
        unknown.ends_with(
            "error: cannot read namespace/shop: the API server does not accept these credentials (401): \
             log in again, or choose another --context\n"
        ),
        "{unknown}"
    );
    let kubeconfig = server.kubeconfig("admin", "shop");
    let broken = kubeconfig.replace("t0ken-of-admin\"", "t0ken-of-admin");
    let cli = Cli::new().file("k", &broken).env("KUBECONFIG", "k");
    let verdict = cli.verdict(&["audit"]);
    assert!(
        verdict.contains("kubeconfig k cannot be understood at line 1"),
        "{verdict}"
    );
    assert!(!verdict.contains("t0ken"), "{verdict}");
}

#[cfg(unix)]
#[test]
fn a_credential_plugin_gives_the_token_or_says_nothing_of_it() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let server = shop().serve();
    let credential = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t0ken-of-admin"}}"#;
    let exec = "{\"exec\": {\"apiVersion\": \"client.authentication.k8s.io/v1\", \"command\": \"./plugin\", \
                \"args\": [\"s3cret\"], \"interactiveMode\": \"Never\"}}";
    let kubeconfig = server.kubeconfig("admin", "shop");
    let kubeconfig = kubeconfig.replace("{\"token\":\"t0ken-of-admin\"}", exec);
    let cli = Cli::new()
        .file("kubeconfig", &kubeconfig)
        .file(
            "plugin",
            format!("#!/bin/sh\necho '{credential}'\nexit $EXIT\n"),
        )
        .env("KUBECONFIG", "kubeconfig")
        .env("PATH", "/usr/bin:/bin");
    fs::set_permissions(cli.path().join("plugin"), fs::Permissions::from_mode(0o755)).unwrap();
    let cli = cli.env("EXIT", "0");
    assert_eq!(coverage(&cli, &[]).scraped, 4);
    let failing = cli.env("EXIT", "3");
    let verdict = failing.verdict(&["audit"]);
    assert!(
        verdict.contains("the kubeconfig's credential plugin failed (exit status: 3)"),
        "{verdict}"
    );
    assert!(
        !verdict.contains("t0ken") && !verdict.contains("s3cret"),
        "{verdict}"
    );
}

#[test]
fn what_is_missing_to_reach_a_cluster_is_named() {
    let server = shop().serve();
    let kubeconfig = server.kubeconfig("admin", "shop");
    let last = |verdict: &str| verdict.lines().last().unwrap_or_default().to_owned();
    let named = Cli::new().file("k", &kubeconfig);
    let verdict = named.verdict(&["audit", "--kubeconfig", "k", "--context", "prod"]);
    assert_eq!(
        last(&verdict),
        "error: cannot read the cluster: the kubeconfig has no context prod; it has test"
    );
    let verdict = named.verdict(&["audit", "--kubeconfig", "none"]);
    assert_eq!(
        last(&verdict),
        "error: cannot read the cluster: cannot read kubeconfig none: no such file"
    );
    let verdict = Cli::new().verdict(&["audit", "deploy/web"]);
    assert_eq!(
        last(&verdict),
        "error: cannot read the cluster: there is no kubeconfig: name one with --kubeconfig or KUBECONFIG, \
         or name files to read"
    );
    // Of several in KUBECONFIG some may be missing, and the one at home is found by itself.
    let several = Cli::new()
        .file("k", &kubeconfig)
        .env("KUBECONFIG", "none:k");
    assert_eq!(coverage(&several, &[]).scraped, 4);
    let home = Cli::new()
        .file(".kube/config", &kubeconfig)
        .env("HOME", ".");
    assert_eq!(coverage(&home, &[]).scraped, 4);
}

#[test]
fn discovery_labels_are_what_a_collector_judges_by() {
    let mut cluster = shop();
    let uninteresting = PodObject::new("shop", "foreign")
        .linkerd()
        .label("linkerd.io/control-plane-ns", "another")
        .build();
    cluster = cluster.with([uninteresting]);
    cluster.pods.linkerd("shop", "foreign");
    let server = cluster.serve();
    let config = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/collector/three-jobs.yaml"
    );
    let output =
        cli(&server, "admin", "shop").output(&["filter", "--collector", config, "-o", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let written = document.to_string();
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    // Every rule could be judged, and of five proxies those of this control plane are scraped.
    assert!(written.contains("\"unjudged\":[]"), "{written}");
    assert!(!written.contains("\"unjudged\":[{"), "{written}");
    let arriving = "{\"data_points\":4,\"name\":\"request_total\"";
    assert!(written.contains(arriving), "{written}");
}

#[test]
fn the_least_role_is_printed_for_what_would_be_read() {
    let cli = Cli::new();
    let output = cli.output(&["rbac", "-n", "shop", "--via", "direct", "pod/web-0"]);
    assert_eq!(
        text(&output.stdout),
        "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: meshctl
  namespace: shop
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: meshctl
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: meshctl
subjects:
- kind: ServiceAccount
  name: meshctl
  namespace: shop
"
    );
    let refused = cli.verdict(&["rbac", "web.prom"]);
    assert_eq!(
        refused,
        "exit: 2\n--- stderr\nerror: web.prom is no workload: write it like deploy/web or ns/shop\n"
    );
}

#[test]
fn the_least_role_is_enough_for_what_it_was_printed_for() {
    let flags: [&[&str]; 4] = [
        &["deploy/web"],
        &["svc/web", "--via", "apiproxy"],
        &["cj/nightly"],
        &["-A"],
    ];
    for flags in flags {
        let bare = Cli::new();
        let mut arguments = vec!["rbac", "--user", "alice", "-n", "shop"];
        arguments.extend(flags);
        let output = bare.output(&arguments);
        let yaml = text(&output.stdout);
        let namespace = if flags == ["-A"] { "" } else { "shop" };
        let rules = coverage::rules(&yaml)
            .into_iter()
            .map(|(_, resource, verb)| Rule::new("alice", &verb, &resource, namespace));
        let rules: Vec<Rule> = rules.collect();
        assert!(!rules.is_empty(), "{yaml}");
        let server = shop().user("alice", rules).serve();
        let found = coverage(&cli(&server, "alice", "shop"), flags);
        assert_eq!(found.code, 0, "{flags:?}: {}", found.stderr);
        assert!(
            found.scraped > 0 && !found.stderr.contains("not allowed"),
            "{}",
            found.stderr
        );
    }
}

#[test]
fn flags_that_choose_pods_are_named_where_none_is_looked_for() {
    let server = shop().serve();
    let cli = cli(&server, "admin", "shop").file("web.prom", "up 1\n");
    let flags = [
        "audit",
        "web.prom",
        "-n",
        "shop",
        "-A",
        "-l",
        "app=web",
        "--field-selector",
        "a=b",
    ];
    let all = cli.verdict(&flags);
    assert!(
        all.starts_with(
            "exit: 0\n--- stderr\n\
             warning: -n, -A, -l and --field-selector: no effect, as only files and URLs are read\n"
        ),
        "{all}"
    );
    for command in ["scrape", "diff"] {
        let more: &[&str] = match command {
            "scrape" => &["-o", "saved.tar.zst", "web.prom"],
            _ => &["up", "down", "web.prom"],
        };
        let said = cli.verdict(&[&[command], more, &["-l", "app=web"]].concat());
        assert!(
            said.contains("warning: -l: no effect, as only files and URLs are read\n"),
            "{said}"
        );
    }
    assert_eq!(server.asked(), [""; 0]);
    // What the environment says holds for every run, and beside a workload they choose.
    let standing = cli.env("MESHCTL_NAMESPACE", "shop");
    let said = standing.verdict(&["audit", "web.prom"]);
    assert!(!said.contains("no effect"), "{said}");
    let said = standing.verdict(&["audit", "web.prom", "deploy/web", "-l", "app=web"]);
    assert!(!said.contains("no effect"), "{said}");
}

#[test]
#[cfg(unix)]
fn an_interrupt_while_pods_are_looked_for_ends_the_run() {
    // Takes the connection and says nothing: whoever has connected is looking for pods.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let server = silent.local_addr().unwrap();
    let kubeconfig = shop().serve().kubeconfig("admin", "shop");
    let mut config: Value = serde_json::from_str(&kubeconfig).unwrap();
    config["clusters"][0]["cluster"]["server"] = format!("http://{server}").into();
    let cli = Cli::new()
        .file("kubeconfig", config.to_string())
        .env("KUBECONFIG", "kubeconfig");
    let child = cli.command(&["audit"]).spawn().unwrap();
    let connection = silent.accept().unwrap();
    let kill = format!("kill -INT {}", child.id());
    let sent = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(connection);
    let said = text(&output.stderr);
    assert!(
        said.starts_with("interrupted: ")
            && said.contains("the cluster: its pods were not found before the run had to end"),
        "{said}"
    );
    assert_eq!(code(&output), 130);
}

#[test]
fn targets_come_from_standard_input_as_from_a_file() {
    let mut cluster = Cluster::new();
    let pod = PodObject::new("shop", "web").address("127.88.1.1").build();
    cluster = cluster.with([pod]);
    cluster.pods.linkerd("shop", "web");
    let server = cluster.serve();
    let list = r#"[{"targets": ["127.88.1.1:4191"], "labels": {"team": "a"}}]"#;
    let found = coverage(
        &cli(&server, "admin", "shop").stdin(list),
        &["--targets", "-"],
    );
    assert_eq!((found.code, found.scraped), (0, 1), "{}", found.stderr);
    let cli = Cli::new().stdin(list);
    for twice in [
        &["audit", "--targets", "-", "-"][..],
        &["audit", "--targets", "-", "--targets", "-"],
    ] {
        let said = cli.verdict(twice);
        assert!(
            said.starts_with("exit: 2\n") && said.contains("standard input can be read only once"),
            "{said}"
        );
    }
}
