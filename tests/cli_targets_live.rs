//! `meshctl targets` over a running cluster: the real program against a double of the API server.

#![cfg(test)]

#[path = "support/apiserver/mod.rs"]
#[expect(
    clippy::result_large_err,
    reason = "an answer of the server stands for the error, and there are few"
)]
#[expect(dead_code, unused_imports, reason = "other commands need the rest")]
mod apiserver;
#[expect(dead_code, reason = "other commands need the rest")]
mod harness;
#[path = "support/objects.rs"]
#[expect(dead_code, reason = "other commands need the rest")]
mod objects;

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use apiserver::Cluster;
use apiserver::Rule;
use apiserver::Server;
use harness::Cli;
use harness::code;
use harness::text;
use objects::PodObject;

/// Every kind that any role asks for: 29 pods and what belongs to them.
fn mesh() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/kubernetes/mesh.json");
    let list: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    list["items"].as_array().unwrap().clone()
}

/// A configuration of one job with these entries of `kubernetes_sd_configs`.
fn prometheus(entries: &str) -> String {
    format!(
        "scrape_configs:\n- job_name: j\n  scrape_interval: 30s\n  kubernetes_sd_configs: [{entries}]\n"
    )
}

fn cli(server: &Server, user: &str) -> Cli {
    Cli::new()
        .file("kubeconfig", server.kubeconfig(user, "default"))
        .env("KUBECONFIG", "kubeconfig")
}

fn document(cli: &Cli, arguments: &[&str]) -> Value {
    let output = cli.output(&[&["targets", "-o", "json"], arguments].concat());
    let document = serde_json::from_slice(&output.stdout);
    document.unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

/// What was listed, as the path of each list.
fn lists(server: &Server) -> Vec<String> {
    let asked = server.asked().into_iter();
    asked
        .map(|line| {
            let (_, path) = line.split_once("GET ").unwrap();
            path.split('?').next().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn a_running_cluster_answers_as_its_saved_objects_do() {
    let core = |plural: &str| format!("/api/v1/{plural}");
    let (slices, ingresses) = (
        "/apis/discovery.k8s.io/v1/endpointslices",
        "/apis/networking.k8s.io/v1/ingresses",
    );
    let (sets, jobs) = ("/apis/apps/v1/replicasets", "/apis/batch/v1/jobs");
    let attached = "{role: pod, attach_metadata: {node: true, namespace: true, deployment: true, job: true, \
                    cronjob: true}}";
    let cases = [
        ("{role: pod}", vec!["Pod"], vec![core("pods")]),
        (
            "{role: service}",
            vec!["Pod", "Service"],
            vec![core("pods"), core("services")],
        ),
        (
            "{role: endpoints}",
            vec!["Pod", "Service", "Endpoints"],
            vec![core("pods"), core("services"), core("endpoints")],
        ),
        (
            "{role: endpointslice, attach_metadata: {node: true}}",
            vec!["Pod", "Service", "EndpointSlice", "Node"],
            vec![
                core("pods"),
                core("services"),
                slices.to_owned(),
                core("nodes"),
            ],
        ),
        (
            "{role: node}",
            vec!["Pod", "Node"],
            vec![core("pods"), core("nodes")],
        ),
        (
            "{role: ingress}",
            vec!["Pod", "Ingress"],
            vec![core("pods"), ingresses.to_owned()],
        ),
        (
            attached,
            vec!["Pod", "Node", "Namespace", "ReplicaSet", "Job"],
            vec![
                core("pods"),
                core("nodes"),
                core("namespaces"),
                sets.to_owned(),
                jobs.to_owned(),
            ],
        ),
    ];
    let server = Cluster::new().with(mesh()).serve();
    for (entries, kinds, paths) in cases {
        let of_kind = |object: &Value| kinds.contains(&object["kind"].as_str().unwrap());
        let items: Vec<Value> = mesh().into_iter().filter(of_kind).collect();
        let saved = json!({"apiVersion": "v1", "kind": "List", "items": items});
        let cli = cli(&server, "admin")
            .file("prometheus.yml", prometheus(entries))
            .file("objects.json", saved.to_string());
        let release = ["prometheus.yml", "--collector-version", "0.156.0"];
        let mut live = document(&cli, &release);
        assert_eq!(lists(&server), paths, "{entries}");
        let mut from_file = document(&cli, &[&release[..], &["objects.json"]].concat());
        assert_eq!(lists(&server), [""; 0], "{entries}");
        assert_eq!(live["inputs"], json!(["prometheus.yml"]));
        assert!(live["discovered"].as_u64().unwrap() > 0, "{entries}");
        assert_eq!(live["notices"], json!([]), "{entries}");
        live["inputs"].take();
        from_file["inputs"].take();
        assert_eq!(live, from_file, "{entries}");
    }
}

#[test]
fn what_a_collector_scrapes_is_found_in_pages_whoever_is_busy() {
    let pods = (0..1100).map(|n| {
        let pod = PodObject::new("shop", &format!("web-{n:04}")).linkerd();
        let address = format!("10.9.{}.{}", n / 200, n % 200);
        let mut pod = pod.address(&address).build();
        pod["metadata"]["managedFields"] = json!([{"manager": "kubelet"}]);
        pod
    });
    let mut cluster = Cluster::new().with(pods);
    cluster.expiring = 1.into();
    cluster.busy = 1.into();
    let server = cluster.serve();
    let collector = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/collector/otel-mesh.yaml");
    let found = document(&cli(&server, "admin"), &[collector.to_str().unwrap()]);
    assert_eq!(found["proxies_scraped"], 1100);
    assert_eq!(found["objects_repeated"], 0);
    // Once refused, two pages of which the second has expired, and three.
    assert_eq!(lists(&server), ["/api/v1/pods"; 6]);
}

#[test]
fn only_namespaces_that_the_configuration_names_are_listed() {
    let pods = ["shop", "ops", "other"].map(|namespace| {
        PodObject::new(namespace, "web")
            .linkerd()
            .label("app", "web")
            .build()
    });
    let server = Cluster::new().with(pods).serve();
    let entries =
        "{role: pod, namespaces: {names: [shop]}}, {role: service, namespaces: {names: [ops]}}";
    let cli = cli(&server, "admin").file("prometheus.yml", prometheus(entries));
    let named = cli.output(&["targets", "prometheus.yml", "-o", "json"]);
    assert_eq!(
        lists(&server),
        [
            "/api/v1/namespaces/ops/pods",
            "/api/v1/namespaces/shop/pods",
            "/api/v1/namespaces/ops/services",
        ]
    );
    let said = text(&named.stderr);
    assert!(
        said.contains("note: looked at ops and shop alone, as the configuration does"),
        "{said}"
    );
    let everywhere = document(&cli, &["prometheus.yml", "-A"]);
    assert_eq!(lists(&server), ["/api/v1/pods", "/api/v1/services"]);
    assert_eq!(everywhere["objects"]["pods"], 3);
    let one = document(&cli, &["prometheus.yml", "-n", "shop"]);
    assert_eq!(
        lists(&server),
        [
            "/api/v1/namespaces/shop/pods",
            "/api/v1/namespaces/shop/services"
        ]
    );
    let notices = one["notices"].as_array().unwrap();
    let told: Vec<&str> = notices
        .iter()
        .map(|notice| notice["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "looks at other namespaces than shop too, which were not listed: their targets are missing here"
        ]
    );
}

#[test]
fn a_list_that_is_refused_is_named_with_what_cannot_be_said_without_it() {
    let pods = [PodObject::new("shop", "web").linkerd().build()];
    let rules = [Rule::new("alice", "list", "pods", "")];
    let server = Cluster::new().with(pods).user("alice", rules).serve();
    let cli = cli(&server, "alice").file(
        "prometheus.yml",
        prometheus("{role: pod}, {role: endpoints}"),
    );
    let output = cli.output(&["targets", "prometheus.yml", "-o", "json"]);
    let said = text(&output.stderr);
    assert_eq!(code(&output), 0, "{said}");
    for what in ["services", "endpoints"] {
        let words = format!(
            "asks for {what}, which could not be listed: not allowed to list {what} in all namespaces (403: "
        );
        assert!(said.contains(&words), "{said}");
    }
    assert!(
        said.contains(
            "kind: ClusterRole\nmetadata:\n  name: meshctl\nrules:\n- apiGroups: [\"\"]\n  \
             resources: [endpoints]\n  verbs: [list]\n- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [list]\n\
             - apiGroups: [\"\"]\n  resources: [services]\n  verbs: [list]\n"
        ),
        "{said}"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["notices"].as_array().unwrap().len(), 2);
    assert_eq!(document["proxies_running"], 1);
    for (flag, expected) in [("--fail-if-partial", 3), ("--strict", 2)] {
        let output = cli.output(&["targets", "prometheus.yml", flag]);
        assert_eq!(code(&output), expected, "{flag}");
    }
}

#[test]
fn without_pods_targets_of_other_roles_are_still_told() {
    let service = objects::service("shop", "web", "web");
    let rules = [Rule::new("alice", "list", "services", "")];
    let server = Cluster::new().with([service]).user("alice", rules).serve();
    let cli = cli(&server, "alice").file("prometheus.yml", prometheus("{role: service}"));
    let output = cli.output(&["targets", "prometheus.yml", "-o", "json"]);
    let said = text(&output.stderr);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["scraped"], 1, "{said}");
    assert!(
        said.contains(
            "pods: which could not be listed: not allowed to list pods in all namespaces (403"
        ) && said.contains("which proxies run, and who scrapes them, is not known"),
        "{said}"
    );
}

#[test]
fn where_nothing_can_be_said_the_error_names_the_role() {
    let server = Cluster::new()
        .with([PodObject::new("shop", "web").linkerd().build()])
        .user("alice", [])
        .serve();
    let entries = "{role: pod, namespaces: {names: [shop]}}";
    let cli = cli(&server, "alice").file("prometheus.yml", prometheus(entries));
    assert_eq!(
        cli.run(&["targets", "prometheus.yml"]),
        "\
exit: 2
--- stdout
--- stderr
error: cannot list pods: not allowed to list pods in namespace shop (403: pods is forbidden: User \"alice\" cannot \
list resource \"pods\" in API group \"\" in the namespace \"shop\")
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
note: and bind it: kubectl create rolebinding meshctl --role=meshctl --user=alice -n shop
"
    );
    let role = cli.run(&[
        "rbac",
        "--collector",
        "prometheus.yml",
        "--user",
        "alice",
        "--name",
        "meshctl",
    ]);
    assert!(
        role.starts_with(
            "exit: 0\n--- stdout\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: meshctl\n  \
             namespace: shop\nrules:\n- apiGroups: [\"\"]\n  resources: [pods]\n  verbs: [list]\n---\n"
        ),
        "{role}"
    );
}

#[test]
fn rbac_gives_just_what_targets_then_lists() {
    let entries = "{role: endpoints, attach_metadata: {node: true}}, {role: ingress}";
    let server = Cluster::new().with(mesh()).serve();
    let cli = cli(&server, "admin").file("prometheus.yml", prometheus(entries));
    let _ = document(&cli, &["prometheus.yml"]);
    let mut listed: Vec<String> = lists(&server)
        .iter()
        .map(|path| path.rsplit('/').next().unwrap().to_owned())
        .collect();
    listed.sort();
    let role = text(
        &cli.output(&["rbac", "--collector", "prometheus.yml"])
            .stdout,
    );
    let mut given: Vec<String> = role
        .lines()
        .filter_map(|line| line.strip_prefix("  resources: [")?.strip_suffix(']'))
        .map(str::to_owned)
        .collect();
    given.sort();
    assert_eq!(given, listed);
    assert!(role.starts_with("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"));
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_cluster_that_cannot_be_asked_is_an_error_without_secrets() {
    let server = Cluster::new().serve();
    let wrong = server.kubeconfig("nobody", "default");
    let config = prometheus("{role: pod}");
    let cli = Cli::new()
        .file("wrong", wrong)
        .file("prometheus.yml", &config);
    let denied = cli.verdict(&["targets", "prometheus.yml", "--kubeconfig", "wrong"]);
    assert!(
        denied.starts_with("exit: 2\n--- stderr\nerror: cannot list the cluster's objects: http://127.0.0.1:")
            && denied.contains(
                "cannot list pods in all namespaces: the API server does not accept these credentials (401)"
            )
            && !denied.contains("t0ken"),
        "{denied}"
    );
    let gone = cli.verdict(&["targets", "prometheus.yml", "--kubeconfig", "gone"]);
    assert!(
        gone.starts_with("exit: 2\n--- stderr\nerror: ") && gone.contains("gone"),
        "{gone}"
    );
    let nowhere = cli.verdict(&["targets", "prometheus.yml"]);
    assert!(
        nowhere.contains("no objects of a cluster to look at"),
        "{nowhere}"
    );
    let cli = cli
        .file("kubeconfig", server.kubeconfig("admin", "default"))
        .env("KUBECONFIG", "kubeconfig");
    let context = cli.verdict(&["targets", "prometheus.yml", "--context", "elsewhere"]);
    assert!(
        context.contains("the kubeconfig has no context elsewhere; it has test"),
        "{context}"
    );
    let acting = cli.verdict(&["targets", "prometheus.yml", "--as", "bob"]);
    assert!(
        acting.contains("not allowed to list pods in all namespaces (403")
            && acting.contains("User \"bob\""),
        "{acting}"
    );
}

#[test]
fn a_hostile_namespace_asks_for_nothing_else() {
    let server = Cluster::new().with(mesh()).serve();
    let entries = "{role: pod, namespaces: {names: ['../../secrets?x=', shop]}}";
    let cli = cli(&server, "admin").file("prometheus.yml", prometheus(entries));
    let output = cli.output(&["targets", "prometheus.yml"]);
    assert_eq!(lists(&server), ["/api/v1/namespaces/shop/pods"]);
    let said = text(&output.stderr);
    assert!(
        said.contains("no namespace can be called '../../secrets?x='"),
        "{said}"
    );
}

#[test]
fn flags_of_a_cluster_that_is_not_asked_are_named() {
    let server = Cluster::new().with(mesh()).serve();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": mesh()});
    let cli = cli(&server, "admin")
        .file("prometheus.yml", prometheus("{role: pod}"))
        .file(
            "fixed.yml",
            "scrape_configs:\n- job_name: j\n  static_configs: [{targets: ['a:1']}]\n",
        )
        .file("objects.json", list.to_string());
    let saved = cli.verdict(&[
        "targets",
        "prometheus.yml",
        "objects.json",
        "-A",
        "--context",
        "test",
    ]);
    assert!(
        saved.contains(
            "warning: -A and --context: no effect, as the objects are those of the lists\n"
        ),
        "{saved}"
    );
    let fixed = cli.verdict(&["targets", "fixed.yml", "-n", "shop"]);
    assert!(
        fixed.starts_with(
            "exit: 0\n--- stderr\nwarning: -n: no effect, as the configuration asks nothing of a cluster\n"
        ),
        "{fixed}"
    );
    assert_eq!(server.asked(), [""; 0]);
}
