//! Metrics endpoints that are reached by their URL.

mod access;
mod words;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use url::Url;

use crate::source::Target;
use crate::source::address::Address;
use crate::source::live::Live;
use crate::source::secrets::Secrets;
use crate::source::sweep::{Answer, Refusal, Route, Stop};
use crate::source::web::access::Credentials;

pub use access::AccessError;

/// Text formats only, classic before `OpenMetrics`: the order of Prometheus' own default, less protobuf.
const FORMATS: &str =
    "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.9, */*;q=0.1";

/// As many as browsers and curl follow at least; a loop has more.
const REDIRECTS: usize = 10;

/// What all URLs of a sweep share.
pub(super) struct Web {
    client: Client,
    /// For servers that nobody named: they do not get to see our certificate.
    stranger: Client,
    /// Sent to the servers that were named.
    headers: HeaderMap,
    /// What is secret in these headers.
    secrets: Secrets,
    timeout: Duration,
}

impl Web {
    /// # Errors
    /// When a file that gives access cannot be used, or the system lacks what TLS needs.
    pub(super) fn new(live: &Live) -> Result<Self, AccessError> {
        // Somebody else in this process may have installed it before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let credentials = Credentials::read(&live.access)?;
        let timeout = live.timeout;
        let build = |with_identity| credentials.client(|| builder(timeout), with_identity);
        Ok(Self {
            client: build(true)?,
            stranger: build(false)?,
            headers: credentials.headers,
            secrets: credentials.secrets,
            timeout,
        })
    }

    /// A stop at `address`. Name, origin and address of `target` are filled in where they are empty.
    pub(super) fn stop(self: &Arc<Self>, mut target: Target, address: Address) -> Stop {
        for text in [&mut target.name, &mut target.origin] {
            if text.is_empty() {
                address.shown().clone_into(text);
            }
        }
        target.address = target.address.or_else(|| address.host_and_port());
        let secrets = self.secrets.and(address.secrets());
        let route = Box::new(Page {
            web: Arc::clone(self),
            address,
            secrets,
        });
        Stop { target, route }
    }

    /// Sends one request, with credentials only where `is_named`.
    async fn send(&self, url: Url, is_named: bool) -> Result<Response, Refusal> {
        let request = if is_named {
            let request = self.client.get(url.clone());
            let mut headers = self.headers.clone();
            // What the URL says of this server goes before what is said of all.
            if !url.username().is_empty() || url.password().is_some() {
                headers.remove(AUTHORIZATION);
            }
            request.headers(headers)
        } else {
            self.stranger.get(url)
        };
        let response = request.send().await;
        response.map_err(|error| words::refusal(error, self.timeout))
    }
}

fn builder(timeout: Duration) -> ClientBuilder {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(FORMATS));
    // What comes is recognised by its first bytes, as with files, so the client need not know gzip.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    // A little less than the whole, so that a server that does not even take the call is told from one
    // that does and says nothing.
    let connecting = timeout.saturating_sub((timeout / 10).min(Duration::from_millis(50)));
    Client::builder()
        .user_agent(concat!("meshctl/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(connecting)
        // Each target is asked once; thousands of idle connections would use up the files of the process.
        .pool_max_idle_per_host(0)
        // Followed by us, who know what may be sent where.
        .redirect(Policy::none())
        // It would tell a server that one is redirected to the secrets in the query.
        .referer(false)
}

/// One page of one server.
struct Page {
    web: Arc<Web>,
    address: Address,
    /// What its server was sent and must not be shown.
    secrets: Secrets,
}

impl Page {
    async fn get(&self) -> Result<Answer, Refusal> {
        let mut at = self.address.clone();
        for redirects in 0..=REDIRECTS {
            let is_named = is_same_server(at.url(), self.address.url());
            let response = self.web.send(at.url().clone(), is_named).await;
            let via = |refusal: Refusal| match redirects {
                0 => refusal,
                _ => Refusal {
                    reason: format!("redirected to {}: {}", at.shown(), refusal.reason),
                    ..refusal
                },
            };
            let response = response.map_err(via)?;
            let status = response.status();
            if let Some(location) = redirected(&response) {
                at = self.follow(&at, &location).map_err(via)?;
                continue;
            }
            let has_credentials = !self.web.headers.is_empty() || has_credentials(&self.address);
            if !is_named && has_credentials && is_refused(status) {
                let reason = format!(
                    "HTTP {}: it was not sent the credentials, for it is another server; name this URL itself",
                    status.as_u16()
                );
                return Err(via(words::lasting(reason)));
            }
            return Ok(answer(response));
        }
        let reason = format!(
            "redirected more than {REDIRECTS} times, the last time to {}",
            at.shown()
        );
        Err(words::lasting(reason))
    }

    /// Where a redirect leads to.
    fn follow(&self, from: &Address, location: &str) -> Result<Address, Refusal> {
        let next = from.url().join(location).ok();
        let next = next.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(mut next) = next else {
            let reason = "redirected to what is no http(s) URL".to_owned();
            return Err(words::lasting(reason));
        };
        let own = self.address.url();
        if is_same_server(&next, own) && next.username().is_empty() && next.password().is_none() {
            // Neither can fail for http and https, which have a host.
            let _ = next.set_username(own.username());
            let _ = next.set_password(own.password());
        }
        Ok(Address::of(next))
    }
}

impl Route for Page {
    fn request(&self) -> BoxFuture<'_, Result<Answer, Refusal>> {
        let hidden = |refusal: Refusal| Refusal {
            reason: self.secrets.hide(&refusal.reason),
            ..refusal
        };
        let answer = self.get();
        async move { answer.await.map_err(hidden) }.boxed()
    }

    fn without_secrets(&self, text: &str) -> String {
        self.secrets.hide(text)
    }
}

fn has_credentials(address: &Address) -> bool {
    !address.url().username().is_empty() || address.url().password().is_some()
}

fn is_refused(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// Whether two URLs are of one server, which may see of each what it may see of the other.
fn is_same_server(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// Where `response` says that the page is, if it does.
fn redirected(response: &Response) -> Option<String> {
    let status = response.status();
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

fn answer(mut response: Response) -> Answer {
    let headers = std::mem::take(response.headers_mut());
    let status = response.status();
    let body = stream::try_unfold(response, |mut response| async move {
        let piece = response.chunk().await.map_err(words::lost)?;
        Ok(piece.map(|piece| (piece, response)))
    });
    Answer {
        status,
        headers,
        body: body.boxed(),
    }
}
