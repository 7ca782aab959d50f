//! What each value that the platform sets does: one field of one rendered object, recorded in `reviews/charts.tsv`.
//!
//! A value is left out, and where nothing differs without it, replaced: so a value that is the default says what it holds up.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harness::{Failure, Report, progress};
use manifests_lib::delivery::{SourceFrom, content_digest};
use serde_json::Value;

use super::documents::Made;
use super::reload::Reloads;
use super::render::Renderer;
use crate::compare;
use crate::rendered::{Object, RenderedSource};

/// The effects that were seen in this run, one line each.
#[derive(Default)]
pub struct Effects {
    lines: Vec<String>,
    reloads: Reloads,
}

/// The longest value that is recorded whole.
const LONGEST: usize = 100;

impl Effects {
    /// Leaves out one value after the other and looks at what then differs.
    pub fn look(
        &mut self,
        renderer: &Renderer<'_>,
        environment: &str,
        source: &RenderedSource,
        made: &Made,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let SourceFrom::Chart { name, release, values, .. } = &source.spec.from else {
            return Ok(());
        };
        let all = by_identity(made);
        // Certificates and passwords that a chart makes up differ each time.
        let random = differences(&all, &by_identity(&renderer.render(source)?));
        let leaves = leaves(values);
        progress(format_args!(
            "charts: {environment}: leaving out {} values of {source}, one after the other",
            leaves.len()
        ));
        for leaf in &leaves {
            let path = leaf.join(".");
            let first = |other: &Made| {
                differences(&all, &by_identity(other))
                    .into_iter()
                    .find(|(place, _)| !random.contains_key(place))
            };
            let mut tried = renderer.render_with(source, &without(values, leaf));
            let mut effect = match &tried {
                Ok(other) => first(other),
                Err(_) => Some(("the chart\t".to_owned(), "demands it".to_owned())),
            };
            // What is the chart's default as well shows its effect when it is another one.
            if effect.is_none() {
                tried = renderer.render_with(source, &with_another(values, leaf));
                effect = match &tried {
                    Ok(other) => first(other),
                    Err(failure) => is_refused_by_schema(failure, leaf)
                        .then(|| ("the chart\t".to_owned(), "checks it".to_owned())),
                };
            }
            if let Ok(other) = &tried {
                let unnoticed = self.reloads.unnoticed(name, &all, &by_identity(other));
                // What a chart makes up differs each time, and says nothing of the value.
                for object in unnoticed.iter().filter(|object| !is_random(object, &random)) {
                    report.finding(format!(
                        "{environment}: {source} ({}): the value {path} changes {object}, and the pods that read it do not \
                         restart: put a digest of the value into their template, or say in \
                         conformance/src/lanes/charts/reload.rs who takes it without",
                        source.spec.origin
                    ));
                }
            }
            match effect {
                Some((place, value)) => self
                    .lines
                    .push(format!("{environment}\t{release}\t{path}\t{place}\t{value}")),
                None => report.finding(format!(
                    "{environment}: {source} ({}): the value {path} changes nothing: remove it, or correct its name",
                    source.spec.origin
                )),
            }
        }
        report.compared(
            leaves.len(),
            format!("values of {environment} for {source}, each with its effect"),
        );
        Ok(())
    }

    /// Finds explanations that no value needs.
    pub fn compare_reloads(&self, report: &mut Report) {
        self.reloads.compare(report);
    }

    /// Finds what differs from the record.
    pub fn compare(mut self, report: &mut Report) -> Result<(), Failure> {
        self.lines.sort();
        let file = file()?;
        let recorded = fs::read_to_string(&file).map_err(|error| unusable(&file, &error))?;
        let recorded: Vec<&str> = recorded.lines().collect();
        for line in &self.lines {
            if !recorded.contains(&line.as_str()) {
                report.finding(format!("not in {FILE}, see --accept: {}", readable(line)));
            }
        }
        for line in recorded {
            if !self.lines.iter().any(|seen| seen == line) {
                report.finding(format!("only in {FILE}, see --accept: {}", readable(line)));
            }
        }
        Ok(())
    }

    /// Records what was seen.
    pub fn accept(mut self) -> Result<String, Failure> {
        self.lines.sort();
        let file = file()?;
        let mut text = self.lines.join("\n");
        text.push('\n');
        let folder = file.parent().unwrap_or(Path::new("."));
        let write = || {
            let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
            std::io::Write::write_all(&mut temporary, text.as_bytes())?;
            temporary.persist(&file)?;
            Ok(())
        };
        write().map_err(|error| unusable(&file, &error))?;
        Ok(format!("{} effects recorded in {}", self.lines.len(), file.display()))
    }
}

/// Whether the chart's schema has another value refused; any other failure says nothing about the value.
fn is_refused_by_schema(failure: &Failure, leaf: &[String]) -> bool {
    let said = failure.to_string();
    said.contains("specifications of the schema")
        && said.contains(&format!("'/{}'", leaf.join("/")))
}

/// Reviewed with the values.
const FILE: &str = "reviews/charts.tsv";

fn file() -> Result<PathBuf, Failure> {
    support::in_workspace(FILE)
}

fn unusable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be used: {error}; restore it from git", file.display()))
}

fn readable(line: &str) -> String {
    line.replace('\t', " | ")
}

type Objects<'a> = BTreeMap<String, &'a Object>;

fn by_identity(made: &Made) -> Objects<'_> {
    made.objects.iter().map(|object| (object.identity.to_string(), object)).collect()
}

/// The places where `all` has something else than `other`, and what it has there.
fn differences(all: &Objects<'_>, other: &Objects<'_>) -> BTreeMap<String, String> {
    let mut places = BTreeMap::new();
    for (identity, object) in all {
        match other.get(identity) {
            None => {
                places.insert(format!("{identity}\t"), "is there".to_owned());
            }
            Some(other) => {
                for difference in compare::compare(&object.value, &other.value).0 {
                    let value = difference
                        .written
                        .map_or_else(|| "is absent".to_owned(), |value| short(&value));
                    places.insert(format!("{identity}\t{}", difference.path), value);
                }
            }
        }
    }
    for identity in other.keys().filter(|identity| !all.contains_key(*identity)) {
        places.insert(format!("{identity}\t"), "is absent".to_owned());
    }
    places
}

/// Whether a chart makes up something in an object.
fn is_random(identity: &str, random: &BTreeMap<String, String>) -> bool {
    let place = format!("{identity}\t");
    random.keys().any(|other| other.starts_with(&place))
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The paths of everything that is not a mapping with something in it.
fn leaves(values: &Value) -> Vec<Vec<String>> {
    let mut leaves = Vec::new();
    add_leaves(values, &mut Vec::new(), &mut leaves);
    leaves
}

fn add_leaves(value: &Value, path: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(key.clone());
                add_leaves(value, path, leaves);
                path.pop();
            }
        }
        _ if path.is_empty() => {}
        _ => leaves.push(path.clone()),
    }
}

/// The values without the one at a path.
fn without(all: &Value, path: &[String]) -> Value {
    let mut values = all.clone();
    if let Some((last, parents)) = path.split_last() {
        let parent = parents.iter().try_fold(&mut values, |value, key| value.get_mut(key));
        if let Some(Value::Object(parent)) = parent {
            parent.remove(last);
        }
    }
    with_digests(all, values, path)
}

/// The changed values, with other digests of those parts that have changed: some pods carry a digest of their configuration.
fn with_digests(all: &Value, mut changed: Value, path: &[String]) -> Value {
    for length in 1..path.len() {
        let part = |values: &Value| {
            path[..length].iter().try_fold(values, |value, key| value.get(key)).map(content_digest)
        };
        if let (Some(digest), Some(other)) = (part(all), part(&changed)) {
            replace(&mut changed, &digest, &other);
        }
    }
    changed
}

/// Replaces a text wherever it is a value.
fn replace(value: &mut Value, text: &str, other: &str) {
    match value {
        Value::String(found) if found == text => other.clone_into(found),
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, text, other)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, text, other)),
        _ => {}
    }
}

/// The values with another one at a path.
fn with_another(all: &Value, path: &[String]) -> Value {
    let mut values = all.clone();
    let found = path.iter().try_fold(&mut values, |value, key| value.get_mut(key));
    if let Some(value) = found {
        *value = match &*value {
            Value::Bool(value) => (!value).into(),
            Value::Number(number) => number.as_i64().map_or(0.into(), |number| (number + 1).into()),
            Value::String(text) => format!("{text}0").into(),
            Value::Array(_) => Value::Array(Vec::new()),
            _ => Value::Null,
        };
    }
    with_digests(all, values, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_is_left_out_once() {
        let values = json!({"a": {"b": 1, "c": [1, 2]}, "d": {}});
        let leaves: Vec<String> = leaves(&values).iter().map(|path| path.join(".")).collect();
        assert_eq!(leaves, ["a.b", "a.c", "d"]);
        assert_eq!(
            without(&values, &["a".to_owned(), "b".to_owned()]),
            json!({"a": {"c": [1, 2]}, "d": {}})
        );
    }

    #[test]
    fn a_digest_follows_what_it_is_of() {
        let configuration = |hours| json!({ "ttl": hours, "port": 1 });
        let values = |hours| json!({ "config": configuration(hours), "env": [content_digest(&configuration(hours))] });
        let path = ["config".to_owned(), "ttl".to_owned()];
        assert_eq!(with_another(&values(72), &path), values(73));
        assert_ne!(without(&values(72), &path)["env"], values(72)["env"]);
    }

    #[test]
    fn another_value_is_of_the_same_type() {
        let path = ["a".to_owned()];
        for (value, other) in [
            (json!(true), json!(false)),
            (json!(1), json!(2)),
            (json!("x"), json!("x0")),
            (json!([1]), json!([])),
        ] {
            assert_eq!(with_another(&json!({"a": value}), &path), json!({"a": other}));
        }
    }

    #[test]
    fn long_values_are_cut() {
        let text = short(&json!("é".repeat(200)));
        assert_eq!(text.chars().count(), LONGEST + 1);
    }
}
