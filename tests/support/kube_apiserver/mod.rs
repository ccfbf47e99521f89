//! A real kube-apiserver with a real etcd, started once for all tests of a run, on loopback.
//!
//! There are no controllers and no scheduler: objects are as they are written ([`load`]). Pods have addresses on this
//! machine, and what is to be read from them listens there. The kubelet is a double ([`kubelet`]).

mod certificates;
mod kubelet;
mod load;
mod processes;

use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::net::UdpSocket;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU16;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http_body_util::BodyExt;
use kube::Client;
use kube::Config;
use kube::client::Body;
use kube::config::KubeConfigOptions;
use kube::config::Kubeconfig;
use serde_json::Value;
use serde_json::json;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;
use tokio::time;

pub(crate) use certificates::Authority;
pub(crate) use certificates::Identity;
use kubelet::Kubelet;
use processes::Processes;
use processes::Program;
pub(crate) use processes::free_port;

/// How long the servers may take until they answer, and anything else until it has come about.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks at something that is to come about.
const PAUSE: Duration = Duration::from_millis(10);

/// A port may be taken between the moment it is found free and the moment it is used.
const STARTS: u32 = 3;

/// Who may do everything, each for the test that reads in the audit log what they asked.
const MASTERS: [&str; 3] = ["admin", "ann", "ben"];

/// Who may do nothing until somebody lets them.
const OTHERS: [&str; 8] = [
    "alice", "bob", "carol", "dave", "erin", "eve", "frank", "grace",
];

/// The running servers.
pub(crate) struct Real {
    runtime: Runtime,
    admin: Client,
    port: u16,
    etcd_port: u16,
    authority: Authority,
    directory: PathBuf,
    /// How many addresses have been given to pods.
    addresses: AtomicU16,
    kubelet: Kubelet,
    _processes: Processes,
}

/// The servers; `None` where there is no kube-apiserver or no etcd, which is said aloud.
pub(crate) fn cluster() -> Option<&'static Real> {
    static CLUSTER: LazyLock<Option<Real>> = LazyLock::new(|| match binaries() {
        Ok((server, etcd)) => Some(start(&server, &etcd)),
        Err(missing) => {
            // Not captured, as what the macros print would be.
            let text = format!(
                "\n== SKIPPED: tests/kube_apiserver.rs has no real API server to ask: {missing}.\n\
                 == tests/kube_apiserver/build.sh builds one in some minutes; it needs Go, and etcd on PATH.\n\n"
            );
            std::io::stderr().write_all(text.as_bytes()).unwrap();
            None
        }
    });
    CLUSTER.as_ref()
}

/// Where kube-apiserver and etcd are, or which of them is missing.
#[expect(
    clippy::disallowed_methods,
    reason = "programs that are not part of the repository are named by the environment"
)]
fn binaries() -> Result<(PathBuf, PathBuf), String> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/kube-apiserver");
    let server = match std::env::var_os("MESHCTL_KUBE_APISERVER") {
        Some(path) => {
            let path = PathBuf::from(path);
            assert!(path.is_file(), "MESHCTL_KUBE_APISERVER is no file");
            path
        }
        None => built.join("kube-apiserver"),
    };
    if !server.is_file() {
        return Err("target/kube-apiserver/kube-apiserver is not there".to_owned());
    }
    let search = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::iter::once(built).chain(std::env::split_paths(&search));
    let etcd = places.find_map(|place| Some(place.join("etcd")).filter(|etcd| etcd.is_file()));
    Ok((server, etcd.ok_or("etcd is not on PATH")?))
}

fn start(server: &Path, etcd: &Path) -> Real {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    let mut why = String::new();
    for _ in 0..STARTS {
        let authority = Authority::new();
        let directory = tempfile::tempdir().unwrap().keep();
        let port = free_port();
        furnish(&directory, &authority);
        let etcd_port = free_port();
        let programs = programs(server, etcd, port, etcd_port);
        let processes = Processes::start(&directory, &programs);
        let token = json!({"token": "t0ken-of-admin"});
        let admin = runtime.block_on(client(&kubeconfig(port, &authority.pem, &token, "default")));
        match runtime.block_on(ready(&admin, &directory, &programs)) {
            Ok(()) => {
                let kubelet = Kubelet::start(&authority.server(&["127.0.0.1"]));
                let real = Real {
                    runtime,
                    admin,
                    port,
                    etcd_port,
                    authority,
                    directory,
                    addresses: AtomicU16::new(0),
                    kubelet,
                    _processes: processes,
                };
                real.block_on(real.node());
                return real;
            }
            Err(ended) => why = ended,
        }
    }
    panic!("{why}");
}

/// Waits until the API server says that it is ready.
///
/// # Errors
/// One of the programs has ended.
async fn ready(admin: &Client, directory: &Path, programs: &[Program]) -> Result<(), String> {
    let waiting = async {
        loop {
            if let Some(why) = processes::ended(directory, programs) {
                return Err(why);
            }
            let request = Request::get("/readyz").body(Body::empty()).unwrap();
            if let Ok(answer) = admin.send(request).await
                && answer.status().is_success()
            {
                return Ok(());
            }
            time::sleep(PAUSE).await;
        }
    };
    let waited = time::timeout(PATIENCE, waiting).await;
    waited.unwrap_or_else(|_| {
        let words = processes::last_words(directory, "kube-apiserver");
        panic!("the API server is not ready after {PATIENCE:?}: {words}")
    })
}

/// Writes the files that the servers read.
fn furnish(directory: &Path, authority: &Authority) {
    let write = |name: &str, content: &str| fs::write(directory.join(name), content).unwrap();
    let identity = authority.server(&["127.0.0.1", "localhost", "kubernetes.default.svc"]);
    write("ca.crt", &authority.pem);
    write("server.crt", &identity.certificate);
    write("server.key", &identity.key);
    let accounts = rcgen::KeyPair::generate().unwrap();
    write("accounts.key", &accounts.serialize_pem());
    write("accounts.pub", &accounts.public_key_pem());
    let masters = MASTERS.map(|user| format!("t0ken-of-{user},{user},{user},system:masters\n"));
    let others = OTHERS.map(|user| format!("t0ken-of-{user},{user},{user}\n"));
    write("tokens.csv", &(masters.concat() + &others.concat()));
    let policy = json!({
        "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
        "rules": [{"level": "Metadata"}],
    });
    write("audit.yaml", &policy.to_string());
}

/// What is to be run. Of each flag the least that the server wants, or that makes it ask nobody outside.
fn programs(server: &Path, etcd: &Path, port: u16, etcd_port: u16) -> [Program; 2] {
    let clients = format!("http://127.0.0.1:{etcd_port}");
    let peers = format!("http://127.0.0.1:{}", free_port());
    let etcd = Program {
        name: "etcd",
        path: etcd.to_owned(),
        arguments: vec![
            "--data-dir=etcd".to_owned(),
            format!("--listen-client-urls={clients}"),
            format!("--advertise-client-urls={clients}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=default={peers}"),
        ],
    };
    let server = Program {
        name: "kube-apiserver",
        path: server.to_owned(),
        arguments: vec![
            format!("--etcd-servers={clients}"),
            format!("--secure-port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            "--service-cluster-ip-range=10.96.0.0/24".to_owned(),
            "--tls-cert-file=server.crt".to_owned(),
            "--tls-private-key-file=server.key".to_owned(),
            "--client-ca-file=ca.crt".to_owned(),
            "--token-auth-file=tokens.csv".to_owned(),
            "--authorization-mode=RBAC".to_owned(),
            "--kubelet-certificate-authority=ca.crt".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            "--service-account-key-file=accounts.pub".to_owned(),
            "--service-account-signing-key-file=accounts.key".to_owned(),
            "--audit-policy-file=audit.yaml".to_owned(),
            "--audit-log-path=audit.log".to_owned(),
        ],
    };
    [etcd, server]
}

fn kubeconfig(port: u16, authority: &str, user: &Value, namespace: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "real",
        "contexts": [{
            "name": "real",
            "context": {"cluster": "real", "user": "somebody", "namespace": namespace},
        }],
        "clusters": [{"name": "real", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority-data": STANDARD.encode(authority),
        }}],
        "users": [{"name": "somebody", "user": user}],
    })
}

/// A client of its own, for what the program under test is not asked to do.
pub(crate) async fn client(kubeconfig: &Value) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(&kubeconfig.to_string()).unwrap();
    let options = KubeConfigOptions::default();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .unwrap();
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

/// Status and body of an answer; a body that is no JSON is a text.
pub(crate) async fn ask(client: &Client, request: Request<Vec<u8>>) -> (u16, Value) {
    let answer = client.send(request.map(Body::from)).await.unwrap();
    let code = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes).into_owned()));
    (code, body)
}

/// An address of this machine that is not its own alone: API servers proxy to no loopback address. `None` where
/// there is no network at all. Nothing is sent.
pub(crate) fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

impl Real {
    /// A kubeconfig for a user with a token, whose context has `namespace`.
    pub(crate) fn kubeconfig(&self, user: &str, namespace: &str) -> Value {
        let token = json!({"token": format!("t0ken-of-{user}")});
        self.kubeconfig_with(&token, namespace)
    }

    /// The same with any credentials.
    pub(crate) fn kubeconfig_with(&self, user: &Value, namespace: &str) -> Value {
        kubeconfig(self.port, &self.authority.pem, user, namespace)
    }

    /// A certificate for somebody of a group.
    pub(crate) fn client_certificate(&self, user: &str, group: &str) -> Identity {
        self.authority.client(user, group)
    }

    /// Where the API server is, without its scheme.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn block_on<T>(&self, doing: impl Future<Output = T>) -> T {
        self.runtime.block_on(doing)
    }

    /// Creates the objects in `yaml`, as `kubectl create` would.
    pub(crate) fn create(&self, yaml: &str) {
        for document in yaml.split("---\n").filter(|document| !document.is_empty()) {
            let value = |key: &str| {
                let mut lines = document.lines();
                lines.find_map(|line| line.strip_prefix(key).map(str::to_owned))
            };
            let version = value("apiVersion: ").unwrap();
            let plural = value("kind: ").unwrap().to_ascii_lowercase();
            let head = document.split("\nr").next().unwrap();
            let namespace = head
                .lines()
                .find_map(|line| line.strip_prefix("  namespace: "));
            let place = namespace.map_or_else(String::new, |name| format!("/namespaces/{name}"));
            let request = Request::post(format!("/apis/{version}{place}/{plural}s"))
                .header("content-type", "application/yaml")
                .body(document.into())
                .unwrap();
            let (code, body) = self.block_on(ask(&self.admin, request));
            assert_eq!(code, 201, "{document}\n{body}");
        }
    }

    /// Waits until the API server lets `user` do all of `rules`: API group, resource and verb.
    pub(crate) fn wait_until_allowed(
        &self,
        user: &str,
        rules: &[(String, String, String)],
        namespace: Option<&str>,
    ) {
        self.wait_until_allowed_in_group(user, "", rules, namespace);
    }

    /// The same for a user who is of a group.
    pub(crate) fn wait_until_allowed_in_group(
        &self,
        user: &str,
        of: &str,
        rules: &[(String, String, String)],
        namespace: Option<&str>,
    ) {
        for (group, resource, verb) in rules {
            let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
            let review = json!({
                "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": {"user": user, "groups": [of], "resourceAttributes": {
                    "verb": verb, "group": group, "resource": resource, "subresource": subresource,
                    "namespace": namespace.unwrap_or_default(),
                }},
            });
            let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
            self.block_on(until(
                &format!("{user} may {verb} {resource}"),
                async || self.post(path, &review).await["status"]["allowed"] == true,
            ));
        }
    }

    /// Makes etcd forget what was before now, as it does every five minutes.
    pub(crate) fn forget_before_now(&self) {
        let ask = |path: &str, body: Value| {
            let url = format!("http://127.0.0.1:{}{path}", self.etcd_port);
            let request = reqwest::Client::new().post(url).body(body.to_string());
            async move {
                let answer = request.send().await.unwrap().error_for_status().unwrap();
                let answer = answer.bytes().await.unwrap();
                serde_json::from_slice::<Value>(&answer).unwrap()
            }
        };
        self.block_on(async {
            let status = ask("/v3/maintenance/status", json!({})).await;
            let revision = &status["header"]["revision"];
            ask(
                "/v3/kv/compaction",
                json!({"revision": revision, "physical": true}),
            )
            .await;
        });
    }

    /// What `user` asked for so far, at least `count` times, as the audit log has it: verb, path, status.
    pub(crate) fn asked(&self, user: &str, count: usize) -> Vec<String> {
        let log = self.directory.join("audit.log");
        let mut asked = Vec::new();
        self.block_on(until(&format!("{user} asked {count} times"), async || {
            let text = fs::read_to_string(&log).unwrap_or_default();
            asked = text
                .lines()
                .filter_map(|line| audited(line, user))
                .collect();
            asked.len() >= count
        }));
        asked
    }

    /// A token of a service account, as a pod would have it.
    pub(crate) fn account_token(&self, namespace: &str, name: &str) -> String {
        let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        let account = json!({"metadata": {"name": name}});
        let request = json!({"spec": {"expirationSeconds": 600}});
        let token = self.block_on(async {
            self.post(&accounts, &account).await;
            self.post(&format!("{accounts}/{name}/token"), &request)
                .await
        });
        token["status"]["token"].as_str().unwrap().to_owned()
    }

    /// The node that all pods are on, and where its kubelet is.
    async fn node(&self) {
        let node = json!({"metadata": {"name": "node-1"}});
        let mut node = self.post("/api/v1/nodes", &node).await;
        node["status"] = json!({
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self.kubelet.port}},
        });
        self.put("/api/v1/nodes/node-1/status", &node).await;
    }

    /// Replaces something; anything but success fails the test.
    async fn put(&self, path: &str, object: &Value) -> Value {
        self.write(Request::put(path), object).await
    }

    /// Creates something; anything but success fails the test.
    async fn post(&self, path: &str, object: &Value) -> Value {
        self.write(Request::post(path), object).await
    }

    async fn write(&self, request: http::request::Builder, object: &Value) -> Value {
        let request = request.header("content-type", "application/json");
        let request = request.body(object.to_string().into()).unwrap();
        let (code, body) = ask(&self.admin, request).await;
        assert!(matches!(code, 200 | 201), "{code}: {body}\n{object}");
        body
    }
}

/// One event of the audit log, where it is of `user` or of somebody whom they act as.
fn audited(line: &str, user: &str) -> Option<String> {
    let event: Value = serde_json::from_str(line).ok()?;
    if event["user"]["username"] != user {
        return None;
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let acting = match &event["impersonatedUser"] {
        Value::Null => String::new(),
        whom => format!(" as {} of {}", text(&whom["username"]), whom["groups"]),
    };
    let verb = text(&event["verb"]);
    let path = text(&event["requestURI"]);
    let code = &event["responseStatus"]["code"];
    Some(format!("{verb} {path}{acting}: {code}"))
}

/// Looks again and again until something has come about.
async fn until(what: &str, mut come: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !come().await {
            time::sleep(PAUSE).await;
        }
    };
    let waited = time::timeout(PATIENCE, waiting).await;
    waited.unwrap_or_else(|_| panic!("not after {PATIENCE:?}: {what}"));
}
