//! A repository of charts on loopback, which says what was asked of it.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use harness::Failure;

use crate::lanes::loopback;

/// The files of a folder, by HTTP.
pub struct Repository {
    /// Its address.
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Repository {
    /// Listens until this program ends.
    pub fn serve(folder: PathBuf) -> Result<Self, Failure> {
        let (listener, port) = loopback::listen("repository")?;
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let all = Arc::clone(&asked);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // One that goes in the middle is none of ours.
                let _ = answer(client, &folder, &all);
            }
        });
        Ok(Self { url: format!("http://127.0.0.1:{port}"), asked })
    }

    /// The packages that were downloaded since this was last called.
    pub fn downloaded(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_package = |path: &String| path != "index.yaml";
        std::mem::take(&mut *asked).into_iter().filter(is_package).collect()
    }
}

fn answer(mut client: TcpStream, folder: &Path, asked: &Mutex<Vec<String>>) -> io::Result<()> {
    let (mut request, mut piece) = (Vec::new(), [0; 1024]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match client.read(&mut piece)? {
            0 => return Ok(()),
            length => request.extend_from_slice(&piece[..length]),
        }
    }
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    // The folder has no others below it.
    let contents = Some(&path)
        .filter(|path| !path.contains('/'))
        .and_then(|path| fs::read(folder.join(path)).ok());
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    let (status, contents) = contents.map_or(("404 Not Found", Vec::new()), |all| ("200 OK", all));
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        contents.len()
    )?;
    client.write_all(&contents)
}
