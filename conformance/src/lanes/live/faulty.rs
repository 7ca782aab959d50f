//! An HTTP proxy on loopback that answers some requests in place of the API server, or keeps their answers.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use harness::Failure;

use crate::lanes::loopback;

/// What becomes of a request instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status, with a header.
    Answer(u16, &'static str),
    /// Its answer comes late.
    Late(Duration),
    /// The connection ends before the API server has seen it.
    Unasked,
    /// The connection ends after the API server has done it.
    Unanswered,
    /// Nobody answers, for as long as the client waits.
    Never,
    /// The same, and [`Faulty::held`] tells of it; whether the API server has done it.
    Held { is_done: bool },
}

/// What becomes of a request, by its number.
type Plan = Box<dyn Fn(usize) -> Option<Fault> + Send>;

/// A proxy that listens until this program ends.
pub struct Faulty {
    port: u16,
    state: Arc<State>,
    held: Receiver<()>,
}

struct State {
    /// Where `kubectl proxy` listens.
    upstream: u16,
    plan: Mutex<Plan>,
    requests: AtomicUsize,
    faults: AtomicUsize,
    holds: Mutex<Sender<()>>,
}

impl Faulty {
    /// A proxy before another one that needs no certificates.
    pub fn start(upstream: u16) -> Result<Self, Failure> {
        let (listener, port) = loopback::listen("proxy")?;
        let (holds, held) = channel();
        let state = Arc::new(State {
            upstream,
            plan: Mutex::new(Box::new(|_| None)),
            requests: AtomicUsize::new(0),
            faults: AtomicUsize::new(0),
            holds: Mutex::new(holds),
        });
        let shared = state.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = shared.clone();
                // A client that is gone needs no answer.
                thread::spawn(move || drop(serve(&client, &state)));
            }
        });
        Ok(Self { port, state, held })
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on this becomes of requests, which are counted anew.
    pub fn plan(&self, plan: impl Fn(usize) -> Option<Fault> + Send + 'static) {
        if let Ok(mut own) = self.state.plan.lock() {
            *own = Box::new(plan);
        }
        self.state.requests.store(0, Ordering::SeqCst);
        self.state.faults.store(0, Ordering::SeqCst);
        while self.held.try_recv().is_ok() {}
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// How many of them had a fault.
    pub fn faults(&self) -> usize {
        self.state.faults.load(Ordering::SeqCst)
    }

    /// Waits for a request that is held; whether there was one.
    pub fn held(&self, patience: Duration) -> bool {
        self.held.recv_timeout(patience).is_ok()
    }
}

/// One request; the connection ends with it.
fn serve(mut client: &TcpStream, state: &State) -> io::Result<()> {
    let request = read(client)?;
    let number = state.requests.fetch_add(1, Ordering::SeqCst);
    let fault = state.plan.lock().ok().and_then(|plan| plan(number));
    state.faults.fetch_add(usize::from(fault.is_some()), Ordering::SeqCst);
    match fault {
        None => client.write_all(&answer(&request, state)?),
        Some(Fault::Answer(status, header)) => {
            let head = format!(
                "HTTP/1.1 {status} Fault\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
            client.write_all(head.as_bytes())
        }
        Some(Fault::Late(time)) => {
            thread::sleep(time);
            client.write_all(&answer(&request, state)?)
        }
        Some(Fault::Unasked) => Ok(()),
        Some(Fault::Unanswered) => answer(&request, state).map(drop),
        Some(Fault::Never) => until_gone(client),
        Some(Fault::Held { is_done }) => {
            if is_done {
                answer(&request, state)?;
            }
            if let Ok(holds) = state.holds.lock() {
                let _ = holds.send(());
            }
            until_gone(client)
        }
    }
}

fn until_gone(mut client: &TcpStream) -> io::Result<()> {
    client.read(&mut [0]).map(drop)
}

/// A request that ends its connection.
fn read(client: &TcpStream) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(client);
    let (mut request, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
        if !name.eq_ignore_ascii_case("connection") {
            request.extend_from_slice(line.as_bytes());
        }
    }
    request.extend_from_slice(b"Connection: close\r\n\r\n");
    let start = request.len();
    request.resize(start + length, 0);
    reader.read_exact(&mut request[start..])?;
    Ok(request)
}

/// What the API server answers.
fn answer(request: &[u8], state: &State) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, state.upstream))?;
    server.write_all(request)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}
