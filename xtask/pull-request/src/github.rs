//! Calls of GitHub's API.
//!
//! Upstream: <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>

use std::env;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use support::{Failure, tell, visible};
use ureq::http::{HeaderMap, Method, Request, StatusCode};
use ureq::{Agent, Error};

/// Time limit of one call, from the DNS lookup to the last byte.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How often something is tried, and how long after the first time there is no other attempt.
const ATTEMPTS: u32 = 4;
const PATIENCE: Duration = Duration::from_mins(5);

/// The longest wait that GitHub may ask for.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// Before the second attempt; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(500);

/// What to wait where a limit is reached that says no time.
const OF_A_LIMIT: Duration = Duration::from_mins(1);

/// The most bytes of an answer: a hundred comments of the largest size have less.
const ANSWER: u64 = 64 << 20;

/// So much of a message of GitHub is shown.
const MESSAGE: usize = 300;

/// A repository of GitHub, and who speaks to it.
pub struct GitHub {
    api: String,
    /// `owner/name`.
    repository: String,
    token: String,
    agent: Agent,
}

/// Why a call did not do what it was to.
#[derive(Debug, PartialEq)]
pub enum Trouble {
    /// Another attempt would fail, too.
    ForGood(String),
    /// Another attempt may succeed, after this time if one was named.
    ForNow(String, Option<Duration>),
    /// What was sent is not to be done, with the reasons of GitHub.
    Refused(String),
}

impl GitHub {
    /// As the variables of a workflow name it.
    ///
    /// # Errors
    /// If one is missing, or leads the token to where it must not go.
    pub fn from_environment() -> Result<Self, Failure> {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
        let missing = |name: &str, what: &str| Failure::new(format!("{name} is not set: {what}"));
        let token = variable("GITHUB_TOKEN").ok_or_else(|| {
            missing("GITHUB_TOKEN", "give the step `env: GITHUB_TOKEN: ${{ github.token }}`")
        })?;
        let token = token.trim().to_owned();
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::new(
                "GITHUB_TOKEN is no token: it has letters that none has; give the step `env: GITHUB_TOKEN: ${{ github.token }}`",
            ));
        }
        let repository = variable("GITHUB_REPOSITORY").ok_or_else(|| {
            missing(
                "GITHUB_REPOSITORY",
                "set it to the repository, owner/name, as GitHub does in a workflow",
            )
        })?;
        let is_part = |part: &str| {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            !part.is_empty() && part.chars().all(fits) && part.chars().any(|letter| letter != '.')
        };
        if !repository.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name))
        {
            return Err(Failure::new(format!(
                "GITHUB_REPOSITORY is {}, which is no repository: set it to owner/name",
                visible(&repository)
            )));
        }
        let api = variable("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned());
        let api = api.trim().trim_end_matches('/').to_owned();
        if !(api.starts_with("https://") || is_of_this_machine(&api)) {
            return Err(Failure::new(format!(
                "GITHUB_API_URL is {}, and the token goes by https alone: set it to https://api.github.com, or to that of your server",
                visible(&api)
            )));
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            // The token goes nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        Ok(Self { api, repository, token, agent })
    }

    /// The owner of the repository.
    pub fn owner(&self) -> &str {
        self.repository.split('/').next().unwrap_or_default()
    }

    /// Does something that may be tried again as a whole: a call whose answer was lost may have done its work.
    ///
    /// # Errors
    /// If it cannot be done, or not in time.
    pub fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Trouble>) -> Result<T, Failure> {
        let started = Instant::now();
        let mut pause = PAUSE;
        let mut number = 1;
        loop {
            let (reason, asked) = match attempt() {
                Ok(done) => return Ok(done),
                Err(Trouble::ForGood(reason) | Trouble::Refused(reason)) => {
                    return Err(Failure::new(reason));
                }
                Err(Trouble::ForNow(reason, asked)) => (reason, asked),
            };
            let wait = asked.unwrap_or(pause);
            if wait > LONGEST_WAIT {
                return Err(Failure::new(format!(
                    "{reason}, and wants to be asked again in {} s: run the job again then",
                    wait.as_secs()
                )));
            }
            if number == ATTEMPTS || started.elapsed() + wait > PATIENCE {
                return Err(Failure::new(format!(
                    "{reason}, also at the attempt number {number}: run the job again"
                )));
            }
            tell(format_args!("{reason}; trying again in {:.1} s", wait.as_secs_f32()));
            thread::sleep(wait);
            pause *= 2;
            number += 1;
        }
    }

    /// One call below the repository; the answer is JSON.
    pub fn call(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/repos/{}/{path}", self.api, self.repository))
            .header("Accept", "application/vnd.github+json")
            .header("Authorization", format!("Bearer {}", self.token))
            .header("X-GitHub-Api-Version", "2022-11-28");
        let unaskable = |error: ureq::http::Error| {
            let api = visible(&self.api);
            Trouble::ForGood(format!(
                "GitHub cannot be asked at {api}: {error}; correct GITHUB_API_URL"
            ))
        };
        let sent = match body {
            None => self.agent.run(request.body(()).map_err(unaskable)?),
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_string()).map_err(unaskable)?)
            }
        };
        let mut response = sent.map_err(|error| self.failed(&error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let text = response.body_mut().with_config().limit(ANSWER).read_to_string();
        let text = text.map_err(|error| self.failed(&error))?;
        let answer: Option<Value> = serde_json::from_str(&text).ok();
        if status.is_success() {
            return answer.ok_or_else(|| {
                Trouble::ForNow(
                    "GitHub has answered with something else than JSON".to_owned(),
                    None,
                )
            });
        }
        let message = self.message(answer.as_ref().unwrap_or(&Value::Null));
        Err(judged(status, &headers, &message, &self.repository, SystemTime::now()))
    }

    fn failed(&self, error: &Error) -> Trouble {
        let reason = format!(
            "GitHub cannot be reached at {}: {}",
            visible(&self.api),
            self.clean(&error.to_string())
        );
        match error {
            Error::Io(_)
            | Error::Timeout(_)
            | Error::HostNotFound
            | Error::ConnectionFailed
            | Error::Protocol(_) => Trouble::ForNow(reason, None),
            _ => Trouble::ForGood(format!("{reason}; look at GITHUB_API_URL and the proxy")),
        }
    }

    /// What an answer says that is wrong, on one line.
    fn message(&self, answer: &Value) -> String {
        let errors = answer["errors"].as_array().into_iter().flatten();
        let texts = errors.filter_map(|error| error["message"].as_str().or_else(|| error.as_str()));
        let all: Vec<&str> = answer["message"].as_str().into_iter().chain(texts).collect();
        let text: String = all.join(": ").chars().take(MESSAGE).collect();
        self.clean(&text)
    }

    /// Without the token, whoever repeats it.
    fn clean(&self, text: &str) -> String {
        visible(&text.replace(&self.token, "***"))
    }
}

/// Whether nobody else hears what is sent there: a test, or a proxy on the same machine.
fn is_of_this_machine(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => host,
    };
    ["127.0.0.1", "[::1]", "localhost"].contains(&host)
}

/// What an answer that is no success means.
fn judged(
    status: StatusCode,
    headers: &HeaderMap,
    message: &str,
    repository: &str,
    now: SystemTime,
) -> Trouble {
    let said = if message.is_empty() { String::new() } else { format!(" ({message})") };
    let lower = message.to_lowercase();
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let is_limited = status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::FORBIDDEN
            && (number("retry-after").is_some()
                || number("x-ratelimit-remaining") == Some(0)
                || lower.contains("rate limit"));
    if is_limited {
        let until_reset = || {
            let reset = Duration::from_secs(number("x-ratelimit-reset")?);
            let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            // A second more: clocks differ.
            Some(reset.saturating_sub(now) + Duration::from_secs(1))
        };
        let wait = number("retry-after").map(Duration::from_secs);
        let wait = wait.or_else(until_reset).unwrap_or(OF_A_LIMIT);
        return Trouble::ForNow(format!("GitHub takes no more calls for now{said}"), Some(wait));
    }
    match status.as_u16() {
        401 => Trouble::ForGood(format!(
            "GitHub does not know the token{said}: give the step `env: GITHUB_TOKEN: ${{{{ github.token }}}}`"
        )),
        403 if lower.contains("not permitted to create or approve pull requests") => {
            Trouble::ForGood(format!(
                "GitHub refuses it{said}: allow it in the settings of {repository}, Actions, General, «Allow GitHub Actions to create and \
             approve pull requests»"
            ))
        }
        403 => Trouble::ForGood(format!(
            "GitHub refuses it{said}: give the job `permissions: pull-requests: write`; from a fork no token may write, and the text is in \
             the summary of the run"
        )),
        404 => Trouble::ForGood(format!(
            "GitHub does not find it in {repository}{said}: look at the number and the branches, and whether the token may see the repository"
        )),
        422 => Trouble::Refused(format!(
            "GitHub does not take it{said}: look at the branches and the title"
        )),
        408 | 500.. => {
            let wait = number("retry-after").map(Duration::from_secs);
            Trouble::ForNow(format!("GitHub has answered with {}{said}", status.as_u16()), wait)
        }
        300..=399 => Trouble::ForGood(format!(
            "{repository} has moved (GitHub answers with {}): set GITHUB_REPOSITORY to its new name",
            status.as_u16()
        )),
        other => Trouble::ForGood(format!(
            "GitHub has answered with {other}{said}: look at https://www.githubstatus.com"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(
        headers: &[(&'static str, &'static str)],
        status: u16,
        message: &str,
    ) -> Option<Duration> {
        let headers = headers.iter().map(|(name, value)| {
            (ureq::http::HeaderName::from_static(name), ureq::http::HeaderValue::from_static(value))
        });
        let status = StatusCode::from_u16(status).expect("a status");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        match judged(status, &headers.collect(), message, "a/b", now) {
            Trouble::ForNow(_, wait) => wait,
            Trouble::ForGood(_) | Trouble::Refused(_) => None,
        }
    }

    #[test]
    fn limits_say_how_long_they_hold() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(limited(&[("retry-after", "7")], 403, ""), seconds(7));
        assert_eq!(limited(&[("retry-after", "7")], 429, ""), seconds(7));
        let spent = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")];
        assert_eq!(limited(&spent, 403, ""), seconds(31));
        let over = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "10")];
        assert_eq!(limited(&over, 403, ""), seconds(1));
        assert_eq!(limited(&[], 403, "You have exceeded a secondary rate limit"), seconds(60));
        assert_eq!(limited(&[], 429, ""), seconds(60));
        assert_eq!(
            limited(&[("x-ratelimit-remaining", "4999")], 403, "Resource not accessible"),
            None
        );
    }

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        for url in ["http://127.0.0.1:8080", "http://localhost/api", "http://[::1]:80"] {
            assert!(is_of_this_machine(url), "{url}");
        }
        for url in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
            "ftp://localhost",
        ] {
            assert!(!is_of_this_machine(url), "{url}");
        }
    }
}
