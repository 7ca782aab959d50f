//! What is done on GitHub: one comment, one pull request. Each may be done again, whatever has become of the first time.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};
use support::{Failure, visible};
use ureq::http::Method;

use crate::body::Body;
use crate::github::{GitHub, Trouble};

/// So many are asked for at once, the most that GitHub gives.
const PAGE: usize = 100;
/// More comments than a pull request has: an answer without an end is none.
const PAGES: usize = 100;

/// What has been done.
pub enum Done {
    /// It is new, at this address.
    Created(String),
    /// It was there, and is another now.
    Changed(String),
    /// It was there already.
    Unchanged(String),
    /// The branches do not differ.
    NothingToMerge,
}

impl fmt::Display for Done {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, address) = match self {
            Self::Created(address) => ("new", address),
            Self::Changed(address) => ("changed", address),
            Self::Unchanged(address) => ("unchanged", address),
            Self::NothingToMerge => return formatter.write_str("nothing to merge"),
        };
        write!(formatter, "{what} {}", visible(address))
    }
}

/// A pull request.
pub struct Request<'a> {
    /// The branch to merge.
    pub head: &'a str,
    /// The branch to merge into.
    pub base: &'a str,
    /// The title of a new one.
    pub title: &'a str,
}

/// Writes the comment of a kind, or changes the one that is there.
///
/// # Errors
/// If GitHub does not take it.
pub fn comment(github: &GitHub, number: u64, body: &Body) -> Result<Done, Failure> {
    let text = body.behind("");
    GitHub::patiently(|| {
        let content = json!({ "body": text });
        let Some(own) = own_comment(github, number, body.mark())? else {
            let path = format!("issues/{number}/comments");
            let answer = github.call(&Method::POST, &path, Some(&content))?;
            return Ok(Done::Created(address(&answer)));
        };
        if is_same(&own["body"], &text) {
            return Ok(Done::Unchanged(address(&own)));
        }
        let path = format!("issues/comments/{}", id(&own["id"])?);
        let answer = github.call(&Method::PATCH, &path, Some(&content))?;
        Ok(Done::Changed(address(&answer)))
    })
}

/// Our comment: somebody may have answered with the same beginning.
fn own_comment(github: &GitHub, number: u64, mark: &str) -> Result<Option<Value>, Trouble> {
    let is_own = |comment: &Value| {
        comment["user"]["type"] == "Bot"
            && comment["body"].as_str().is_some_and(|body| body.starts_with(mark))
    };
    for page in 1..=PAGES {
        let path = format!("issues/{number}/comments?per_page={PAGE}&page={page}");
        let comments = list(github.call(&Method::GET, &path, None)?)?;
        let count = comments.len();
        if let Some(own) = comments.into_iter().find(is_own) {
            return Ok(Some(own));
        }
        if count < PAGE {
            break;
        }
    }
    Ok(None)
}

/// Opens a pull request, or changes the description of the one that is open, behind what stands before the mark.
///
/// # Errors
/// If GitHub does not take it.
pub fn open(github: &GitHub, request: &Request<'_>, body: &Body) -> Result<Done, Failure> {
    let Request { head, base, title } = request;
    GitHub::patiently(|| {
        let of_head = encoded(&format!("{}:{head}", github.owner()));
        let path =
            format!("pulls?state=open&head={of_head}&base={}&per_page={PAGE}", encoded(base));
        let open = list(github.call(&Method::GET, &path, None)?)?;
        // GitHub leaves out a condition that it does not understand.
        let is_it = |pull: &&Value| pull["head"]["ref"] == *head && pull["base"]["ref"] == *base;
        let Some(own) = open.iter().find(is_it) else {
            let content =
                json!({ "title": title, "head": head, "base": base, "body": body.behind("") });
            return match github.call(&Method::POST, "pulls", Some(&content)) {
                Ok(answer) => Ok(Done::Created(address(&answer))),
                Err(Trouble::Refused(reason)) if reason.contains("No commits between") => {
                    Ok(Done::NothingToMerge)
                }
                // Another run has just opened it.
                Err(Trouble::Refused(reason)) if reason.contains("already exists") => {
                    Err(Trouble::ForNow(reason, None))
                }
                Err(trouble) => Err(trouble),
            };
        };
        let old = own["body"].as_str().unwrap_or_default();
        let before = old.find(body.mark()).map_or(old, |place| &old[..place]);
        let new = body.behind(before);
        if is_same(&own["body"], &new) {
            return Ok(Done::Unchanged(address(own)));
        }
        let path = format!("pulls/{}", id(&own["number"])?);
        let answer = github.call(&Method::PATCH, &path, Some(&json!({ "body": new })))?;
        Ok(Done::Changed(address(&answer)))
    })
}

/// GitHub may have other ends of lines, and none at the end.
fn is_same(old: &Value, new: &str) -> bool {
    old.as_str().is_some_and(|old| old.replace("\r\n", "\n").trim_end() == new.trim_end())
}

fn list(answer: Value) -> Result<Vec<Value>, Trouble> {
    match answer {
        Value::Array(elements) => Ok(elements),
        _ => Err(Trouble::ForGood(
            "GitHub has answered with no list: look at GITHUB_API_URL".to_owned(),
        )),
    }
}

fn id(value: &Value) -> Result<u64, Trouble> {
    value.as_u64().ok_or_else(|| {
        Trouble::ForGood("GitHub has answered without a number: look at GITHUB_API_URL".to_owned())
    })
}

fn address(answer: &Value) -> String {
    answer["html_url"].as_str().unwrap_or_default().to_owned()
}

/// A part of a query.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
