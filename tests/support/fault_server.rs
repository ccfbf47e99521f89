//! A web server that can do everything wrong, on loopback.
//!
//! The path says what happens: `/stall/7` is the fault `stall`, and whatever follows it only tells targets
//! apart. Answers are written by hand, for no library sends what is not HTTP.

use std::collections::HashMap;
use std::io;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;

/// A target that is well, as it begins.
pub(crate) const UP: &str = "# TYPE up gauge\nup 1\n";

/// What a target may do wrong all the time, and what is said of it when it has 500 ms in all and 64 KiB.
pub(crate) const FAULTS: [(&str, &str); 10] = [
    ("silent", "no answer within 500ms"),
    (
        "stall",
        "no end of the body within 500ms: the server stalled after 21 bytes",
    ),
    ("drip", "no end of the body within 500ms: only"),
    ("short", "connection lost in the middle of the body"),
    ("reset", "connection lost in the middle of the body"),
    ("garbage", "what answers does not speak HTTP"),
    ("endless", "the body holds more than 65536 bytes"),
    ("bomb", "the body holds more than 65536 bytes"),
    ("cut", "gzip stream ends early"),
    ("forbidden", "HTTP 403 Forbidden: not for you"),
];

/// Pieces of a slow body.
const DRIP: Duration = Duration::from_millis(20);

/// Serves until it is dropped.
pub(crate) struct FaultServer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    heard: Heard,
    _runtime: Runtime,
}

/// The requests of each path, as they came.
type Heard = Arc<Mutex<HashMap<String, Vec<String>>>>;

struct Site {
    heard: Heard,
    /// What `/ok` answers.
    body: Vec<u8>,
    bomb: Vec<u8>,
    address: SocketAddr,
}

impl FaultServer {
    /// Sites that are well answer with `body`.
    pub(crate) fn new(body: impl Into<Vec<u8>>) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Heard::default();
        let site = Arc::new(Site {
            heard: Arc::clone(&heard),
            body: body.into(),
            bomb: gzip(UP.repeat(400_000).as_bytes()),
            address,
        });
        runtime.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let site = Arc::clone(&site);
                tokio::spawn(async move {
                    // Clients go away in the middle, which is what is tested.
                    let _ = site.serve(connection).await;
                });
            }
        });
        Self {
            address,
            heard,
            _runtime: runtime,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// The heads of the requests that came for `path`.
    pub(crate) fn heard(&self, path: &str) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.get(&format!("/{path}")).cloned().unwrap_or_default()
    }
}

impl Site {
    async fn serve(&self, mut connection: TcpStream) -> io::Result<()> {
        let Some((path, head)) = request(&mut connection).await? else {
            return Ok(());
        };
        let tries = {
            let mut asked = self.heard.lock().unwrap();
            let heads = asked.entry(path.clone()).or_default();
            heads.push(head);
            heads.len()
        };
        let fault = path.trim_start_matches('/').split(['/', '?']).next();
        let fault = fault.unwrap_or_default();
        let answer = match fault {
            "silent" => return wait(&mut connection).await,
            "stall" => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n";
                connection.write_all(format!("{head}{UP}").as_bytes()).await?;
                return wait(&mut connection).await;
            }
            "drip" => return drip(&mut connection).await,
            "short" => [b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", UP.as_bytes()].concat(),
            "reset" => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n";
                connection.write_all(format!("{head}{UP}").as_bytes()).await?;
                tokio::time::sleep(DRIP).await;
                return connection.set_zero_linger();
            }
            "garbage" => b"SSH-2.0-OpenSSH_9.6\r\n\x16\x03\x01\x02\0".to_vec(),
            "binary" => ok(b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe"),
            "endless" => return endless(&mut connection).await,
            "bomb" => packed(&self.bomb),
            "gzip" => packed(&gzip(&self.body)),
            "cut" => {
                let whole = gzip(&self.body.repeat(50));
                packed(&whole[..whole.len() - 9])
            }
            "forbidden" => status("403 Forbidden", "", "not for you\n"),
            "missing" => status("404 Not Found", "", "<html>no such page</html>"),
            "flaky" if tries == 1 => status("500 Internal Server Error", "", "starting\n"),
            "busy" if tries == 1 => status("429 Too Many Requests", "retry-after: 0\r\n", ""),
            "dropped" if tries == 1 => return connection.set_zero_linger(),
            "hung-up" if tries == 1 => return Ok(()),
            "ok" | "flaky" | "busy" | "dropped" | "hung-up" => ok(&self.body),
            "broken" => status("503 Service Unavailable", "", "no healthy upstream\n"),
            "later" => status("503 Service Unavailable", "retry-after: 3600\r\n", ""),
            "protobuf" => [
                b"HTTP/1.1 200 OK\r\ncontent-type: application/vnd.google.protobuf\r\ncontent-length: 1\r\n\r\n".as_slice(),
                b"\x01",
            ]
            .concat(),
            "brotli" => status("200 OK", "content-encoding: br\r\n", "x"),
            "loop" => status("302 Found", "location: /loop\r\n", ""),
            "moved" => status("301 Moved Permanently", "location: /ok/moved\r\n", ""),
            "away" => {
                // The same server by another name is another server.
                let away = format!("location: http://localhost:{}/ok/away\r\n", self.address.port());
                status("307 Temporary Redirect", &away, "")
            }
            "astray" => status("302 Found", "location: file:///etc/passwd\r\n", ""),
            "echo" => {
                let heads = self.heard.lock().unwrap()[&path].join("");
                let line = heads.replace("\r\n", " ");
                let wanted = line.split(' ').skip_while(|word| !word.starts_with("authorization"));
                let echo: Vec<&str> = wanted.take(3).collect();
                status("401 Unauthorized", "", &echo.join(" "))
            }
            _ => status("404 Not Found", "", "no such fault\n"),
        };
        connection.write_all(&answer).await?;
        connection.shutdown().await
    }
}

/// Path and head of a request; `None` where the client only connected.
async fn request(connection: &mut TcpStream) -> io::Result<Option<(String, String)>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok(Some((path, head)))
}

/// Until the client goes away.
async fn wait(connection: &mut TcpStream) -> io::Result<()> {
    let mut rest = [0; 512];
    while connection.read(&mut rest).await? > 0 {}
    Ok(())
}

async fn drip(connection: &mut TcpStream) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    connection.write_all(head.as_bytes()).await?;
    for byte in UP.as_bytes().iter().cycle() {
        connection.write_all(&[*byte]).await?;
        tokio::time::sleep(DRIP).await;
    }
    Ok(())
}

async fn endless(connection: &mut TcpStream) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    connection.write_all(head.as_bytes()).await?;
    for number in 0_u64.. {
        connection
            .write_all(format!("up{{n=\"{number}\"}} 1\n").as_bytes())
            .await?;
    }
    Ok(())
}

fn ok(body: &[u8]) -> Vec<u8> {
    let kind = "text/plain; version=0.0.4";
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nset-cookie: s3cret\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn packed(body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn status(status: &str, headers: &str, page: &str) -> Vec<u8> {
    let length = page.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{page}").into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
