//! A kubelet as far as the API server asks one to forward ports: over TLS and a `WebSocket`, to where a pod listens.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;

use http::HeaderValue;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::accept_hdr;
use tokio_tungstenite::tungstenite::handshake::server::Request;
use tokio_tungstenite::tungstenite::handshake::server::Response;

use super::Identity;

/// The channel of bytes, and that of errors, of the only port.
const DATA: u8 = 0;
const ERROR: u8 = 1;

/// Addresses of pods by `namespace/name`.
type Addresses = Arc<Mutex<BTreeMap<String, String>>>;

pub(crate) struct Kubelet {
    pub(crate) port: u16,
    addresses: Addresses,
}

impl Kubelet {
    /// Serves until the process ends.
    pub(crate) fn start(identity: &Identity) -> Self {
        let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key);
        let config = Arc::new(config.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let addresses = Addresses::default();
        let known = Arc::clone(&addresses);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                let known = Arc::clone(&known);
                // Whoever goes away in the middle has what they wanted.
                thread::spawn(move || forward(connection, config, &known));
            }
        });
        Self { port, addresses }
    }

    /// Tells it of a pod.
    pub(crate) fn runs(&self, namespace: &str, name: &str, address: &str) {
        let pod = format!("{namespace}/{name}");
        let mut known = self.addresses.lock().unwrap();
        known.insert(pod, address.to_owned());
    }
}

/// One request over one forwarded port: it goes in, the answer comes out, and that is the end.
fn forward(
    connection: TcpStream,
    config: Arc<ServerConfig>,
    known: &Addresses,
) -> Result<(), io::Error> {
    let session = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut asked = String::new();
    let note = |request: &Request, mut response: Response| {
        asked = request.uri().to_string();
        let protocol = HeaderValue::from_static("v4.channel.k8s.io");
        let headers = response.headers_mut();
        headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        Ok(response)
    };
    let accepted = accept_hdr(StreamOwned::new(session, connection), note);
    let mut socket = accepted.map_err(|error| io::Error::other(error.to_string()))?;
    // `/portForward/NAMESPACE/NAME?port=4191`
    let asked = asked.strip_prefix("/portForward/");
    let (pod, port) = asked.and_then(|asked| asked.split_once("?port=")).unwrap();
    let port: u16 = port.parse().unwrap();
    let address = known.lock().unwrap().get(pod).cloned();
    // Each channel begins with the port it is for.
    for channel in [DATA, ERROR] {
        let begun = socket.send(frame(channel, &port.to_le_bytes()));
        begun.map_err(io::Error::other)?;
    }
    let address = address.unwrap_or_default();
    let mut inside = match TcpStream::connect((&*address, port)) {
        Ok(stream) => stream,
        Err(error) => {
            let text = format!("error forwarding port {port} to pod {pod}: {error}");
            let said = socket.send(frame(ERROR, text.as_bytes()));
            said.map_err(io::Error::other)?;
            let _ = socket.close(None);
            while socket.read().is_ok() {}
            return Ok(());
        }
    };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let message = socket.read().map_err(io::Error::other)?;
        if let Message::Binary(bytes) = message
            && let Some((&DATA, bytes)) = bytes.split_first()
        {
            inside.write_all(bytes)?;
            head.extend_from_slice(bytes);
        }
    }
    let mut buffer = vec![0; 1 << 14];
    loop {
        let count = inside.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        let sent = socket.send(frame(DATA, &buffer[..count]));
        sent.map_err(io::Error::other)?;
    }
    let _ = socket.close(None);
    while socket.read().is_ok() {}
    Ok(())
}

fn frame(channel: u8, bytes: &[u8]) -> Message {
    let mut framed = vec![channel];
    framed.extend_from_slice(bytes);
    Message::binary(framed)
}
