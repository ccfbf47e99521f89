//! One request and its answer over a connection of its own.

use bytes::Bytes;
use futures_util::StreamExt;
use http::Request;
use http::header::ACCEPT;
use http::header::ACCEPT_ENCODING;
use http::header::CONNECTION;
use http::header::HOST;
use http::header::USER_AGENT;
use http::request::Builder;
use http_body_util::BodyExt;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::task::JoinHandle;

use crate::source::cluster::trouble::Trouble;
use crate::source::cluster::trouble::innermost;
use crate::source::fault::Fault;
use crate::source::sweep::Answer;
use crate::source::web::FORMATS;

/// What every request for metrics says.
pub(super) fn headers(request: Builder) -> Builder {
    request
        .header(ACCEPT, FORMATS)
        // What comes is recognised by its first bytes, as with files, so the client need not know gzip.
        .header(ACCEPT_ENCODING, "gzip")
        .header(USER_AGENT, concat!("meshctl/", env!("CARGO_PKG_VERSION")))
}

/// Moves the bytes of a connection until nobody needs it any more.
struct Driver(JoinHandle<hyper::Result<()>>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks for `path` over `stream`. `holder` is kept as long as the answer is read.
///
/// # Errors
/// The connection ends before the head of the answer is there.
pub(super) async fn over<S, H>(
    stream: S,
    holder: H,
    host: &str,
    path: &str,
) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Send + 'static,
{
    let lost = |error: &hyper::Error| Trouble::Lost(lost(error));
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| lost(&error))?;
    let driver = Driver(tokio::spawn(connection));
    let request = headers(Request::get(path))
        .header(HOST, host)
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new());
    let request = request.map_err(|error| Trouble::Lost(error.to_string()))?;
    let answer = sender.send_request(request).await;
    let (head, body) = answer.map_err(|error| lost(&error))?.into_parts();
    let kept = (holder, driver, sender);
    let body = body.into_data_stream().map(move |piece| {
        let _ = &kept;
        piece.map_err(|error| Fault::ConnectionLost(innermost(&error)))
    });
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: body.boxed(),
    })
}

fn lost(error: &hyper::Error) -> String {
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        "the connection was closed before an answer came: does anything listen on this port?"
            .to_owned()
    } else if error.is_parse() {
        format!("the answer is no HTTP: {}", innermost(error))
    } else {
        innermost(error)
    }
}
