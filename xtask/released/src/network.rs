//! Files from the network.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::tell;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body, Error};

use crate::folder::LIMIT;

/// Time limit of one attempt, from the DNS lookup to the last byte.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How often a file is asked for, and how long after the first time there is no other attempt.
const ATTEMPTS: u32 = 4;
const PATIENCE: Duration = Duration::from_mins(1);

/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Files that are downloaded at once.
const AT_ONCE: usize = 4;

/// The network, as far as it brings released files: by GET, with redirects that do not lead from https to anything else, and again
/// where it may help.
#[derive(Debug)]
pub struct Network {
    /// Before the second attempt; twice as long before each further one.
    pause: Duration,
}

/// What a server has sent.
pub struct Sent {
    pub bytes: Vec<u8>,
    /// How it is encoded, if it is, though nobody asked for it.
    pub encoding: Option<String>,
}

/// Why an attempt failed.
enum Failed {
    /// Another attempt would fail, too.
    ForGood(String),
    /// Another attempt may succeed, after this time if the server named one.
    ForNow(String, Option<Duration>),
}

impl Default for Network {
    fn default() -> Self {
        Self::pausing(Duration::from_millis(500))
    }
}

impl Network {
    /// With this time before the second attempt.
    pub fn pausing(pause: Duration) -> Self {
        Self { pause }
    }

    /// Downloads files, some at once; `take` gets what each attempt ended with, and its results are in the order of the files.
    pub fn download<T: Send + Sync>(
        &self,
        urls: &[&str],
        take: impl Fn(usize, Result<Sent, String>) -> T + Sync,
    ) -> Vec<T> {
        let taken: Vec<OnceLock<T>> = urls.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let (Some(url), Some(place)) = (urls.get(number), taken.get(number)) else { break };
                match urls.len() {
                    1 => tell(format_args!("downloading {}", url.escape_debug())),
                    all => tell(format_args!(
                        "downloading {} of {all}: {}",
                        number + 1,
                        url.escape_debug()
                    )),
                }
                let _ = place.set(take(number, self.file(url)));
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(urls.len()) {
                scope.spawn(work);
            }
        });
        taken.into_iter().filter_map(OnceLock::into_inner).collect()
    }

    /// One file, asked for until another attempt cannot help; the error says why the last one failed.
    fn file(&self, url: &str) -> Result<Sent, String> {
        let started = Instant::now();
        let mut pause = self.pause;
        let mut attempt = 1;
        loop {
            let (reason, asked) = match sent(url) {
                Ok(sent) => return Ok(sent),
                Err(Failed::ForGood(reason)) => return Err(reason),
                Err(Failed::ForNow(reason, asked)) => (reason, asked),
            };
            let wait = asked.unwrap_or(pause);
            if wait > LONGEST_WAIT {
                return Err(format!(
                    "{reason}, and the server wants to be asked again in {} s",
                    wait.as_secs()
                ));
            }
            if attempt == ATTEMPTS || started.elapsed() + wait > PATIENCE {
                return Err(match attempt {
                    1 => reason,
                    _ => format!("{reason}, also at the attempt number {attempt}"),
                });
            }
            tell(format_args!(
                "{}: {reason}; asking again in {:.1} s",
                url.escape_debug(),
                wait.as_secs_f32()
            ));
            thread::sleep(wait);
            pause *= 2;
            attempt += 1;
        }
    }
}

/// One attempt.
fn sent(url: &str) -> Result<Sent, Failed> {
    let mut response = agent(url).get(url).call().map_err(failed)?;
    let status = response.status();
    if !status.is_success() {
        let reason = format!("http status: {}", status.as_u16());
        let is_for_now = status.is_server_error()
            || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status);
        return Err(if is_for_now {
            Failed::ForNow(reason, retry_after(&response))
        } else {
            Failed::ForGood(reason)
        });
    }
    let encoding = response.headers().get(header::CONTENT_ENCODING);
    let encoding = encoding.and_then(|encoding| encoding.to_str().ok()).map(str::to_owned);
    let encoding = encoding.filter(|encoding| !encoding.eq_ignore_ascii_case("identity"));
    let body = response.body_mut().with_config().limit(LIMIT).read_to_vec();
    Ok(Sent { bytes: body.map_err(failed)?, encoding })
}

/// What is asked for by https comes by https, wherever redirects lead.
fn agent(url: &str) -> Agent {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        .https_only(scheme.eq_ignore_ascii_case("https"))
        .build()
        .into()
}

/// How long the server wants to be left alone, in seconds; a date is taken for no answer.
fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

fn failed(error: Error) -> Failed {
    let reason = error.to_string();
    match error {
        Error::Io(_)
        | Error::Timeout(_)
        | Error::HostNotFound
        | Error::ConnectionFailed
        | Error::Protocol(_) => Failed::ForNow(reason, None),
        _ => Failed::ForGood(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ureq asks the same at each redirect.
    #[test]
    fn nothing_leads_from_https_to_http() {
        let plain = "http://127.0.0.1:9/crds.yaml";
        for url in ["https://example.org/crds.yaml", "HTTPS://example.org/crds.yaml"] {
            let error = agent(url).get(plain).call().expect_err("no https");
            assert!(matches!(error, Error::RequireHttpsOnly(_)), "{error}");
        }
    }
}
