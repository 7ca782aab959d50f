//! Requests to the API server: as many at once as it likes, and again where that may help.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request};
use kube::Client;
use kube::client::Body;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use support::{tell, visible};
use tokio::sync::Semaphore;

use crate::stop::Stop;
use crate::trouble::{Refusal, Trouble, of_connection};

/// Under whose name fields are written.
///
/// Upstream: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers>
pub const MANAGER: &str = "manifests-live";

/// How many requests are under way at once.
const AT_ONCE: usize = 16;

/// How long one request may take; webhooks have at most 30 s.
const PATIENCE: Duration = Duration::from_secs(40);

/// The pauses before a request is sent again.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// So often a request may stay without an answer: each has taken [`PATIENCE`], or that of a connection.
const SILENCES: usize = 2;

/// The longest pause that the API server may ask for.
const LONGEST: u64 = 30;

/// How many objects a list has at once.
const PAGE: usize = 250;

/// A server that takes requests.
#[derive(Clone)]
pub struct Server(Arc<State>);

struct State {
    client: Client,
    context: String,
    gate: Semaphore,
    stop: Stop,
    /// Why it does not answer any more.
    lost: OnceLock<String>,
    warnings: Mutex<Vec<String>>,
    requests: AtomicU64,
    patience: Duration,
}

/// What is asked.
#[derive(Clone, Debug)]
struct Question {
    method: Method,
    path: String,
    content: &'static str,
    accept: &'static str,
    body: Vec<u8>,
}

/// How to write an object.
#[derive(Clone, Copy, Debug, Default)]
pub struct Write {
    /// Only tell what would become of it.
    pub dry: bool,
    /// Take fields of others.
    pub force: bool,
}

/// Whole objects.
pub const JSON: &str = "application/json";

/// Objects of which only the metadata is asked for.
pub const METADATA: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// A page of a list.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: PageMetadata,
    #[serde(default)]
    items: Vec<Box<RawValue>>,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

impl Server {
    /// A server behind a client.
    pub fn new(client: Client, context: &str, stop: Stop) -> Self {
        Self::with_patience(client, context, stop, PATIENCE)
    }

    fn with_patience(client: Client, context: &str, stop: Stop, patience: Duration) -> Self {
        Self(Arc::new(State {
            client,
            context: context.to_owned(),
            gate: Semaphore::new(AT_ONCE),
            stop,
            lost: OnceLock::new(),
            warnings: Mutex::new(Vec::new()),
            requests: AtomicU64::new(0),
            patience,
        }))
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// What the API server has warned of, each once; they are not told again.
    pub fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An object, or whatever else is at a path; none where nothing is there.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, Trouble> {
        self.get_as(path, JSON).await
    }

    /// The same in another form.
    pub async fn get_as(&self, path: &str, accept: &'static str) -> Result<Option<Value>, Trouble> {
        let question = Question {
            method: Method::GET,
            path: path.to_owned(),
            content: JSON,
            accept,
            body: Vec::new(),
        };
        found(self.json(question).await)
    }

    /// A text, such as lines of a log; none where nothing is there.
    pub async fn text(&self, path: &str) -> Result<Option<String>, Trouble> {
        let question = Question {
            method: Method::GET,
            path: path.to_owned(),
            content: JSON,
            accept: "*/*",
            body: Vec::new(),
        };
        let bytes = found(self.ask(question).await)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Every object of a list, one after the other, page by page.
    pub async fn list(
        &self,
        path: &str,
        selector: &str,
        accept: &'static str,
        mut each: impl FnMut(Value),
    ) -> Result<(), Trouble> {
        let mut next = String::new();
        loop {
            let mut path = format!("{path}?limit={PAGE}");
            for (key, value) in [("labelSelector", selector), ("continue", &next)] {
                if !value.is_empty() {
                    let _ = write!(path, "&{key}={}", utf8_percent_encode(value, VALUE));
                }
            }
            let question =
                Question { method: Method::GET, path, content: JSON, accept, body: Vec::new() };
            let bytes = match self.ask(question).await {
                // What was listed so far is too old: from the beginning; whoever takes the objects has some of them twice.
                Err(Trouble::Refused(refusal)) if refusal.code == 410 && !next.is_empty() => {
                    next.clear();
                    continue;
                }
                other => other?,
            };
            let page: Page = serde_json::from_slice(&bytes).map_err(|_| self.no_json())?;
            for item in page.items {
                each(serde_json::from_str(item.get()).map_err(|_| self.no_json())?);
            }
            if page.metadata.next.is_empty() {
                return Ok(());
            }
            next = page.metadata.next;
        }
    }

    /// Writes an object by server-side apply; what it has become.
    pub async fn apply(&self, path: &str, object: &Value, write: Write) -> Result<Value, Trouble> {
        let Write { dry, force } = write;
        let dry = if dry { "&dryRun=All" } else { "" };
        self.json(Question {
            method: Method::PATCH,
            path: format!(
                "{path}?fieldManager={MANAGER}&fieldValidation=Strict&force={force}{dry}"
            ),
            // JSON is YAML.
            content: "application/apply-patch+yaml",
            accept: JSON,
            body: bytes(object),
        })
        .await
    }

    /// Creates an object.
    pub async fn create(&self, path: &str, object: &Value) -> Result<Value, Trouble> {
        self.json(Self::write(Method::POST, path, object)).await
    }

    /// Replaces an object, if it is still as it says.
    pub async fn replace(&self, path: &str, object: &Value) -> Result<Value, Trouble> {
        self.json(Self::write(Method::PUT, path, object)).await
    }

    /// Changes an object by a JSON patch.
    pub async fn patch(&self, path: &str, steps: &Value) -> Result<Value, Trouble> {
        let path = format!("{path}?fieldManager={MANAGER}");
        let mut question = Self::write(Method::PATCH, &path, steps);
        question.content = "application/json-patch+json";
        self.json(question).await
    }

    /// Deletes an object, if it is still the same; whether it was there.
    pub async fn delete(&self, path: &str, uid: &str) -> Result<bool, Trouble> {
        let options = serde_json::json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": uid},
        });
        Ok(found(self.json(Self::write(Method::DELETE, path, &options)).await)?.is_some())
    }

    fn write(method: Method, path: &str, object: &Value) -> Question {
        Question { method, path: path.to_owned(), content: JSON, accept: JSON, body: bytes(object) }
    }

    async fn json(&self, question: Question) -> Result<Value, Trouble> {
        let bytes = self.ask(question).await?;
        serde_json::from_slice(&bytes).map_err(|_| self.no_json())
    }

    /// What answers is no API server.
    pub fn no_json(&self) -> Trouble {
        Trouble::Lost(format!(
            "what answers in place of the API server of the context {} is none: see whether a proxy or a login page stands \
             between",
            self.0.context
        ))
    }

    /// Asks until there is an answer that another try would not change.
    async fn ask(&self, question: Question) -> Result<Vec<u8>, Trouble> {
        let mut pauses = PAUSES.iter();
        let mut silences = 0;
        loop {
            let (trouble, wanted) = match self.once(&question).await {
                Ok(bytes) => return Ok(bytes),
                Err(Attempt { trouble, again: Again::No, .. }) => {
                    return Err(self.final_word(trouble));
                }
                Err(Attempt { trouble, again, pause }) => {
                    silences += usize::from(again == Again::AfterSilence);
                    (trouble, pause)
                }
            };
            let Some(pause) = pauses.next().filter(|_| silences < SILENCES) else {
                return Err(self.final_word(trouble));
            };
            let pause = wanted.unwrap_or(*pause);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.0.stop.asked() => return Err(trouble),
            }
        }
    }

    /// Once the server is lost for one request, it is lost for all: not each waits on its own.
    fn final_word(&self, trouble: Trouble) -> Trouble {
        if let Trouble::Lost(sentence) = &trouble {
            let _ = self.0.lost.set(sentence.clone());
        }
        trouble
    }

    async fn once(&self, question: &Question) -> Result<Vec<u8>, Attempt> {
        let Ok(_permit) = self.0.gate.acquire().await else {
            return Err(Attempt::last(Trouble::Stopped));
        };
        if let Some(lost) = self.0.lost.get() {
            return Err(Attempt::last(Trouble::Lost(lost.clone())));
        }
        let request = Request::builder()
            .method(question.method.clone())
            .uri(&question.path)
            .header(ACCEPT, question.accept)
            .header(CONTENT_TYPE, question.content)
            .body(Body::from(question.body.clone()));
        let request = request.map_err(|error| {
            Attempt::last(Trouble::Lost(format!(
                "{} is no path of the API server: {error}; correct the name",
                visible(&question.path)
            )))
        })?;
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        let answered = tokio::time::timeout(self.0.patience, async {
            let response = self.0.client.send(request).await?;
            let (parts, body) = response.into_parts();
            Ok::<_, kube::Error>((parts, body.collect_bytes().await?))
        });
        let (parts, bytes) = match answered.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                let (sentence, again) = of_connection(&error, &self.0.context);
                return Err(Attempt { trouble: Trouble::Lost(sentence), again, pause: None });
            }
            Err(_) => {
                let sentence = format!(
                    "the API server of the context {} takes more than {} s to answer, and did so twice: see what keeps it, or the program \
                     that logs in, then run again",
                    self.0.context,
                    self.0.patience.as_secs()
                );
                let trouble = Trouble::Lost(sentence);
                return Err(Attempt { trouble, again: Again::AfterSilence, pause: None });
            }
        };
        let warnings = parts.headers.get_all(http::header::WARNING);
        warnings
            .iter()
            .filter_map(|warning| warning.to_str().ok())
            .for_each(|text| self.warn(text));
        let code = parts.status.as_u16();
        if parts.status.is_success() {
            return Ok(bytes.to_vec());
        }
        let refusal = Refusal::of(code, &bytes);
        if code == 401 && question.method != Method::GET {
            // Credentials that have expired meanwhile: no other object would be written either.
            return Err(Attempt::last(Trouble::Lost(refusal.sentence())));
        }
        let asked =
            parts.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let pause = asked.map(|seconds: u64| Duration::from_secs(seconds.min(LONGEST)));
        // Whoever waits for a webhook does so knowingly.
        let may_pass = matches!(code, 429 | 500 | 502..=504) && !refusal.is_silent_webhook();
        let again = if may_pass { Again::Yes } else { Again::No };
        Err(Attempt { trouble: Trouble::Refused(refusal), again, pause })
    }

    fn warn(&self, header: &str) {
        // `299 - "text"`
        let text = header.splitn(3, ' ').nth(2).unwrap_or(header).trim_matches('"').to_owned();
        let mut warnings = self.0.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&text) {
            warnings.push(text);
        }
    }

    /// Tells what the API server has warned of.
    pub fn tell_warnings(&self) {
        for warning in self.take_warnings() {
            tell(format_args!("warning of the API server: {}", visible(&warning)));
        }
    }
}

/// A try that had no result.
struct Attempt {
    trouble: Trouble,
    again: Again,
    /// How long the server wants to be left alone.
    pause: Option<Duration>,
}

/// Whether another try may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    No,
    Yes,
    /// It may, but not often: this one has waited for long.
    AfterSilence,
}

impl Attempt {
    fn last(trouble: Trouble) -> Self {
        Self { trouble, again: Again::No, pause: None }
    }
}

fn found<T>(result: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Trouble::Refused(refusal)) if refusal.code == 404 => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

fn bytes(object: &Value) -> Vec<u8> {
    object.to_string().into_bytes()
}

/// What stands in a value of a query as it is.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use kube::Config;

    use super::*;

    /// A client of a server that takes connections and says nothing.
    fn silent(patience: Duration) -> (TcpListener, Server) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let config = Config::new(format!("http://{address}").parse().expect("an address"));
        let client = Client::try_from(config).expect("a client");
        (listener, Server::with_patience(client, "shop", Stop::default(), patience))
    }

    #[tokio::test]
    async fn a_server_that_hangs_is_asked_twice() {
        let patience = Duration::from_secs(1);
        let (_listener, server) = silent(patience);
        let started = Instant::now();
        let trouble = server.get("/api").await.expect_err("no answer");
        assert_eq!(
            trouble.sentence(),
            "the API server of the context shop takes more than 1 s to answer, and did so twice: see what keeps it, or the program that \
             logs in, then run again"
        );
        assert_eq!(server.requests(), 2);
        assert!(started.elapsed() < patience * 2 + Duration::from_secs(2));
        // The others do not wait for it on their own.
        assert_eq!(server.get("/apis").await, Err(trouble));
        assert_eq!(server.requests(), 2);
    }
}
