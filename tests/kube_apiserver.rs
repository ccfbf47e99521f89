//! Reads from a cluster: the real program against a real kube-apiserver with a real etcd.
//!
//! Without them, which `tests/kube_apiserver/build.sh` builds, every test here says so and passes. What takes a
//! kubelet stays with the double in `tests/cluster.rs`, and the double answers here beside the real one.

#![cfg(test)]
#![cfg(unix)]

#[path = "support/apiserver/mod.rs"]
#[expect(
    clippy::result_large_err,
    reason = "an answer of the server stands for the error, and there are few"
)]
#[expect(dead_code, reason = "there is no double of what a real one has")]
mod apiserver;
#[path = "support/clusters.rs"]
#[expect(dead_code, reason = "each test has a shop of its own")]
mod clusters;
#[path = "support/coverage.rs"]
mod coverage;
#[expect(dead_code, reason = "other commands need the rest")]
mod harness;
#[path = "support/objects.rs"]
mod objects;
#[path = "support/kube_apiserver/mod.rs"]
#[expect(
    clippy::result_large_err,
    reason = "how a WebSocket is refused is not ours to choose"
)]
mod real;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::Request;
use serde_json::Value;
use serde_json::json;

use apiserver::Cluster;
use apiserver::Listening;
use apiserver::Rule;
use clusters::many;
use clusters::shop_called;
use coverage::coverage;
use coverage::rules;
use harness::Cli;
use harness::text;
use objects::PodObject;
use real::Real;

/// Pods are asked at their addresses, which are on this machine, unless a test is about another way.
const DIRECT: [&str; 2] = ["--via", "direct"];

fn cli(kubeconfig: &Value) -> Cli {
    Cli::new()
        .file("kubeconfig", kubeconfig.to_string())
        .env("KUBECONFIG", "kubeconfig")
}

fn cli_of(real: &Real, user: &str, namespace: &str) -> Cli {
    cli(&real.kubeconfig(user, namespace))
}

fn with<'a>(some: &[&'a str], others: &[&'a str]) -> Vec<&'a str> {
    [some, others].concat()
}

#[test]
fn five_hundred_pods_of_ten_shapes_each_come_to_what_they_are() {
    let Some(real) = real::cluster() else { return };
    real.load(&many());
    let cli = cli_of(real, "ann", "default");
    for via in ["direct", "portforward"] {
        let found = coverage(&cli, &["-A", "-l", "part=many", "--via", via, "-v"]);
        assert_eq!((found.code, found.scraped), (3, 300), "{}", found.stderr);
        assert_eq!((found.failed.len(), found.skipped.len()), (50, 150));
        for failure in &found.failed {
            // A forwarded port may be closed before the client has read why.
            let told = ["onnection refused", "does anything listen on this port?"];
            assert!(told.iter().any(|told| failure.contains(told)), "{failure}");
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
        assert!(
            found.stderr.contains(
                "note: found 300 linkerd-proxy, 50 istio-proxy; 0 of them in a control plane\n"
            ),
            "{}",
            found.stderr
        );
        if via == "direct" {
            assert_eq!(
                real.asked("ann", 2),
                [
                    "list /api/v1/pods?&labelSelector=part%3Dmany&limit=500: 200",
                    "list /apis/apps/v1/replicasets?&limit=500: 200"
                ]
            );
        }
    }
}

#[test]
fn a_list_of_several_pages_is_read_to_its_end() {
    let Some(real) = real::cluster() else { return };
    let plain = |n: u32| {
        PodObject::new("crowd", &format!("plain-{n:04}"))
            .phase("Pending")
            .build()
    };
    let last = PodObject::new("crowd", "web").linkerd().build();
    let mut crowd = Cluster::new().with((0..1001).map(plain)).with([last]);
    crowd.pods.linkerd("crowd", "web");
    real.load(&crowd);
    let found = coverage(&cli_of(real, "ben", "crowd"), &DIRECT);
    assert_eq!((found.code, found.scraped), (0, 1), "{}", found.stderr);
    assert_eq!(found.skipped.len(), 1001);
    let asked = real.asked("ben", 3);
    let first = "list /api/v1/namespaces/crowd/pods?&limit=500";
    assert_eq!(asked[0], format!("{first}: 200"));
    let token = |line: &str| {
        let token = line.strip_prefix(first)?.strip_prefix("&continue=")?;
        let token = token.strip_suffix(": 200")?.trim_end_matches("%3D");
        let token: Value = serde_json::from_slice(&STANDARD_NO_PAD.decode(token).ok()?).ok()?;
        Some(token["start"].as_str()?.trim_start_matches('/').to_owned())
    };
    let tokens: Vec<Option<String>> = asked[1..].iter().map(|line| token(line)).collect();
    assert_eq!(
        tokens,
        [
            Some("plain-0499\0".to_owned()),
            Some("plain-0999\0".to_owned())
        ],
        "{asked:?}"
    );
}

#[test]
fn workloads_are_found_through_those_who_own_their_pods() {
    let Some(real) = real::cluster() else { return };
    let agent = PodObject::new("shop", "agent-x").linkerd();
    let mut shop = shop_called("shop", "other").with([agent.owner("DaemonSet", "agent").build()]);
    shop.pods.linkerd("shop", "agent-x");
    real.load(&shop);
    let cli = cli_of(real, "admin", "shop");
    for (names, scraped) in [
        (&[][..], 5),
        (&["deploy/web"], 2),
        (&["deployment.apps/web", "sts/db"], 3),
        (&["rs/web-5f6"], 2),
        (&["ds/agent"], 1),
        (&["pod/web-5f6-a", "deploy/web"], 2),
        (&["svc/web"], 2),
        (&["job/nightly-29"], 1),
        (&["cj/nightly"], 1),
        (&["ns/other"], 1),
        (&["ns/other", "deploy/web"], 3),
    ] {
        let found = coverage(&cli, &with(&DIRECT, names));
        assert_eq!(
            (found.code, found.scraped),
            (0, scraped),
            "{names:?}: {}",
            found.stderr
        );
    }
    let lost = coverage(
        &cli,
        &with(
            &DIRECT,
            &["deploy/wbe", "svc/none", "pod/plain", "pod/db-0"],
        ),
    );
    assert_eq!((lost.code, lost.scraped), (3, 1), "{}", lost.stderr);
    assert_eq!(
        lost.failed,
        [
            "deployment/wbe: no such pod in namespace shop: check the name, and the namespace with -n",
            "pod/plain: not meshed: no container linkerd-proxy or istio-proxy",
            "service/none: no such service in namespace shop: check the name, and the namespace with -n",
        ]
    );
}

#[test]
fn the_role_that_is_printed_is_enough_for_what_was_denied() {
    let Some(real) = real::cluster() else { return };
    let scopes: [(&str, &str, &[&str]); 4] = [
        ("alice", "shop-alice", &["deploy/web"]),
        ("carol", "shop-carol", &["svc/web"]),
        ("dave", "shop-dave", &["cj/nightly"]),
        ("erin", "shop-erin", &["-A", "-l", "app=web"]),
    ];
    for (user, namespace, flags) in scopes {
        real.load(&shop_called(namespace, &format!("other-{user}")));
        let all = flags.contains(&"-A");
        let flags = with(&DIRECT, flags);
        let cli = cli_of(real, user, namespace);
        let denied = coverage(&cli, &flags);
        assert_eq!((denied.code, denied.scraped), (2, 0), "{}", denied.stderr);
        let said = match user {
            "carol" => "services \"web\" is forbidden: User \"carol\" cannot get resource \"services\" in API group \"\" \
                        in the namespace \"shop-carol\""
                .to_owned(),
            "erin" => "not allowed to list pods in all namespaces (403: pods is forbidden: User \"erin\" cannot list \
                       resource \"pods\" in API group \"\" at the cluster scope)"
                .to_owned(),
            _ => format!(
                "not allowed to list pods in namespace {namespace} (403: pods is forbidden: User \"{user}\" cannot list \
                 resource \"pods\" in API group \"\" in the namespace \"{namespace}\")"
            ),
        };
        assert!(denied.stderr.contains(&said), "{}", denied.stderr);
        let yaml = roles(&cli, &with(&["--user", user, "-n", namespace], &flags));
        // What the denial would have applied is the same role.
        let role = yaml.split("---\n").next().unwrap();
        assert!(denied.stderr.contains(role), "{}\n{yaml}", denied.stderr);
        real.create(&yaml);
        let namespace = (!all).then_some(namespace);
        real.wait_until_allowed(user, &rules(&yaml), namespace);
        let found = coverage(&cli, &flags);
        assert_eq!(found.code, 0, "{flags:?}: {}", found.stderr);
        assert!(found.scraped > 0, "{flags:?}");
        assert!(!found.stderr.contains("not allowed"), "{}", found.stderr);
    }
}

/// What `meshctl rbac` prints.
fn roles(cli: &Cli, arguments: &[&str]) -> String {
    let output = cli.output(&with(&["rbac"], arguments));
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_api_server_asks_pods_for_whom_it_allows_to() {
    let Some(real) = real::cluster() else { return };
    let loopback = PodObject::new("proxied", "loopback").linkerd().build();
    let mut proxied = Cluster::new().with([loopback]);
    let outward = real::outward_address();
    if let Some(address) = outward {
        let open = real::free_port();
        let closed = real::free_port();
        let pod = |name: &str, port| {
            PodObject::new("proxied", name)
                .container("linkerd-proxy", &[("linkerd-admin", port)])
                .address(&address.to_string())
                .build()
        };
        proxied = proxied.with([pod("web", open), pod("mute", closed)]);
        let body = "up 1\n".to_owned();
        let path = "/metrics";
        let metrics = Listening::Metrics { path, body };
        proxied.pods.listen("proxied", "web", open, metrics);
    }
    real.load(&proxied);
    let via = ["--via", "apiproxy"];
    let admin = coverage(&cli_of(real, "admin", "proxied"), &via);
    let loopback = "proxied/loopback/linkerd-proxy: HTTP 400: address not allowed";
    assert!(
        admin.failed.iter().any(|failure| failure == loopback),
        "{:?}{}",
        admin.failed,
        admin.stderr
    );
    if outward.is_none() {
        // Without a network of its own there is no address that an API server would proxy to.
        return;
    }
    assert_eq!((admin.code, admin.scraped), (3, 1), "{}", admin.stderr);
    assert!(
        admin.failed[1].starts_with(
            "proxied/mute/linkerd-proxy: HTTP 503: error trying to reach service: dial tcp "
        ) && admin.failed[1].ends_with(": connect: connection refused"),
        "{:?}",
        admin.failed
    );
    let flags = with(&via, &["pod/web"]);
    let cli = cli_of(real, "frank", "proxied");
    let yaml = roles(&cli, &with(&["--user", "frank", "-n", "proxied"], &flags));
    let listing = yaml.replace("pods/proxy", "pods/log");
    real.create(&listing);
    real.wait_until_allowed("frank", &rules(&listing), Some("proxied"));
    let denied = coverage(&cli, &flags);
    assert_eq!((denied.code, denied.scraped), (2, 0), "{}", denied.stderr);
    assert!(
        denied
            .stderr
            .contains("not allowed to get pods/proxy in namespace proxied (403: pods \"web:"),
        "{}",
        denied.stderr
    );
    real.create(&yaml.replace("name: meshctl", "name: whole"));
    real.wait_until_allowed("frank", &rules(&yaml), Some("proxied"));
    let found = coverage(&cli, &flags);
    assert_eq!((found.code, found.scraped), (0, 1), "{}", found.stderr);
}

#[test]
fn acts_as_another_only_with_leave() {
    let Some(real) = real::cluster() else { return };
    real.load(&shop_called("shop-acting", "other-acting"));
    let cli = cli_of(real, "eve", "shop-acting");
    let acting = ["--as", "bob", "--as-group", "auditors"];
    let flags = with(&acting, &DIRECT);
    let denied = coverage(&cli, &flags);
    assert_eq!((denied.code, denied.scraped), (2, 0), "{}", denied.stderr);
    let (error, role) = denied.stderr.split_once("apiVersion: ").unwrap();
    assert_eq!(
        error,
        "error: cannot read namespace/shop-acting: not allowed to impersonate users in all namespaces \
         (403: pods is forbidden: User \"eve\" cannot impersonate-on:user-info:list resource \"pods\" in API group \"\" \
         in the namespace \"shop-acting\")\n\
         note: this would allow it, once an administrator applies it:\n"
    );
    let (role, command) = role.split_once("note: ").unwrap();
    assert_eq!(
        command,
        "and bind it: kubectl create clusterrolebinding meshctl --clusterrole=meshctl --user=eve\n"
    );
    // What the command would bind, under a name of its own.
    let role = format!("apiVersion: {role}").replace("name: meshctl", "name: acting");
    real.create(&role);
    real.create(&binding(
        "ClusterRoleBinding",
        None,
        "ClusterRole",
        "User",
        "eve",
    ));
    real.wait_until_allowed("eve", &rules(&role), None);
    // Now it is bob who may not.
    let denied = coverage(&cli, &flags);
    assert!(
        denied.stderr.starts_with(
            "error: cannot read namespace/shop-acting: not allowed to list pods in namespace shop-acting \
             (403: pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \
             \"shop-acting\")\n"
        ),
        "{}",
        denied.stderr
    );
    let yaml = roles(
        &cli,
        &with(&["--group", "auditors", "-n", "shop-acting"], &DIRECT),
    );
    real.create(&yaml);
    real.wait_until_allowed_in_group("bob", "auditors", &rules(&yaml), Some("shop-acting"));
    let found = coverage(&cli, &flags);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    let asked = real.asked("eve", 5);
    let as_bob = " as bob of [\"auditors\",\"system:authenticated\"]: 200";
    assert!(
        asked.iter().any(|asked| asked.ends_with(as_bob)),
        "{asked:?}"
    );
    // A service account is acted as by its own permission.
    let account = "system:serviceaccount:shop-acting:default";
    let denied = coverage(
        &cli_of(real, "grace", "shop-acting"),
        &with(&["--as", account], &DIRECT),
    );
    assert!(
        denied
            .stderr
            .contains("not allowed to impersonate serviceaccounts ")
            && denied.stderr.contains("kind: Role\n")
            && denied.stderr.contains("  namespace: shop-acting\n")
            && denied
                .stderr
                .contains("resources: [serviceaccounts]\n  verbs: [impersonate]\n"),
        "{}",
        denied.stderr
    );
}

/// Binds the role `acting`.
fn binding(kind: &str, namespace: Option<&str>, role: &str, subject: &str, name: &str) -> String {
    let place = namespace.map_or_else(String::new, |name| format!("  namespace: {name}\n"));
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: acting\n{place}\
         roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {role}\n  name: acting\n\
         subjects:\n- kind: {subject}\n  apiGroup: rbac.authorization.k8s.io\n  name: {name}\n"
    )
}

#[test]
fn a_service_account_reads_with_its_token_and_the_role_for_it() {
    let Some(real) = real::cluster() else { return };
    real.load(&shop_called("shop-account", "other-account"));
    let token = real.account_token("shop-account", "meshctl");
    let cli = cli(&real.kubeconfig_with(&json!({"token": token}), "shop-account"));
    let denied = coverage(&cli, &DIRECT);
    assert!(
        denied
            .stderr
            .contains("User \"system:serviceaccount:shop-account:meshctl\" cannot list")
            && denied
                .stderr
                .contains(" --serviceaccount=shop-account:meshctl -n shop-account\n"),
        "{}",
        denied.stderr
    );
    // It is whom roles are for unless somebody else is named.
    let yaml = roles(&cli, &with(&["-n", "shop-account"], &DIRECT));
    real.create(&yaml);
    let user = "system:serviceaccount:shop-account:meshctl";
    real.wait_until_allowed(user, &rules(&yaml), Some("shop-account"));
    let found = coverage(&cli, &DIRECT);
    assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    assert!(!found.stderr.contains(&token), "{}", found.stderr);
}

#[test]
fn credentials_that_do_not_hold_are_told_without_being_shown() {
    let Some(real) = real::cluster() else { return };
    let denied = cli_of(real, "mallory", "default").verdict(&["audit"]);
    assert_eq!(
        denied,
        "exit: 2\n--- stderr\n\
         error: cannot read namespace/default: the API server does not accept these credentials (401): \
         log in again, or choose another --context\n"
    );
}

#[test]
fn the_api_server_is_known_by_its_authority_and_knows_clients_by_theirs() {
    let Some(real) = real::cluster() else { return };
    real.load(&shop_called("shop-tls", "other-tls"));
    let identity = real.client_certificate("heidi", "system:masters");
    let certificate = json!({
        "client-certificate-data": STANDARD.encode(&identity.certificate),
        "client-key-data": STANDARD.encode(&identity.key),
    });
    let mut kubeconfig = real.kubeconfig_with(&certificate, "shop-tls");
    let scraped = |kubeconfig: &Value| {
        let found = coverage(&cli(kubeconfig), &DIRECT);
        (found.code, found.scraped, found.stderr)
    };
    assert_eq!(scraped(&kubeconfig), (0, 4, String::new()));
    let told = |kubeconfig: &Value| {
        let verdict = cli(kubeconfig).verdict(&["audit"]);
        verdict.lines().last().unwrap_or_default().to_owned()
    };
    let cluster = "/clusters/0/cluster";
    // Another name, which the certificate has, and one that it has not.
    let at = |kubeconfig: &mut Value, key: &str, value: Value| {
        kubeconfig.pointer_mut(cluster).unwrap()[key] = value;
    };
    at(
        &mut kubeconfig,
        "tls-server-name",
        json!("kubernetes.default.svc"),
    );
    assert_eq!(scraped(&kubeconfig).1, 4);
    at(
        &mut kubeconfig,
        "tls-server-name",
        json!("kubernetes.example"),
    );
    let address = real.address();
    let untrusted = "its certificate comes from nobody who is trusted: check the certificate-authority in the kubeconfig";
    assert_eq!(
        told(&kubeconfig),
        format!(
            "error: cannot read namespace/shop-tls: https://{address}: its certificate is for another name: \
             check the server in the kubeconfig, or its tls-server-name"
        )
    );
    at(&mut kubeconfig, "tls-server-name", Value::Null);
    let stranger = STANDARD.encode(real::Authority::new().pem);
    at(
        &mut kubeconfig,
        "certificate-authority-data",
        json!(stranger),
    );
    assert_eq!(
        told(&kubeconfig),
        format!("error: cannot read namespace/shop-tls: https://{address}: {untrusted}")
    );
    at(&mut kubeconfig, "certificate-authority-data", Value::Null);
    assert_eq!(
        told(&kubeconfig),
        format!("error: cannot read namespace/shop-tls: https://{address}: {untrusted}")
    );
    at(&mut kubeconfig, "insecure-skip-tls-verify", json!(true));
    assert_eq!(scraped(&kubeconfig).1, 4);
}

#[test]
fn a_port_is_forwarded_for_whom_may_create_that_and_else_the_proxy_is_taken() {
    let Some(real) = real::cluster() else { return };
    real.load(&shop_called("shop-forward", "other-forward"));
    let cli = cli_of(real, "grace", "shop-forward");
    let flags = ["--via", "portforward", "-v"];
    let yaml = roles(
        &cli,
        &with(&["--user", "grace", "-n", "shop-forward"], &flags[..2]),
    );
    let getting = yaml.replace("[create, get]", "[get]");
    assert_ne!(getting, yaml);
    real.create(&getting);
    real.wait_until_allowed("grace", &rules(&getting), Some("shop-forward"));
    let denied = coverage(&cli, &flags);
    assert_eq!((denied.code, denied.scraped), (2, 0), "{}", denied.stderr);
    assert!(
        denied.stderr.contains(
            "not allowed to create pods/portforward in namespace shop-forward (403: pods \"db-0\" is forbidden:)"
        ) && denied
            .stderr
            .contains("  resources: [pods/portforward]\n  verbs: [create, get]\n"),
        "{}",
        denied.stderr
    );
    let turned = coverage(&cli, &["-v"]);
    assert!(
        turned.stderr.contains(
            "note: pods are reached via apiproxy: no port is forwarded: not allowed to create pods/portforward in \
             namespace shop-forward (403: pods \"db-0\" is forbidden:)\n"
        ) && turned
            .stderr
            .contains("not allowed to get pods/proxy in namespace shop-forward (403"),
        "{}",
        turned.stderr
    );
    real.create(&yaml.replace("name: meshctl", "name: whole"));
    real.wait_until_allowed("grace", &rules(&yaml), Some("shop-forward"));
    for flags in [&flags[..], &["-v"]] {
        let found = coverage(&cli, flags);
        assert_eq!((found.code, found.scraped), (0, 4), "{}", found.stderr);
    }
    let auto = coverage(&cli, &["-v"]);
    assert!(
        auto.stderr
            .contains("note: pods are reached via portforward: the API server forwards ports\n"),
        "{}",
        auto.stderr
    );
}

/// What both servers are asked: who asks, as whom if not as themselves, and for what.
const QUESTIONS: [(&str, &str, &str); 16] = [
    ("mallory", "", "/api/v1/namespaces/shop-both/pods"),
    ("bob", "", "/api/v1/namespaces/shop-both/pods?limit=500"),
    ("bob", "", "/api/v1/pods"),
    ("bob", "", "/apis/apps/v1/namespaces/shop-both/replicasets"),
    ("bob", "", "/api/v1/namespaces/shop-both/services/web"),
    (
        "bob",
        "",
        "/api/v1/namespaces/shop-both/pods/db-0:4191/proxy/metrics",
    ),
    (
        "bob",
        "",
        "/api/v1/namespaces/shop-both/pods/db-0/portforward?ports=4191",
    ),
    ("bob", "ann", "/api/v1/namespaces/shop-both/pods"),
    ("admin", "ivan", "/api/v1/namespaces/shop-both/pods"),
    ("admin", "", "/api/v1/namespaces/shop-both/services/none"),
    (
        "admin",
        "",
        "/apis/apps/v1/namespaces/shop-both/replicasets/none",
    ),
    (
        "admin",
        "",
        "/api/v1/namespaces/shop-both/pods/none:4191/proxy/metrics",
    ),
    (
        "admin",
        "",
        "/api/v1/namespaces/shop-both/pods/plain:4191/proxy/metrics",
    ),
    ("admin", "", "/api/v1/namespaces/shop-both/nonsense"),
    ("admin", "", "/apis/none/v1/x"),
    (
        "admin",
        "",
        "/api/v1/namespaces/shop-both/events?limit=1&continue=OLD",
    ),
];

#[test]
fn the_double_refuses_in_the_words_of_the_real_one() {
    let Some(real) = real::cluster() else { return };
    let mut cluster = shop_called("shop-both", "other-both");
    real.load(&cluster);
    real.forget_before_now();
    let address = PodObject::new("shop-both", "plain").address("127.0.0.1");
    cluster = cluster.with([address.build()]).user("bob", []);
    cluster.expiring = 1.into();
    let double = cluster.serve();
    let old = STANDARD_NO_PAD.encode(r#"{"v":"meta.k8s.io/v1","rv":2,"start":"a\u0000"}"#);
    for (user, acting, path) in QUESTIONS {
        let mut request = Request::get(path.replace("OLD", &old));
        if !acting.is_empty() {
            request = request.header("impersonate-user", acting);
        }
        let request = request.body(Vec::new()).unwrap();
        let kubeconfig: Value = serde_json::from_str(&double.kubeconfig(user, "default")).unwrap();
        let (told, said) = real.block_on(async {
            let client = real::client(&real.kubeconfig(user, "default")).await;
            let told = real::ask(&client, request.clone()).await;
            let client = real::client(&kubeconfig).await;
            (told, real::ask(&client, request).await)
        });
        let (told, said) = (without_token(told), without_token(said));
        assert!(told.0 >= 400, "{path}: {told:?}");
        assert_eq!(said, told, "{user} {acting} {path}");
    }
}

/// An answer without the text of a token that it may hold: each server makes them in its own way.
fn without_token((code, mut body): (u16, Value)) -> (u16, Value) {
    if let Some(token) = body.pointer_mut("/metadata/continue") {
        *token = json!(token.is_string());
    }
    (code, body)
}

#[test]
fn the_double_lists_as_the_real_one_does() {
    let Some(real) = real::cluster() else { return };
    let cluster = shop_called("shop-lists", "other-lists");
    real.load(&cluster);
    let double = cluster.user("ann", [Rule::everything("ann")]).serve();
    let partial = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    let pods = "/api/v1/namespaces/shop-lists/pods";
    let sets = "/apis/apps/v1/namespaces/shop-lists/replicasets";
    for (path, accept) in [
        (format!("{pods}?limit=2"), "application/json"),
        (
            format!("{pods}?limit=2&labelSelector=app"),
            "application/json",
        ),
        (
            format!("{pods}?limit=1&labelSelector=app"),
            "application/json",
        ),
        (
            format!("{pods}?fieldSelector=metadata.name%3Ddb-0"),
            "application/json",
        ),
        (
            format!("{pods}?limit=500&fieldSelector=metadata.name%3Dnone"),
            "application/json",
        ),
        (format!("{sets}?limit=500"), partial),
        (format!("{sets}?limit=500&labelSelector=none"), partial),
        (
            "/apis/batch/v1/namespaces/shop-lists/jobs?limit=1".to_owned(),
            partial,
        ),
    ] {
        let request = Request::get(&path).header("accept", accept);
        let request = request.body(Vec::new()).unwrap();
        let kubeconfig = serde_json::from_str(&double.kubeconfig("admin", "default")).unwrap();
        let (told, said) = real.block_on(async {
            let client = real::client(&real.kubeconfig("admin", "default")).await;
            let told = real::ask(&client, request.clone()).await;
            let client = real::client(&kubeconfig).await;
            (told, real::ask(&client, request).await)
        });
        assert_eq!(shape(&said.1), shape(&told.1), "{path}");
    }
}

/// A list without what differs from server to server: who is in it, and what is said of how it goes on.
fn shape(list: &Value) -> Value {
    let items = list["items"].as_array();
    let items = items.map(|items| {
        let items = items.iter().map(|item| {
            json!({
                "kind": item["kind"], "name": item["metadata"]["name"],
                "spec": item["spec"].is_object(), "status": item["status"].is_object(),
            })
        });
        items.collect::<Vec<Value>>()
    });
    json!({
        "kind": list["kind"], "apiVersion": list["apiVersion"], "items": items,
        "more": list["metadata"]["continue"].is_string(),
        "left": list["metadata"]["remainingItemCount"],
        "version": list["metadata"]["resourceVersion"].is_string(),
    })
}
