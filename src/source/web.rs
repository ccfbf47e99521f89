//! Fetches bodies from metrics endpoints, one after the other, without ever holding one.

use std::error::Error;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use tokio::runtime::{Builder, Runtime};
use tokio::time;

use crate::source::Progress;
use crate::source::address::Address;
use crate::source::container::{Compression, Container};
use crate::source::counted::{Counted, Expected};
use crate::source::fault::{Fault, seconds};
use crate::source::stream::{Head, Stream};

/// Text formats only, classic before `OpenMetrics`: the order of Prometheus' own default, less protobuf.
const FORMATS: &str =
    "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.9, */*;q=0.1";

/// Of an error page, so much is read, and so much of that is shown.
const PAGE_BYTES: u64 = 1024;
const PAGE_CHARS: usize = 120;

/// A client and what drives it.
pub(super) struct Web {
    runtime: Runtime,
    client: Client,
    timeout: Duration,
}

impl Web {
    /// # Errors
    /// When the system lacks what TLS or a connection needs; says what.
    pub(super) fn new(timeout: Duration) -> Result<Self, String> {
        // Somebody else in this process may have installed it before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::of(&error).to_string())?;
        let client = client(timeout, false).or_else(|_| {
            // In a bare container there may be no certificates at all; plain HTTP works without.
            client(timeout, true)
        });
        let client = client.map_err(|error| innermost(&error.without_url()))?;
        Ok(Self {
            runtime,
            client,
            timeout,
        })
    }

    /// Asks `address`, and waits for the head of the answer.
    ///
    /// # Errors
    /// Says why there is no body, without any secret of the URL.
    pub(super) fn get(
        &self,
        address: &Address,
        progress: &Arc<Progress>,
    ) -> Result<Stream<'_>, String> {
        let request = self.client.get(address.url().clone()).send();
        let waited = self
            .runtime
            .block_on(async { time::timeout(self.timeout, request).await });
        let response = match waited {
            Err(_) => return Err(format!("no answer within {}", seconds(self.timeout))),
            Ok(Err(error)) => return Err(address.redacted(&self.unsent(error))),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        if status == StatusCode::OK && is_protobuf(response.headers()) {
            return Err("the server sends protobuf although asked for text".to_owned());
        }
        let expected = response.content_length().unwrap_or(0);
        let body = Answer {
            web: self,
            response,
            piece: Vec::new(),
            given: 0,
            fault: None,
        };
        if status != StatusCode::OK {
            let page = page(body);
            let reason = status.canonical_reason().unwrap_or_default();
            let text = format!("HTTP {} {reason}", status.as_u16());
            return Err(match page {
                Some(page) => format!("{}: {}", text.trim_end(), address.redacted(&page)),
                None => text.trim_end().to_owned(),
            });
        }
        Ok(Stream::lent(Counted::new(
            body,
            Expected::new(progress, expected),
        )))
    }

    fn unsent(&self, error: reqwest::Error) -> String {
        let error = error.without_url();
        if error.is_timeout() {
            format!("no connection within {}", seconds(self.timeout))
        } else if error.is_connect() {
            format!("cannot connect: {}", innermost(&error))
        } else {
            innermost(&error)
        }
    }
}

fn client(timeout: Duration, without_certificates: bool) -> reqwest::Result<Client> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(FORMATS));
    // What comes is recognised by its first bytes, as with files, so the client need not know gzip.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let builder = Client::builder()
        .user_agent(concat!("meshctl/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(timeout)
        // It would tell a server that one is redirected to the secrets in the query.
        .referer(false);
    if without_certificates {
        builder.tls_certs_only([]).build()
    } else {
        builder.build()
    }
}

fn is_protobuf(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("protobuf"))
}

/// What an error comes down to: the outer layers only say that a request failed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => Fault::of(error).to_string(),
        None => error.to_string(),
    }
}

/// The beginning of an error page on one line, where it is text that a person may read.
fn page(body: Answer<'_>) -> Option<String> {
    let mut stream = Stream::lent(body.take(PAGE_BYTES));
    let mut head = Head::take(&mut stream);
    if Container::of(&head.bytes) == Some(Container::Compressed(Compression::Gzip)) {
        let mut inner = stream.rejoined(head).decompressed(Compression::Gzip).ok()?;
        head = Head::take(&mut inner);
    }
    let text = String::from_utf8_lossy(&head.bytes);
    if text.trim_start().starts_with('<') || text.contains('\0') {
        return None;
    }
    let printable: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = printable.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(PAGE_CHARS).collect();
    (!line.is_empty()).then_some(line)
}

/// The body of an answer. It only moves while somebody reads it, so a slow reader slows the server.
struct Answer<'w> {
    web: &'w Web,
    response: Response,
    piece: Vec<u8>,
    given: usize,
    fault: Option<Fault>,
}

impl Answer<'_> {
    /// Waits for the next piece; `None` at the end.
    fn receive(&mut self) -> Result<Option<()>, Fault> {
        let patience = self.web.timeout;
        let Self { web, response, .. } = self;
        let waited = web
            .runtime
            .block_on(async { time::timeout(patience, response.chunk()).await });
        match waited {
            Err(_) => Err(Fault::Stalled(patience)),
            Ok(Err(error)) => Err(Fault::ConnectionLost(innermost(&error.without_url()))),
            Ok(Ok(None)) => Ok(None),
            Ok(Ok(Some(piece))) => {
                self.piece.clear();
                self.piece.extend_from_slice(&piece);
                self.given = 0;
                Ok(Some(()))
            }
        }
    }
}

impl Read for Answer<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone().into());
        }
        while self.given == self.piece.len() {
            match self.receive() {
                Ok(Some(())) => {}
                Ok(None) => return Ok(0),
                Err(fault) => {
                    self.fault = Some(fault.clone());
                    return Err(fault.into());
                }
            }
        }
        let count = (&self.piece[self.given..]).read(into)?;
        self.given += count;
        Ok(count)
    }
}
