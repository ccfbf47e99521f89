//! Three ways to a pod's port: forwarded by the API server, proxied by it, or straight to the pod's address.

mod exchange;

use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;
use futures_util::stream::BoxStream;
use http::HeaderMap;
use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::Pod;
use kube::Client;
use kube::api::Portforwarder;
use kube::client::Body;
use tokio::net::TcpStream;

use super::lists::status_of;
use super::permission::Permission;
use super::trouble::Trouble;
use super::trouble::innermost;
use super::trouble::one_line;
use crate::source::fault::Fault;
use crate::source::sweep::Answer;
use crate::source::sweep::Refusal;
use crate::source::sweep::Route;

/// Of an answer that may be the API server's own, so much is read to see whether it is.
const STATUS_BYTES: usize = 64 * 1024;

/// How pods are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A port that the API server forwards, which the kubelet opens inside the pod.
    Portforward,
    /// The API server asks the pod's address and hands the answer on.
    ApiProxy,
    /// From here to the pod's address.
    Direct,
}

impl Way {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Portforward => "portforward",
            Self::ApiProxy => "apiproxy",
            Self::Direct => "direct",
        }
    }

    /// What the API server has to allow for it.
    pub(super) fn permissions(self, namespace: Option<&str>) -> Vec<Permission> {
        match self {
            // A WebSocket begins as a GET, and since Kubernetes 1.35 has to be allowed as a `create` too:
            // https://github.com/kubernetes/kubernetes/issues/133515
            Self::Portforward => vec![
                Permission::new("get", "", "pods/portforward", namespace),
                Permission::new("create", "", "pods/portforward", namespace),
            ],
            Self::ApiProxy => vec![Permission::new("get", "", "pods/proxy", namespace)],
            Self::Direct => Vec::new(),
        }
    }
}

/// What was refused in the course of a sweep.
#[derive(Debug, Default)]
pub(super) struct Denials(Mutex<Vec<(Permission, Option<String>)>>);

impl Denials {
    /// Keeps what `trouble` says is missing.
    pub(super) fn note(&self, trouble: &Trouble) {
        if let Trouble::Denied {
            permission, user, ..
        } = trouble
            && let Ok(mut denied) = self.0.lock()
        {
            let new = (permission.clone(), user.clone());
            if !denied.contains(&new) {
                denied.push(new);
            }
        }
    }

    pub(super) fn take(&self) -> Vec<(Permission, Option<String>)> {
        let denied = self.0.lock();
        denied
            .map(|mut denied| std::mem::take(&mut *denied))
            .unwrap_or_default()
    }
}

/// The port of a pod.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) path: String,
}

/// How one endpoint is asked.
pub(super) struct PodRoute {
    pub(super) client: Client,
    pub(super) way: Way,
    pub(super) to: Endpoint,
    pub(super) denials: Arc<Denials>,
}

impl Route for PodRoute {
    fn request(&self) -> BoxFuture<'_, Result<Answer, Refusal>> {
        async move {
            let answer = match self.way {
                Way::Portforward => forwarded(&self.client, &self.to).await,
                Way::ApiProxy => proxied(&self.client, &self.to).await,
                Way::Direct => direct(&self.to).await,
            };
            answer.map_err(|trouble| {
                self.denials.note(&trouble);
                Refusal {
                    reason: trouble.to_string(),
                    may_pass: may_pass(&trouble),
                }
            })
        }
        .boxed()
    }
}

fn may_pass(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Denied { .. } | Trouble::Unauthorized | Trouble::Gone => false,
        Trouble::Refused { code, .. } => matches!(code, 408 | 429 | 500 | 502 | 503 | 504),
        Trouble::Lost(_) => true,
    }
}

/// A forwarded port, and what the other end complains about.
pub(super) struct Forwarded {
    forward: Portforwarder,
}

impl Drop for Forwarded {
    fn drop(&mut self) {
        self.forward.abort();
    }
}

/// Opens a forwarded port.
///
/// # Errors
/// The API server, or the kubelet behind it, refuses.
pub(super) async fn forward(client: &Client, to: &Endpoint) -> Result<Forwarded, Trouble> {
    let pods = kube::Api::<Pod>::namespaced(client.clone(), &to.namespace);
    let asked = Permission::new("create", "", "pods/portforward", Some(&to.namespace));
    let forward = pods.portforward(&to.pod, &[to.port]).await;
    let forward = forward.map_err(|error| Trouble::of(&error, &asked))?;
    Ok(Forwarded { forward })
}

async fn forwarded(client: &Client, to: &Endpoint) -> Result<Answer, Trouble> {
    let mut opened = forward(client, to).await?;
    let stream = opened.forward.take_stream(to.port);
    let complaint = opened.forward.take_error(to.port);
    let (Some(stream), Some(complaint)) = (stream, complaint) else {
        return Err(Trouble::Lost("the port was not forwarded".to_owned()));
    };
    let host = format!("localhost:{}", to.port);
    let answer = exchange::over(stream, opened, &host, &to.path);
    // The kubelet says in a channel of its own that nobody listens; the stream merely ends.
    let mut answer = std::pin::pin!(answer);
    let mut complaint = std::pin::pin!(complaint.fuse());
    let lost = tokio::select! {
        answer = &mut answer => match answer {
            Ok(answer) => return Ok(answer),
            Err(lost) => lost,
        },
        Some(said) = &mut complaint => return Err(Trouble::Lost(one_line(&said))),
    };
    match complaint.now_or_never().flatten() {
        Some(said) => Err(Trouble::Lost(one_line(&said))),
        None => Err(lost),
    }
}

async fn direct(to: &Endpoint) -> Result<Answer, Trouble> {
    let Some(address) = to.address else {
        return Err(Trouble::Lost("the pod has no address yet".to_owned()));
    };
    let address = SocketAddr::new(address, to.port);
    let stream = TcpStream::connect(address).await;
    let stream = stream.map_err(|error| {
        Trouble::Lost(format!(
            "cannot connect to {address}: {}",
            Fault::of(&error)
        ))
    })?;
    exchange::over(stream, (), &address.to_string(), &to.path).await
}

async fn proxied(client: &Client, to: &Endpoint) -> Result<Answer, Trouble> {
    let Endpoint {
        namespace,
        pod,
        port,
        path,
        ..
    } = to;
    let asked = Permission::new("get", "", "pods/proxy", Some(namespace));
    let url = format!("/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy{path}");
    let request = exchange::headers(Request::get(url)).body(Body::empty());
    let request = request.map_err(|error| Trouble::Lost(error.to_string()))?;
    let sent = client.send(request).await;
    let answer = sent.map_err(|error| Trouble::of(&error, &asked))?;
    let (head, body) = answer.into_parts();
    let body = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| Fault::ConnectionLost(innermost(&error))));
    let mut body = body.boxed();
    if !head.status.is_success() && is_json(&head.headers) {
        let beginning = beginning(&mut body).await;
        // Only the API server answers with this; the pod's own refusals are passed on as they are.
        if is_status(&beginning) {
            let status = status_of(&beginning);
            return Err(Trouble::of_status(&status, head.status.as_u16(), &asked));
        }
        let read = stream::once(async move { Ok(Bytes::from(beginning)) });
        body = read.chain(body).boxed();
    }
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

async fn beginning(body: &mut BoxStream<'static, Result<Bytes, Fault>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < STATUS_BYTES
        && let Some(Ok(piece)) = body.next().await
    {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

fn is_status(bytes: &[u8]) -> bool {
    let value = serde_json::from_slice::<serde_json::Value>(bytes);
    value.is_ok_and(|value| value["kind"] == "Status" && value["apiVersion"] == "v1")
}
