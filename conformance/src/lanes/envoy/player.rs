//! What plays the containers of a pod: this program once more, with small servers and a client that does what it is told.
//!
//! Orders come as lines of JSON on standard input; each is answered by a line on standard output.

pub mod grpc;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The argument that makes this program the player of a pod.
pub const ARGUMENT: &str = "play-pod";

/// How long a call may take; whatever refuses one does so at once.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a player is told.
#[derive(Debug, Serialize, Deserialize)]
pub enum Order {
    /// Sets kernel parameters of the pod's network.
    Sysctls(BTreeMap<String, String>),
    /// Serves on these ports, under the name of the pod.
    Serve {
        /// What answers say who has answered.
        name: String,
        /// HTTP, gRPC and plain TCP on each of them, the first and the last with TLS and without.
        ports: Vec<u16>,
    },
    /// Calls somebody.
    Call(Call),
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Call {
    /// Whom: a name, or an address.
    pub host: String,
    /// On which port.
    pub port: u16,
    /// In which protocol.
    pub protocol: Protocol,
    /// The host of the request, where it is not the one that is called.
    pub authority: Option<String>,
    /// The path of the request; of gRPC, the method.
    pub path: String,
    /// What is said besides, by gRPC only.
    pub headers: BTreeMap<String, String>,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// A request of HTTP/1.1.
    Http,
    /// The same in TLS; who answers is not verified.
    Https,
    /// A call of gRPC, by HTTP/2 without TLS.
    Grpc,
    /// A line of text; the answer is one, too.
    Tcp,
}

/// What came of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status of the response, of HTTP only.
    pub status: Option<u16>,
    /// The status of the call, of gRPC only.
    pub grpc: Option<u16>,
    /// Who has answered; none where it was none of the players.
    pub served: Option<Served>,
    /// Why there was no answer, or what it was else.
    pub problem: Option<String>,
}

/// What the server of a player says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// The pod.
    pub pod: String,
    /// The port.
    pub port: u16,
    /// The address of who has connected.
    pub peer: String,
    /// Headers of the request, in small letters.
    pub headers: BTreeMap<String, String>,
}

impl Answer {
    /// Whether this pod has answered.
    pub fn is_from(&self, pod: &str) -> bool {
        let is_success = self.status.is_none_or(|status| status == 200)
            && self.grpc.is_none_or(|status| status == 0)
            && self.problem.is_none();
        is_success && self.served.as_ref().is_some_and(|served| served.pod == pod)
    }

    fn problem(problem: impl ToString) -> Self {
        Self { problem: Some(problem.to_string()), ..Self::default() }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self { served: Some(served), .. } => write!(formatter, "an answer of {}", served.pod),
            Self { grpc: Some(status), .. } => write!(formatter, "status {status} of gRPC"),
            Self { status: Some(status), .. } => write!(formatter, "status {status}"),
            Self { problem: Some(problem), .. } => formatter.write_str(problem),
            _ => formatter.write_str("nothing"),
        }
    }
}

/// Plays until standard input ends.
pub fn play() -> ExitCode {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let answer = match serde_json::from_str(&line) {
            Ok(order) => obey(order).unwrap_or_else(Answer::problem),
            Err(error) => Answer::problem(error),
        };
        let mut output = io::stdout().lock();
        let told = serde_json::to_writer(&mut output, &answer)
            .map_err(io::Error::from)
            .and_then(|()| output.write_all(b"\n"))
            .and_then(|()| output.flush());
        if told.is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn obey(order: Order) -> io::Result<Answer> {
    match order {
        Order::Sysctls(settings) => {
            for (name, value) in settings {
                std::fs::write(format!("/proc/sys/{}", name.replace('.', "/")), value)?;
            }
        }
        Order::Serve { name, ports } => {
            let tls = Arc::new(tls(&name)?);
            for port in ports {
                let tls = Arc::clone(&tls);
                let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
                let name = name.clone();
                thread::spawn(move || serve(&listener, &tls, &name, port));
            }
        }
        Order::Call(call) => return Ok(self::call(&call).unwrap_or_else(Answer::problem)),
    }
    Ok(Answer::default())
}

/// With a certificate that nobody has to trust.
fn tls(name: &str) -> io::Result<ServerConfig> {
    let issued =
        rcgen::generate_simple_self_signed(vec![name.to_owned()]).map_err(io::Error::other)?;
    let key = PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der());
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key.into())
        .map_err(io::Error::other)
}

fn serve(listener: &TcpListener, tls: &Arc<ServerConfig>, name: &str, port: u16) {
    for stream in listener.incoming().flatten() {
        let (name, tls) = (name.to_owned(), Arc::clone(tls));
        thread::spawn(move || {
            // Whoever goes away does not wait for an answer.
            let _ = accept(stream, tls, name, port);
        });
    }
}

/// The first byte of a handshake of TLS.
const HANDSHAKE: u8 = 22;

/// How many bytes tell what is spoken: nothing that is spoken here is shorter.
const TELLING: usize = grpc::BEGINNING.len();

fn accept(stream: TcpStream, tls: Arc<ServerConfig>, pod: String, port: u16) -> io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    let peer = stream.peer_addr()?.ip().to_string();
    let mut first = [0; TELLING];
    while (1..TELLING).contains(&stream.peek(&mut first)?) {
        thread::sleep(Duration::from_millis(1));
    }
    if first == grpc::BEGINNING {
        return grpc::serve(stream, &peer, &pod, port);
    }
    if first[0] != HANDSHAKE {
        return answer(stream, peer, pod, port);
    }
    let mut stream =
        StreamOwned::new(ServerConnection::new(tls).map_err(io::Error::other)?, stream);
    answer(&mut stream, peer, pod, port)?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// Answers a request of HTTP with one, and a line with a line.
fn answer(stream: impl Read + Write, peer: String, pod: String, port: u16) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(());
    }
    let is_http = line.trim_end().ends_with("HTTP/1.1");
    let mut headers = BTreeMap::new();
    if is_http {
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header)? == 0 || header.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':') {
                headers.insert(name.to_lowercase(), value.trim().to_owned());
            }
        }
    }
    let served = serde_json::to_string(&Served { pod, port, peer, headers })?;
    let writer = reader.get_mut();
    if is_http {
        // The line's end is part of it.
        let length = served.len() + 1;
        write!(
            writer,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
    }
    writeln!(writer, "{served}")?;
    writer.flush()
}

fn call(call: &Call) -> io::Result<Answer> {
    match call.protocol {
        Protocol::Https => return https(call),
        Protocol::Http | Protocol::Tcp | Protocol::Grpc => {}
    }
    let address = (call.host.as_str(), call.port)
        .to_socket_addrs()?
        .find(std::net::SocketAddr::is_ipv4)
        .ok_or_else(|| io::Error::other("the name has no address"))?;
    if call.protocol == Protocol::Grpc {
        return grpc::call(call, &address);
    }
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    if call.protocol == Protocol::Tcp {
        writeln!(stream, "who is there?")?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        return Ok(match serde_json::from_str(&line) {
            Ok(served) => Answer { served: Some(served), ..Answer::default() },
            Err(_) if line.is_empty() => Answer::problem("closed"),
            Err(_) => Answer::problem(format!("another answer: {line}")),
        });
    }
    let authority = call.authority.clone().unwrap_or_else(|| match call.port {
        80 => call.host.clone(),
        port => format!("{}:{port}", call.host),
    });
    write!(
        stream,
        "GET {} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: conformance\r\nConnection: close\r\n\r\n",
        call.path
    )?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    Ok(read(&String::from_utf8_lossy(&response)))
}

/// Reads a response of HTTP/1.1; its body is found by its braces, however it is sent.
fn read(response: &str) -> Answer {
    let status = response.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    let served = response.split_once("\r\n\r\n").and_then(|(_, body)| {
        let body = body.get(body.find('{')?..=body.rfind('}')?)?;
        serde_json::from_str(body).ok()
    });
    let problem = status.is_none().then(|| "closed".to_owned());
    Answer { status, served, problem, ..Answer::default() }
}

fn https(call: &Call) -> io::Result<Answer> {
    let tls = ureq::tls::TlsConfig::builder().disable_verification(true).build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(tls)
        .build()
        .into();
    let mut request = agent.get(format!("https://{}:{}{}", call.host, call.port, call.path));
    if let Some(authority) = &call.authority {
        request = request.header("Host", authority);
    }
    let mut response = request.call().map_err(io::Error::other)?;
    let status = Some(response.status().as_u16());
    let body = response.body_mut().read_to_string().unwrap_or_default();
    let served = serde_json::from_str::<Value>(&body)
        .ok()
        .and_then(|body| serde_json::from_value(body).ok());
    Ok(Answer { status, served, ..Answer::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = Arc::new(tls("web").unwrap());
        thread::spawn(move || serve(&listener, &tls, "web", port));
        port
    }

    fn of(port: u16, protocol: Protocol) -> Call {
        Call {
            host: "127.0.0.1".to_owned(),
            port,
            protocol,
            authority: Some("example.com".to_owned()),
            path: "/".to_owned(),
            headers: BTreeMap::new(),
        }
    }

    #[test]
    fn a_server_says_who_it_is_in_every_protocol() {
        let port = server();
        let answer = call(&of(port, Protocol::Http)).unwrap();
        assert!(answer.is_from("web") && answer.status == Some(200), "{answer:?}");
        assert_eq!(answer.served.unwrap().headers["host"], "example.com");
        let answer = call(&of(port, Protocol::Tcp)).unwrap();
        assert!(answer.is_from("web") && !answer.is_from("other"), "{answer:?}");
        let answer = call(&of(port, Protocol::Https)).unwrap();
        assert!(answer.is_from("web") && answer.status == Some(200), "{answer:?}");
        let answer = call(&of(port, Protocol::Grpc)).unwrap();
        assert!(answer.is_from("web") && answer.grpc == Some(0), "{answer:?}");
        assert_eq!(answer.served.unwrap().headers["te"], "trailers");
    }

    #[test]
    fn a_call_of_grpc_fails_as_it_asks_for() {
        let mut asked = of(server(), Protocol::Grpc);
        asked.headers.insert(grpc::FAIL.to_owned(), "14".to_owned());
        let answer = call(&asked).unwrap();
        assert!(answer.served.is_some() && !answer.is_from("web"), "{answer:?}");
        assert_eq!(answer.grpc, Some(14));
    }

    #[test]
    fn an_answer_of_http_is_none_of_grpc() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let _ = answer(stream, String::new(), "web".to_owned(), port);
        });
        assert!(call(&of(port, Protocol::Grpc)).is_err());
    }

    #[test]
    fn a_refusal_is_no_answer() {
        let refused =
            read("HTTP/1.1 403 Forbidden\r\ncontent-length: 19\r\n\r\nRBAC: access denied");
        assert_eq!(refused.status, Some(403));
        assert!(!refused.is_from("web"));
        assert_eq!(read("").problem.as_deref(), Some("closed"));
    }
}
