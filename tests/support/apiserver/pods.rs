//! What listens in the pods, and the API server's proxy to it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use http::Request;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::ToSocketAddrs;

use super::Answer;
use super::Cluster;
use super::authorization::Asked;
use super::lists;
use super::plain;
use super::status;

/// What a port does.
#[derive(Debug, Clone)]
pub(crate) enum Listening {
    /// Answers with this at this path, and with 404 elsewhere.
    Metrics { path: &'static str, body: String },
    /// Answers everything so.
    Refuses(StatusCode, &'static str),
}

/// Ports that somebody listens on; nobody does on any other.
#[derive(Default)]
pub(crate) struct Pods {
    /// By namespace, pod and number.
    pub(crate) ports: BTreeMap<(String, String, u16), Listening>,
}

impl Pods {
    pub(crate) fn listen(&mut self, namespace: &str, pod: &str, port: u16, what: Listening) {
        self.ports
            .insert((namespace.to_owned(), pod.to_owned(), port), what);
    }

    /// A linkerd-proxy that has something to say.
    pub(crate) fn linkerd(&mut self, namespace: &str, pod: &str) {
        let body = format!("# TYPE request_total counter\nrequest_total{{pod=\"{pod}\"}} 1\n");
        let path = "/metrics";
        self.listen(namespace, pod, 4191, Listening::Metrics { path, body });
    }

    pub(super) fn on(&self, namespace: &str, pod: &str, port: u16) -> Option<&Listening> {
        self.ports
            .get(&(namespace.to_owned(), pod.to_owned(), port))
    }
}

impl Listening {
    pub(super) fn answer(&self, asked: &str) -> Answer {
        match self {
            Self::Metrics { path, body } if *path == asked => plain(StatusCode::OK, body),
            Self::Metrics { .. } => plain(StatusCode::NOT_FOUND, "no such page"),
            Self::Refuses(code, text) => plain(*code, text),
        }
    }
}

/// Listens on the addresses of pods that lie on this machine.
pub(super) async fn listen(cluster: &Arc<Cluster>) {
    for ((namespace, pod, port), listening) in &cluster.pods.ports {
        let object = cluster.object("", "pods", namespace, pod);
        let address = object.and_then(|pod| pod["status"]["podIP"].as_str());
        let Some(address) = address.filter(|address| address.starts_with("127.")) else {
            continue;
        };
        open((address, *port), listening.clone()).await;
    }
}

/// Listens there until the runtime ends.
pub(crate) async fn open(address: impl ToSocketAddrs, listening: Listening) {
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, listening.clone()));
        }
    });
}

/// Serves one connection of a pod.
pub(super) async fn serve<S>(stream: S, listening: Listening)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = listening.answer(request.uri().path());
        async move { Ok::<_, Infallible>(answer) }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// `pods/NAME:PORT/proxy/PATH`
pub(super) fn proxy(cluster: &Cluster, asked: &Asked) -> Answer {
    let (pod, port) = asked.name.split_once(':').unwrap_or((&asked.name, "80"));
    let port = port.parse().unwrap_or(0);
    let Some(object) = cluster.object("", "pods", &asked.namespace, pod) else {
        return lists::missing("", "pods", pod);
    };
    let address = object["status"]["podIP"].as_str().unwrap_or_default();
    if address.is_empty() || address.starts_with("127.") {
        let code = StatusCode::BAD_REQUEST;
        return status(code, "BadRequest", "address not allowed");
    }
    match cluster.pods.on(&asked.namespace, pod, port) {
        Some(listening) => {
            let mut answer = listening.answer(&format!("/{}", asked.rest));
            answer.headers_mut().remove(CONTENT_LENGTH);
            answer
        }
        None => status(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            &format!(
                "error trying to reach service: dial tcp {address}:{port}: connect: connection refused"
            ),
        ),
    }
}
