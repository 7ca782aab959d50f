//! Secrets in plain text: what finished objects and the values of charts hold that reads like one.

mod looks;

use serde_json::Value;

use crate::data::NotSecret;
use crate::delivery::{Source, SourceFrom};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::resource::Resource;
use crate::model::rule::Rule;
use crate::values::says_secret;

/// Texts of a bundle that read like secrets, and exceptions for texts that do not.
pub(crate) fn in_plain_text(
    resources: &[Resource],
    sources: &[Source],
    exceptions: &[NotSecret],
) -> Vec<BuildError> {
    let mut needed = vec![false; exceptions.len()];
    let mut errors = Vec::new();
    let objects =
        resources.iter().filter_map(of_object).chain(sources.iter().filter_map(of_source));
    for Holder { object, name, origin, patched, texts } in objects {
        for Text { path, holds } in texts {
            let mut declared = false;
            for (exception, needed) in exceptions.iter().zip(&mut needed) {
                if exception.is_for(&name, &path) {
                    declared = true;
                    *needed = true;
                }
            }
            if !declared {
                let message = format!(
                    "{object}: {path} holds {holds}, and everybody who reads Git would read it: take it from a Secret \
                     (Component::secret, Component::database), or say why it is none: {}",
                    exception(&name, &path)
                );
                let error = BuildError::new(Rule::SecretInPlainText, origin, message);
                errors.push(error.related(patched.iter().copied()));
            }
        }
    }
    errors.extend(
        exceptions.iter().zip(needed).flat_map(|(exception, needed)| idle(exception, needed)),
    );
    errors
}

/// The lines that say that a text is no secret.
fn exception(object: &str, path: &str) -> String {
    let any = format!("Bundle::not_secret({object:?}, {path:?}, \"why\")");
    let of_container = path.strip_suffix("].value").and_then(|path| path.rsplit_once("].env["));
    match of_container {
        Some((_, variable)) => {
            format!("not_secret!({variable:?}, …, \"why\") in place of plain!, otherwise {any}")
        }
        None => any,
    }
}

/// What is wrong with an exception by itself.
fn idle(exception: &NotSecret, needed: bool) -> Vec<BuildError> {
    let NotSecret { origin, object, path, reason } = exception;
    let mut errors = Vec::new();
    if reason.trim().is_empty() {
        errors.push(BuildError::new(
            Rule::MissingReason,
            *origin,
            format!("{path} of {object} reads like a secret, and the reason why it is none is empty: say why"),
        ));
    }
    if !needed {
        errors.push(BuildError::new(
            Rule::UnusedSecretException,
            *origin,
            format!(
                "the bundle has no text {path} of {object} that reads like a secret: one that comes there later would pass unseen; \
                 remove the exception, or correct the names"
            ),
        ));
    }
    errors
}

/// An object, or a chart, with texts that read like secrets.
struct Holder<'a> {
    /// As people read it.
    object: String,
    /// As exceptions name it.
    name: String,
    origin: Origin,
    patched: &'a [Origin],
    texts: Vec<Text>,
}

/// A value of JSON, whichever type holds it.
pub trait Json: Sized {
    /// Its text, where it is one.
    fn text(&self) -> Option<&str>;
    /// Its elements; none where it is no list.
    fn elements(&self) -> &[Self];
    /// Its fields; none where it is no mapping.
    fn fields(&self) -> impl Iterator<Item = (&str, &Self)>;
    /// A field of it.
    fn field(&self, key: &str) -> Option<&Self>;
}

impl Json for Value {
    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn elements(&self) -> &[Self] {
        self.as_array().map_or(&[], Vec::as_slice)
    }

    fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        let fields = self.as_object().into_iter().flatten();
        fields.map(|(key, value)| (key.as_str(), value))
    }

    fn field(&self, key: &str) -> Option<&Self> {
        self.get(key)
    }
}

/// A text that reads like a secret.
#[derive(Debug)]
pub struct SecretText<'a, J = Value> {
    /// Where it stands: `spec.template.spec.containers[web].env[TOKEN].value`.
    pub path: String,
    /// What it holds, without the text itself: `a value of TOKEN`.
    pub holds: String,
    /// The value that holds it.
    pub value: &'a J,
}

/// Every text below a value of JSON that reads like a secret: by the name that it has there, or by itself, such as an address with a
/// password.
#[must_use]
pub fn secret_texts<J: Json>(value: &J) -> Vec<SecretText<'_, J>> {
    of_value(value, "")
}

/// A text that reads like a secret, told without it.
struct Text {
    path: String,
    holds: String,
}

fn of_object(resource: &Resource) -> Option<Holder<'_>> {
    // Whatever the values of a Secret are, they are refused.
    let is_secret = resource.kind().kind == "Secret" && resource.kind().group.is_empty();
    let mut suspicious = false;
    resource.texts(&mut |text| suspicious = suspicious || looks::is_suspicious(text));
    if !suspicious {
        return None;
    }
    let object = resource.object_ref();
    // A value that refuses to be serialized is reported when it is written.
    let json = resource.to_json().ok()?;
    let texts =
        if is_secret { of_value(&json["metadata"], "metadata") } else { of_value(&json, "") };
    let texts = told(texts);
    Some(Holder {
        object: object.to_string(),
        name: object.name,
        origin: resource.origin(),
        patched: resource.patched(),
        texts,
    })
}

fn of_source(source: &Source) -> Option<Holder<'_>> {
    let (object, name, texts) = match &source.from {
        SourceFrom::Chart { name, release, values, .. } => {
            (format!("chart {name}"), release.to_string(), told(of_value(values, "values")))
        }
        SourceFrom::Kustomization { repository, pod_patch, .. } => {
            let name = repository.repository_name().to_owned();
            let patch = serde_json::to_value(pod_patch.as_deref()?).ok()?;
            (format!("kustomization {name}"), name, told(of_value(&patch, "pod_patch")))
        }
    };
    Some(Holder { object, name, origin: source.origin, patched: &[], texts })
}

fn told(texts: Vec<SecretText<'_>>) -> Vec<Text> {
    texts.into_iter().map(|SecretText { path, holds, .. }| Text { path, holds }).collect()
}

fn of_value<'a, J: Json>(value: &'a J, path: &str) -> Vec<SecretText<'a, J>> {
    let mut texts = Vec::new();
    collect(value, path, &mut texts);
    texts
}

fn collect<'a, J: Json>(value: &'a J, path: &str, texts: &mut Vec<SecretText<'a, J>>) {
    if let Some(holds) = value.text().and_then(looks::like_a_secret) {
        texts.push(SecretText { path: path.to_owned(), holds, value });
    }
    let mut before = "";
    for (position, element) in value.elements().iter().enumerate() {
        let path = match element.field("name").and_then(Json::text) {
            Some(name) => format!("{path}[{name}]"),
            None => format!("{path}[{position}]"),
        };
        let text = element.text().unwrap_or_default();
        if looks::is_option_of_secret(before) && looks::is_literal(text) {
            let holds = format!("a value of {before}");
            texts.push(SecretText { path, holds, value: element });
        } else {
            let (option, argument) = text.split_once('=').unwrap_or(("", text));
            if option.starts_with('-')
                && looks::may_name_secret(option)
                && looks::is_random(argument)
            {
                let holds = format!("random letters for {option}");
                texts.push(SecretText { path, holds, value: element });
            } else {
                collect(element, &path, texts);
            }
        }
        before = text;
    }
    for (key, field) in value.fields() {
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match named(value, key, field) {
            Some(name) => {
                let holds = format!("a value of {name}");
                texts.push(SecretText { path, holds, value: field });
            }
            None if is_random(value, key, field) => {
                let holds = "random letters".to_owned();
                texts.push(SecretText { path, holds, value: field });
            }
            None => collect(field, &path, texts),
        }
    }
}

/// The name of a text where it says that the text is a secret: its key, or the name beside a `value`.
fn named<'a, J: Json>(object: &'a J, key: &'a str, value: &J) -> Option<&'a str> {
    value.text().filter(|text| looks::is_literal(text))?;
    if looks::names_secret(key) {
        return Some(key);
    }
    let name = object.field("name").and_then(Json::text).filter(|_| key == "value")?;
    says_secret(name.as_bytes()).then_some(name)
}

/// Whether a value is of random letters, under a name that leaves open that it is a secret.
fn is_random<J: Json>(object: &J, key: &str, value: &J) -> bool {
    let name = object.field("name").and_then(Json::text).filter(|_| key == "value");
    value.text().is_some_and(looks::is_random) && looks::may_name_secret(name.unwrap_or(key))
}
