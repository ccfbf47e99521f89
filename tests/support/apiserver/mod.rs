//! A Kubernetes API server as far as meshctl asks it: lists in pages, permissions, a pod proxy, forwarded ports.
//!
//! It answers as Kubernetes 1.36 does: the words of a 403, how lists expire, which verbs a `WebSocket` needs.
//! `tests/kube_apiserver.rs` asks a real server the same and compares. Pods are no processes; what listens on their
//! ports is in [`Pods`].

mod authorization;
mod forward;
mod lists;
pub(crate) mod pods;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use bytes::Bytes;
use http::Request;
use http::Response;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use http::header::RETRY_AFTER;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use authorization::Asked;
use authorization::Caller;
pub(crate) use authorization::Rule;
pub(crate) use pods::Listening;
pub(crate) use pods::Pods;

/// The answer to any request.
pub(crate) type Answer = Response<Full<Bytes>>;

/// What the server holds and how it behaves.
#[derive(Default)]
pub(crate) struct Cluster {
    /// Objects by group and plural, then by namespace and name.
    objects: BTreeMap<(String, String), BTreeMap<(String, String), Value>>,
    /// Who a token belongs to.
    pub(crate) tokens: BTreeMap<String, String>,
    /// What users and groups may do. Nobody may do anything else.
    pub(crate) rules: Vec<Rule>,
    pub(crate) pods: Pods,
    /// So many tokens of lists have expired when they come back.
    pub(crate) expiring: AtomicUsize,
    /// So many requests come at a bad time.
    pub(crate) busy: AtomicUsize,
    /// Whether it, or whatever stands before it, knows `WebSockets`.
    pub(crate) websockets: bool,
    /// The protocol that forwarded ports speak.
    pub(crate) protocol: &'static str,
    /// Whether acting as others is allowed action by action, and denied in these words: since 1.36.
    pub(crate) constrained_impersonation: bool,
    log: Mutex<Vec<String>>,
}

impl Cluster {
    /// An empty cluster in which `admin` may do everything.
    pub(crate) fn new() -> Self {
        Self {
            tokens: BTreeMap::from([("t0ken-of-admin".to_owned(), "admin".to_owned())]),
            rules: vec![Rule::everything("admin")],
            websockets: true,
            protocol: "v4.channel.k8s.io",
            constrained_impersonation: true,
            ..Self::default()
        }
    }

    /// Puts objects in.
    pub(crate) fn with(mut self, objects: impl IntoIterator<Item = Value>) -> Self {
        for object in objects {
            let plural = plural(object["kind"].as_str().unwrap());
            let version = object["apiVersion"].as_str().unwrap();
            let group = version.split_once('/').map_or("", |(group, _)| group);
            let key = (
                // A node lies in none.
                object["metadata"]["namespace"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                object["metadata"]["name"].as_str().unwrap().to_owned(),
            );
            let of_kind = self.objects.entry((group.to_owned(), plural));
            of_kind.or_default().insert(key, object);
        }
        self
    }

    /// All that was put in.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &Value> {
        self.objects.values().flat_map(BTreeMap::values)
    }

    /// Another user with a token `t0ken-of-USER` and these permissions.
    pub(crate) fn user(mut self, user: &str, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.tokens
            .insert(format!("t0ken-of-{user}"), user.to_owned());
        self.rules.extend(rules);
        self
    }

    /// Serves until dropped.
    pub(crate) fn serve(self) -> Server {
        let cluster = Arc::new(self);
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, address) = std::sync::mpsc::channel();
        let serving = Arc::clone(&cluster);
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                started.send(listener.local_addr().unwrap()).unwrap();
                pods::listen(&serving).await;
                tokio::select! {
                    () = accept(listener, serving) => {}
                    _ = stopped => {}
                }
            });
        });
        Server {
            address: address.recv().unwrap(),
            cluster,
            _stop: stop,
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Result<Turn, Answer> {
        let asked = Asked::of(request);
        let caller = Caller::of(self, request, asked.as_ref())?;
        let line = match request.uri().query() {
            Some(query) => format!("{} {}?{query}", request.method(), request.uri().path()),
            None => format!("{} {}", request.method(), request.uri().path()),
        };
        self.log.lock().unwrap().push(format!("{caller}: {line}"));
        if take_one(&self.busy) {
            let mut busy = plain(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests, please try again later.\n",
            );
            busy.headers_mut().insert(RETRY_AFTER, "1".parse().unwrap());
            return Err(busy);
        }
        let Some(asked) = asked else {
            return Err(plain(StatusCode::NOT_FOUND, "404 page not found\n"));
        };
        caller.authorize(self, &asked, asked.verb)?;
        let groups = ["", "apps", "batch", "discovery.k8s.io", "networking.k8s.io"];
        if !groups.contains(&&*asked.group) {
            return Err(plain(StatusCode::NOT_FOUND, "404 page not found\n"));
        }
        match &*asked.subresource {
            "" => Ok(Turn::Answer(lists::answer(self, &asked, request))),
            "proxy" => Ok(Turn::Proxy(asked)),
            "portforward" => {
                // Since 1.35 a GET that upgrades is a `create` too, denied without a reason.
                if caller.authorize(self, &asked, "create").is_err() {
                    let message = format!("pods \"{}\" is forbidden: ", asked.name);
                    let details = json!({"name": asked.name, "kind": "pods"});
                    return Err(detailed(
                        StatusCode::FORBIDDEN,
                        "Forbidden",
                        &message,
                        details,
                    ));
                }
                Ok(Turn::Forward(asked))
            }
            _ => Err(lists::unknown()),
        }
    }

    fn object(&self, group: &str, plural: &str, namespace: &str, name: &str) -> Option<&Value> {
        let of_kind = self.objects.get(&(group.to_owned(), plural.to_owned()))?;
        of_kind.get(&(namespace.to_owned(), name.to_owned()))
    }
}

/// How paths call many of a kind.
fn plural(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match &*kind {
        "endpoints" => kind,
        "ingress" => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

/// What a request comes to once it is allowed.
enum Turn {
    Answer(Answer),
    Proxy(Asked),
    Forward(Asked),
}

/// Whether there was one left to take.
fn take_one(count: &AtomicUsize) -> bool {
    count
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}

async fn accept(listener: TcpListener, cluster: Arc<Cluster>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let cluster = Arc::clone(&cluster);
        tokio::spawn(async move {
            let service =
                service_fn(move |request| ready(Ok::<_, Infallible>(handle(&cluster, request))));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            let _ = connection.with_upgrades().await;
        });
    }
}

fn handle(cluster: &Arc<Cluster>, request: Request<Incoming>) -> Answer {
    match cluster.answer(&request) {
        Err(answer) | Ok(Turn::Answer(answer)) => answer,
        Ok(Turn::Proxy(asked)) => pods::proxy(cluster, &asked),
        Ok(Turn::Forward(asked)) => forward::upgrade(cluster, &asked, request),
    }
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) cluster: Arc<Cluster>,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// A kubeconfig for `user`, whose context has `namespace`.
    pub(crate) fn kubeconfig(&self, user: &str, namespace: &str) -> String {
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "contexts": [{
                "name": "test",
                "context": {"cluster": "double", "user": user, "namespace": namespace},
            }],
            "clusters": [{"name": "double", "cluster": {"server": format!("http://{}", self.address)}}],
            "users": [{"name": user, "user": {"token": format!("t0ken-of-{user}")}}],
        });
        config.to_string()
    }

    /// What was asked so far, each with who asked, and forgets it.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.cluster.log.lock().unwrap())
    }
}

/// An error as the API server writes it.
pub(crate) fn status(code: StatusCode, reason: &str, message: &str) -> Answer {
    detailed(code, reason, message, Value::Null)
}

/// The same with what it is about.
pub(crate) fn detailed(code: StatusCode, reason: &str, message: &str, details: Value) -> Answer {
    full(code, reason, message, &json!({}), details)
}

/// The same with metadata.
fn full(code: StatusCode, reason: &str, message: &str, metadata: &Value, details: Value) -> Answer {
    let mut status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
        "message": message, "reason": reason, "code": code.as_u16(),
    });
    if !details.is_null() {
        status["details"] = details;
    }
    let mut answer = Response::new(Full::new(Bytes::from(status.to_string())));
    *answer.status_mut() = code;
    let kind = "application/json".parse().unwrap();
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

pub(crate) fn plain(code: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *answer.status_mut() = code;
    let kind = "text/plain".parse().unwrap();
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
