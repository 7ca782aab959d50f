//! What lanes play themselves, on loopback: proxies, webhooks, repositories.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use harness::Failure;

/// Listens on a port that is free, and says which; `what` is said where that cannot be: `proxy`.
pub fn listen(what: &str) -> Result<(TcpListener, u16), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!(
            "no {what} can listen on 127.0.0.1: {error}; end other programs and run again"
        ))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}
