//! A proxy on loopback that loses connections: of each, the end after some bytes.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use harness::Failure;

use crate::lanes::loopback;

/// How many connections it has lost.
#[derive(Clone, Default)]
pub struct Lost(Arc<AtomicUsize>);

impl Lost {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Listens until this program ends; every second connection is lost after a number of bytes that differs.
pub fn start(port: u16) -> Result<(u16, Lost), Failure> {
    let (listener, own) = loopback::listen("proxy")?;
    let lost = Lost::default();
    let counter = lost.clone();
    thread::spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
            // The handshake has some 3 kB.
            let limit = if number % 2 == 0 { usize::MAX } else { 4_000 + number % 7 * 5_000 };
            let (Ok(client_reads), Ok(server_reads)) = (client.try_clone(), server.try_clone())
            else {
                continue;
            };
            thread::spawn(move || pass(client_reads, server, usize::MAX));
            let lost = counter.clone();
            thread::spawn(move || {
                if pass(server_reads, client, limit) {
                    lost.0.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    Ok((own, lost))
}

/// Passes bytes on; whether the limit has ended it.
fn pass(mut from: TcpStream, mut to: TcpStream, limit: usize) -> bool {
    let mut passed = 0;
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        if passed + length > limit {
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
            return true;
        }
        passed += length;
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    false
}
