//! Plays programs that speak gRPC: HTTP/2 without TLS, and a status of its own.
//!
//! Whoever calls may ask by [`WAIT`] and [`FAIL`] for an answer that is late, or an error.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{RecvStream, client, server};
use tokio::runtime::{Builder, Runtime};
use tokio::time;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

use super::{Answer, Call, Served, TIMEOUT};

/// How a connection of HTTP/2 begins, <https://www.rfc-editor.org/rfc/rfc9113#name-http-2-connection-preface>, as far as no other does.
pub const BEGINNING: &[u8] = b"PRI";

/// The method by which the kubelet, and the agent in its place, ask whether a program is ready.
const HEALTH: &str = "/grpc.health.v1.Health/Check";

/// The message `SERVING`, <https://github.com/grpc/grpc/blob/master/doc/health-checking.md>.
const SERVING: [u8; 2] = [0x08, 0x01];

/// The header by which a caller asks for an answer that many milliseconds late.
pub const WAIT: &str = "wait";

/// The header by which a caller asks for this status.
pub const FAIL: &str = "fail";

/// Where an error says who has answered: it has no message.
const SERVED: &str = "served";

/// The status of a call.
const STATUS: &str = "grpc-status";

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Answers every call of a connection.
pub fn serve(stream: TcpStream, peer: &str, pod: &str, port: u16) -> io::Result<()> {
    // A connection stays as long as the proxy keeps it.
    stream.set_read_timeout(None)?;
    stream.set_nonblocking(true)?;
    runtime()?.block_on(async {
        let stream = tokio::net::TcpStream::from_std(stream)?;
        let mut connection = server::handshake(stream).await.map_err(io::Error::other)?;
        while let Some(call) = connection.accept().await {
            let (request, respond) = call.map_err(io::Error::other)?;
            let served = Served {
                pod: pod.to_owned(),
                port,
                peer: peer.to_owned(),
                headers: texts(request.headers()),
            };
            tokio::spawn(answer(request, respond, served));
        }
        Ok(())
    })
}

fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

async fn answer(
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
    served: Served,
) -> Result<(), io::Error> {
    let asked = |name: &str| served.headers.get(name).and_then(|value| value.parse::<u64>().ok());
    if let Some(late) = asked(WAIT) {
        time::sleep(Duration::from_millis(late)).await;
    }
    let failure = asked(FAIL);
    let said = serde_json::to_string(&served)?;
    let message = match request.uri().path() {
        HEALTH => SERVING.to_vec(),
        _ => said.clone().into_bytes(),
    };
    send(respond, failure, said, message).map_err(io::Error::other)
}

fn send(
    mut respond: SendResponse<Bytes>,
    failure: Option<u64>,
    said: String,
    message: Vec<u8>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let response = Response::builder().header("content-type", "application/grpc");
    if let Some(status) = failure {
        // An error is nothing but headers.
        let response = response.header(STATUS, status).header(SERVED, said).body(())?;
        respond.send_response(response, true)?;
        return Ok(());
    }
    let mut stream = respond.send_response(response.body(())?, false)?;
    stream.send_data(framed(&message).into(), false)?;
    stream.send_trailers(HeaderMap::from_iter([(STATUS.parse()?, "0".parse()?)]))?;
    Ok(())
}

/// A message with what stands before it: that it is not compressed, and its length.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or_default();
    [&[0], &length.to_be_bytes()[..], message].concat()
}

/// Calls a method with an empty message.
pub fn call(call: &Call, address: &SocketAddr) -> io::Result<Answer> {
    let stream = TcpStream::connect_timeout(address, TIMEOUT)?;
    stream.set_nonblocking(true)?;
    runtime()?.block_on(async {
        match time::timeout(TIMEOUT, ask(call, stream)).await {
            Ok(answer) => answer,
            Err(late) => Err(io::Error::other(late)),
        }
    })
}

async fn ask(call: &Call, stream: TcpStream) -> io::Result<Answer> {
    let stream = tokio::net::TcpStream::from_std(stream)?;
    let (send, connection) = client::handshake(stream).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let authority =
        call.authority.clone().unwrap_or_else(|| format!("{}:{}", call.host, call.port));
    let mut request = Request::post(format!("http://{authority}{}", call.path))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let request = request.body(()).map_err(io::Error::other)?;
    let mut send = send.ready().await.map_err(io::Error::other)?;
    let (response, mut stream) = send.send_request(request, false).map_err(io::Error::other)?;
    stream.send_data(framed(&[]).into(), true).map_err(io::Error::other)?;
    let response = response.await.map_err(io::Error::other)?;
    let http = response.status().as_u16();
    let headers = response.headers().clone();
    let mut body = response.into_body();
    let mut message = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.map_err(io::Error::other)?;
        body.flow_control().release_capacity(data.len()).map_err(io::Error::other)?;
        message.extend_from_slice(&data);
    }
    let trailers = body.trailers().await.map_err(io::Error::other)?.unwrap_or_default();
    let status = [&trailers, &headers].into_iter().find_map(|all| all.get(STATUS));
    let grpc = status.and_then(|status| status.to_str().ok()?.parse().ok());
    let said = headers.get(SERVED).map(HeaderValue::as_bytes).or_else(|| message.get(5..));
    Ok(Answer {
        status: Some(http),
        grpc,
        served: said.and_then(|said| serde_json::from_slice(said).ok()),
        problem: grpc.is_none().then(|| "an answer without a status of gRPC".to_owned()),
    })
}
