//! An admission webhook on loopback that refuses everything.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::Failure;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::lanes::loopback;

/// What it says.
pub const MESSAGE: &str = "the lane wants none of it";

/// Listens until this program ends; what a webhook's `clientConfig` says of it.
pub fn start() -> Result<Value, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!(
            "no webhook can have a certificate: {error}; this is a mistake of the lane"
        ))
    };
    let issued = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])
        .map_err(|error| failed(&error))?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_no_client_auth().with_single_cert(vec![issued.cert.der().clone()], key)
        })
        .map_err(|error| failed(&error))?;
    let config = Arc::new(config);
    let (listener, port) = loopback::listen("webhook")?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = config.clone();
            // The API server says itself what it has not got.
            thread::spawn(move || drop(serve(stream, config)));
        }
    });
    Ok(json!({
        "url": format!("https://127.0.0.1:{port}/"),
        "caBundle": STANDARD.encode(issued.cert.pem()),
    }))
}

/// Refuses each question of a connection.
fn serve(stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<()> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut part)?;
        if length == 0 {
            return Ok(());
        }
        read.extend_from_slice(&part[..length]);
        let Some(review) = review(&read) else { continue };
        read.clear();
        let answer = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "response": {"uid": review["request"]["uid"], "allowed": false, "status": {"message": MESSAGE}},
        })
        .to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
            answer.len()
        )?;
        stream.flush()?;
    }
}

/// The question, once all of it is there.
fn review(read: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(read).ok()?;
    serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()
}
