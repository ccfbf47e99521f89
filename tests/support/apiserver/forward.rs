//! Forwarded ports over a `WebSocket`: two channels a port, one for bytes and one for what went wrong.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::StreamExt;
use http::Request;
use http::Response;
use http::StatusCode;
use http::header::CONNECTION;
use http::header::SEC_WEBSOCKET_ACCEPT;
use http::header::SEC_WEBSOCKET_KEY;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::header::UPGRADE;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::Answer;
use super::Cluster;
use super::authorization::Asked;
use super::lists;
use super::pods;
use super::pods::Listening;
use super::status;

/// The channel of bytes, and that of errors, of the only port.
const DATA: u8 = 0;
const ERROR: u8 = 1;

pub(super) fn upgrade(cluster: &Arc<Cluster>, asked: &Asked, request: Request<Incoming>) -> Answer {
    let headers = request.headers();
    let offered = headers
        .get(SEC_WEBSOCKET_PROTOCOL)
        .map(|value| value.to_str().unwrap().to_owned());
    let key = headers.get(SEC_WEBSOCKET_KEY).cloned();
    let (Some(offered), Some(key), true) = (offered, key, cluster.websockets) else {
        return status(
            StatusCode::BAD_REQUEST,
            "BadRequest",
            "Upgrade request required",
        );
    };
    assert!(
        offered
            .split(", ")
            .any(|protocol| protocol == cluster.protocol),
        "{offered}"
    );
    if cluster
        .object("", "pods", &asked.namespace, &asked.name)
        .is_none()
    {
        return lists::missing("", "pods", &asked.name);
    }
    let mut query =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let port = query
        .find(|(name, _)| name == "ports")
        .map(|(_, value)| value.parse().unwrap());
    let port: u16 = port.expect("a port");
    let listening = cluster
        .pods
        .on(&asked.namespace, &asked.name, port)
        .cloned();
    let pod = asked.name.clone();
    tokio::spawn(async move {
        let upgraded = hyper::upgrade::on(request).await.unwrap();
        let socket =
            WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        forward(socket, &pod, port, listening).await;
    });
    let mut answer = Response::new(Full::new(Bytes::new()));
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(UPGRADE, "websocket".parse().unwrap());
    headers.insert(CONNECTION, "Upgrade".parse().unwrap());
    headers.insert(SEC_WEBSOCKET_PROTOCOL, cluster.protocol.parse().unwrap());
    headers.insert(
        SEC_WEBSOCKET_ACCEPT,
        derive_accept_key(key.as_bytes()).parse().unwrap(),
    );
    answer
}

type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

fn frame(channel: u8, bytes: &[u8]) -> Message {
    let mut framed = vec![channel];
    framed.extend_from_slice(bytes);
    Message::binary(framed)
}

async fn forward(mut socket: Socket, pod: &str, port: u16, listening: Option<Listening>) {
    // Each channel begins with the port it is for.
    for channel in [DATA, ERROR] {
        if socket
            .send(frame(channel, &port.to_le_bytes()))
            .await
            .is_err()
        {
            return;
        }
    }
    let Some(listening) = listening else {
        let error = format!(
            "an error occurred forwarding {port} -> {port}: error forwarding port {port} to pod {pod}, uid : \
             failed to connect to localhost:{port} inside namespace: connection refused"
        );
        let _ = socket.send(frame(ERROR, error.as_bytes())).await;
        let _ = socket.close(None).await;
        return;
    };
    let (inside, outside) = tokio::io::duplex(1 << 16);
    tokio::spawn(pods::serve(inside, listening));
    let (mut from_pod, mut to_pod) = tokio::io::split(outside);
    let mut buffer = vec![0; 1 << 14];
    loop {
        tokio::select! {
            read = from_pod.read(&mut buffer) => match read {
                Ok(count) if count > 0 => {
                    if socket.send(frame(DATA, &buffer[..count])).await.is_err() {
                        return;
                    }
                }
                _ => {
                    let _ = socket.close(None).await;
                    return;
                }
            },
            message = socket.next() => match message {
                Some(Ok(Message::Binary(bytes))) if bytes.first() == Some(&DATA) => {
                    if to_pod.write_all(&bytes[1..]).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}
