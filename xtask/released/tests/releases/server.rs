//! A server on the loopback interface.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What one request is answered with: status line and further headers, and the body.
#[derive(Clone)]
pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
    /// Bytes of the body that are not sent.
    pub cut: usize,
}

impl Answer {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { head: "200 OK".to_owned(), body: body.into(), cut: 0 }
    }

    /// Without a body; headers end in `\r\n`, but for the last one.
    pub fn empty(head: &str) -> Self {
        Self { head: head.to_owned(), ..Self::ok("") }
    }
}

/// A server that gives one answer after the other, and the last one again and again.
pub struct Server {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    pub fn new(answers: impl FnOnce(&str) -> Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (answers, count) = (answers(&address), requests.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                answer(stream.unwrap(), &answers[number.min(answers.len() - 1)]);
            }
        });
        Self { address, requests }
    }

    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, answer: &Answer) {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request);
    let Answer { head, body, cut } = answer;
    let length = body.len();
    // A client that has seen enough closes the connection.
    let _ =
        write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(&body[..length - cut]);
}
