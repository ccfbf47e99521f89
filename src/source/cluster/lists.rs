//! Reads lists of the API server page by page.

use std::time::Duration;

use http::Request;
use http::Response;
use http::StatusCode;
use http::header::RETRY_AFTER;
use http_body_util::BodyExt;
use http_body_util::Limited;
use kube::Client;
use kube::Resource;
use kube::api::ListParams;
use kube::client::Body;
use kube::core::ObjectList;
use kube::core::Status;
use serde::de::DeserializeOwned;
use tokio::time;

use super::permission::Permission;
use super::trouble::Trouble;
use super::trouble::describe;
use super::trouble::innermost;

/// What kubectl asks for at once. A page of pods is some megabytes.
const PAGE: u32 = 500;

/// No page is larger: an object has at most 1.5 MiB, and most have a hundredth of it.
const PAGE_BYTES: usize = 768 << 20;

/// How long one page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A list that expires while it is read is begun anew so often.
const RESTARTS: u32 = 3;

/// A server that is busy is asked so often, after at most so long each time.
const TRIES: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// What is listed.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    /// `None`: in all namespaces.
    pub(super) namespace: Option<String>,
    pub(super) label_selector: Option<String>,
    pub(super) field_selector: Option<String>,
    /// Nothing but the metadata of each object.
    pub(super) metadata: bool,
}

impl Query {
    fn params(&self, token: Option<String>) -> ListParams {
        ListParams {
            label_selector: self.label_selector.clone(),
            field_selector: self.field_selector.clone(),
            limit: Some(PAGE),
            continue_token: token,
            ..ListParams::default()
        }
    }
}

/// All objects of a kind that `query` means, each made smaller by `take` before the next page is asked for.
///
/// # Errors
/// The server refuses or is lost.
pub(super) async fn list<K, T>(
    client: &Client,
    query: &Query,
    take: impl FnMut(K) -> T,
) -> Result<Vec<T>, Trouble>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned,
{
    let namespace = query.namespace.as_deref();
    let url = K::url_path(&(), namespace);
    let asked = Permission::new("list", &K::group(&()), &K::plural(&()), namespace);
    pages(client, &url, &asked, query, take).await
}

/// All items of the list at `url`, whatever they are. `asked` is what it takes to be answered.
///
/// A list that expires on the way is begun anew, so that nothing is missing and nothing there twice.
///
/// # Errors
/// The server refuses or is lost.
pub(super) async fn pages<I, T>(
    client: &Client,
    url: &str,
    asked: &Permission,
    query: &Query,
    mut take: impl FnMut(I) -> T,
) -> Result<Vec<T>, Trouble>
where
    I: Clone + DeserializeOwned,
{
    let request = kube::core::Request::new(url);
    let mut restarts = 0;
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let params = query.params(token.take());
        let built = if query.metadata {
            request.list_metadata(&params)
        } else {
            request.list(&params)
        };
        let built = built.map_err(|error| Trouble::Lost(error.to_string()))?;
        match ask::<ObjectList<I>>(client, &built, asked).await {
            Ok(page) => {
                found.extend(page.items.into_iter().map(&mut take));
                token = page.metadata.continue_.filter(|token| !token.is_empty());
                if token.is_none() {
                    return Ok(found);
                }
            }
            Err(Trouble::Gone) if restarts < RESTARTS => {
                restarts += 1;
                found.clear();
            }
            Err(trouble) => return Err(trouble),
        }
    }
}

/// One object by its name.
///
/// # Errors
/// The server refuses, is lost, or has no such object.
pub(super) async fn get<K>(client: &Client, namespace: &str, name: &str) -> Result<K, Trouble>
where
    K: Resource<DynamicType = ()> + DeserializeOwned,
{
    let url = K::url_path(&(), Some(namespace));
    let built = kube::core::Request::new(url).get(name, &kube::api::GetParams::default());
    let built = built.map_err(|error| Trouble::Lost(error.to_string()))?;
    let asked = Permission::new("get", &K::group(&()), &K::plural(&()), Some(namespace));
    ask(client, &built, &asked).await
}

/// Sends `request` until the server has time for it, and reads the answer.
async fn ask<T: DeserializeOwned>(
    client: &Client,
    request: &Request<Vec<u8>>,
    asked: &Permission,
) -> Result<T, Trouble> {
    let mut pause = FIRST_PAUSE;
    for left in (0..TRIES).rev() {
        let answer = time::timeout(PATIENCE, exchange(client, request)).await;
        let (head, bytes) = match answer {
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                return Err(Trouble::Lost(format!(
                    "the API server did not answer within {seconds}s"
                )));
            }
            Ok(Err(trouble)) => return Err(trouble),
            Ok(Ok(answer)) => answer,
        };
        let code = head.status().as_u16();
        if head.status().is_success() {
            return serde_json::from_slice(&bytes)
                .map_err(|error| Trouble::Lost(describe(&kube::Error::SerdeError(error))));
        }
        let status = status_of(&bytes);
        if left > 0 && is_busy(head.status()) {
            let wanted = retry_after(&head, &status).unwrap_or(pause);
            time::sleep(wanted.min(LONGEST_PAUSE)).await;
            pause *= 2;
            continue;
        }
        return Err(Trouble::of_status(&status, code, asked));
    }
    Err(Trouble::Lost("the API server is busy".to_owned()))
}

async fn exchange(
    client: &Client,
    request: &Request<Vec<u8>>,
) -> Result<(Response<()>, Vec<u8>), Trouble> {
    let lost = |error: &kube::Error| Trouble::Lost(describe(error));
    let sent = client.send(request.clone().map(Body::from)).await;
    let (parts, body) = sent.map_err(|error| lost(&error))?.into_parts();
    let body = Limited::new(body, PAGE_BYTES).collect().await;
    let body = body.map_err(|error| Trouble::Lost(innermost(error.as_ref())))?;
    Ok((Response::from_parts(parts, ()), body.to_bytes().into()))
}

/// What an error answer says: a `Status`, or a line of plain text from whoever stands in between.
pub(super) fn status_of(bytes: &[u8]) -> Status {
    serde_json::from_slice(bytes).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(bytes);
        let page = text.trim_start().starts_with('<');
        Status::failure(if page { "" } else { &text }, "")
    })
}

fn is_busy(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

fn retry_after(head: &Response<()>, status: &Status) -> Option<Duration> {
    let header = head.headers().get(RETRY_AFTER);
    let seconds = header.and_then(|value| value.to_str().ok()?.parse().ok());
    let told = status.details.as_ref();
    let told = told.map(|details| u64::from(details.retry_after_seconds));
    seconds
        .or(told)
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs)
}
