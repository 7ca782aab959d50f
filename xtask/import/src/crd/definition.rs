//! CRD documents: from YAML to the schema of one kind and version.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_yaml::Value;

use super::schema::Schema;
use crate::yaml;

/// A `CustomResourceDefinition` of `apiextensions.k8s.io/v1`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Definition {
    pub spec: DefinitionSpec,
    /// All of it, as it is written, with what the types do not need.
    #[serde(skip)]
    pub written: Written,
}

/// What is written in a document, as JSON.
pub type Written = serde_json::Value;

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct DefinitionSpec {
    pub group: String,
    pub names: Names,
    pub scope: Scope,
    pub versions: Vec<Version>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Names {
    pub kind: String,
    pub plural: String,
}

/// Whether objects of the kind live in a namespace.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Scope {
    Namespaced,
    Cluster,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Version {
    pub name: String,
    #[serde(default)]
    pub served: bool,
    pub schema: Option<VersionSchema>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct VersionSchema {
    #[serde(rename = "openAPIV3Schema")]
    pub root: Option<Schema>,
}

/// The most letters of a kind, a version or a part of a group.
const LONGEST: usize = 63;

/// The most properties of a version, at any depth. etcd takes objects of 1.5 MiB, and fewer of the shortest ones fill it:
/// `"ab":{"type":"object"},`.
const MOST_PROPERTIES: usize = 70_000;

impl DefinitionSpec {
    /// Why the names of a CRD are none, by the rules of the API server: they become names of files, modules and types.
    pub fn refusal(&self, version: &str) -> Option<String> {
        let is_group =
            self.group.len() <= 253 && self.group.split('.').all(|part| is_label(part, false));
        if !is_group {
            return Some(format!("the group {} is no DNS name", shown(&self.group)));
        }
        let kind = self.names.kind.to_ascii_lowercase();
        for (what, shown_as, name) in [
            ("kind", &self.names.kind, kind.as_str()),
            ("plural", &self.names.plural, self.names.plural.as_str()),
        ] {
            if !is_label(name, true) {
                return Some(format!(
                    "the {what} {} of {} is no name of at most {LONGEST} letters, digits and dashes that begins with a letter",
                    shown(shown_as),
                    self.group
                ));
            }
        }
        if !is_label(version, true) {
            return Some(format!(
                "the version {} of {} ({}) is no name of at most {LONGEST} lower-case letters, digits and dashes that begins with a letter",
                shown(version),
                self.names.kind,
                self.group
            ));
        }
        let schema = self.versions.iter().find(|known| known.name == version)?.schema.as_ref()?;
        (schema.root.as_ref()?.property_count() > MOST_PROPERTIES).then(|| {
            format!(
                "the version {version} of {} ({}) has more than {MOST_PROPERTIES} properties",
                self.names.kind, self.group
            )
        })
    }
}

/// Whether a text is a DNS label, of RFC 1035 if it must begin with a letter.
fn is_label(text: &str, begins_with_letter: bool) -> bool {
    let is_inner =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    text.len() <= LONGEST
        && text.chars().all(is_inner)
        && !text.ends_with('-')
        && text.starts_with(|first: char| {
            first.is_ascii_lowercase() || (!begins_with_letter && first.is_ascii_digit())
        })
}

/// A name as a sentence shows it, whatever is in it.
fn shown(name: &str) -> String {
    let short: String = name.chars().take(LONGEST + 1).collect();
    if short.len() < name.len() { format!("{short:?}…") } else { format!("{name:?}") }
}

/// The CRDs of a file, and a sentence for each document that claims to be one and cannot be read.
#[derive(Debug, Default)]
pub struct Found {
    pub definitions: Vec<Definition>,
    pub problems: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: Option<String>,
    kind: Option<String>,
}

const KIND: &str = "CustomResourceDefinition";

/// Reads every CRD of a file with one or more documents of YAML or JSON, also those in a `List`; other kinds are skipped.
///
/// `file` names the source in sentences.
pub fn read(file: &str, text: &str) -> Found {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Found::default();
    if let Some(reason) = yaml::refusal(text) {
        found.problems.push(if is_template(text) {
            template(file)
        } else {
            format!("{file} is not read: {reason}; compare it with the release it was taken from")
        });
        return found;
    }
    let heads = serde_yaml::Deserializer::from_str(text);
    let documents = serde_yaml::Deserializer::from_str(text);
    let written = serde_yaml::Deserializer::from_str(text);
    let has_merge_keys = text.contains("<<");
    // At an error of syntax the reader stays where it is, and yields it again for ever.
    let most = 1 + text.lines().filter(|line| line.starts_with("---")).count();
    let mut last = None;
    let all = heads.zip(documents).zip(written).take(most).enumerate();
    for (number, ((head, document), written)) in all {
        let what = format!("{file}: document {}", number + 1);
        let document = Document { head, whole: document, written, has_merge_keys };
        if let Err(problem) = found.document(&what, document) {
            let reason = problem.strip_prefix(&what).map(str::to_owned);
            let has_place = reason.as_ref().is_some_and(|reason| reason.contains(" at line "));
            if has_place && last == reason {
                break;
            }
            last = reason;
            found.problems.push(if is_template(text) { template(file) } else { problem });
        }
    }
    found.problems.dedup();
    found
}

/// A document, as often as it is read: a reader gives it once.
struct Document<'t> {
    head: serde_yaml::Deserializer<'t>,
    whole: serde_yaml::Deserializer<'t>,
    written: serde_yaml::Deserializer<'t>,
    has_merge_keys: bool,
}

impl Found {
    fn document(&mut self, what: &str, document: Document<'_>) -> Result<(), String> {
        let Document { head, whole: document, written, has_merge_keys } = document;
        let invalid = |error: serde_yaml::Error| not_valid(what, &error);
        // An empty document (a trailing `---`) is null.
        let head: Option<Head> = Deserialize::deserialize(head).map_err(invalid)?;
        let Some(Head { api_version, kind: Some(kind) }) = head else {
            return IgnoredAny::deserialize(document).map(drop).map_err(invalid);
        };
        match kind.as_str() {
            KIND => {
                refuse_older(what, api_version.as_deref())?;
                // Without the detour where it is not needed: errors then have a line number.
                let definition = if has_merge_keys {
                    definition(what, Value::deserialize(document).map_err(invalid)?)?
                } else {
                    let typed = Definition::deserialize(document).map_err(invalid)?;
                    Definition { written: Written::deserialize(written).map_err(invalid)?, ..typed }
                };
                self.definitions.push(definition);
            }
            "List" | "CustomResourceDefinitionList" => {
                let list = Value::deserialize(document).map_err(invalid)?;
                let items = list.get("items").and_then(Value::as_sequence);
                // The items of a typed list need no kind of their own.
                let of_all = (kind != "List").then_some(KIND);
                for (number, item) in items.into_iter().flatten().enumerate() {
                    if item.get("kind").and_then(Value::as_str).or(of_all) != Some(KIND) {
                        continue;
                    }
                    let what = format!("{what}, item {}", number + 1);
                    let api_version = item.get("apiVersion").and_then(Value::as_str);
                    let read = refuse_older(&what, api_version.or(api_version_of(&list)))
                        .and_then(|()| definition(&what, item.clone()));
                    match read {
                        Ok(definition) => self.definitions.push(definition),
                        Err(problem) => self.problems.push(problem),
                    }
                }
            }
            _ => IgnoredAny::deserialize(document).map(drop).map_err(invalid)?,
        }
        Ok(())
    }
}

fn api_version_of(list: &Value) -> Option<&str> {
    list.get("apiVersion").and_then(Value::as_str)
}

/// A CRD whose merge keys (`<<`) are applied, as kubectl does.
fn definition(what: &str, mut value: Value) -> Result<Definition, String> {
    value.apply_merge().map_err(|error| not_valid(what, &error))?;
    let written = serde_yaml::from_value(value.clone()).map_err(|error| not_valid(what, &error))?;
    let typed: Definition =
        serde_yaml::from_value(value).map_err(|error| not_valid(what, &error))?;
    Ok(Definition { written, ..typed })
}

fn not_valid(what: &str, error: &serde_yaml::Error) -> String {
    format!("{what} is not a valid CRD: {error}; compare it with the release it was taken from")
}

fn refuse_older(what: &str, api_version: Option<&str>) -> Result<(), String> {
    match api_version {
        Some("apiextensions.k8s.io/v1") => Ok(()),
        other => Err(format!(
            "{what} is a CRD of apiVersion {}, but only apiextensions.k8s.io/v1 is supported; choose a release that ships it",
            other.unwrap_or_default()
        )),
    }
}

/// Whether a text that is no CRD has actions of Helm's templates; descriptions in valid CRDs may have them, too.
fn is_template(text: &str) -> bool {
    ["{{-", "{{ ", "{{."].iter().any(|action| text.contains(action))
}

fn template(file: &str) -> String {
    // A file on disk lies below its chart; a URL tells only that there is one.
    let above = Path::new(file).ancestors().skip(1);
    let chart = above.into_iter().find(|folder| folder.join("Chart.yaml").is_file());
    let chart =
        chart.map_or_else(|| "CHART".to_owned(), |folder| quoted(&folder.display().to_string()));
    format!(
        "{file} is a template of a Helm chart and no CRD before it is rendered; run `helm template crds {chart} --include-crds > crds.yaml`, with --set for the value that turns the CRDs on if the chart has one, and name crds.yaml with --from, or take a release's file that is rendered"
    )
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./+@:".contains(letter);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn properties_are_counted_wherever_they_are() {
        let objects = |count: usize| {
            let properties: BTreeMap<String, Schema> =
                (0..9_999).map(|number| (number.to_string(), Schema::default())).collect();
            let object = Schema { properties, ..Schema::default() };
            let list = Schema { items: Some(Box::new(object)), ..Schema::default() };
            let properties = (0..count).map(|number| (number.to_string(), list.clone())).collect();
            let spec = json!({
                "group": "example.org",
                "names": {"kind": "Example", "plural": "examples"},
                "scope": "Namespaced",
                "versions": [{"name": "v1"}],
            });
            let mut spec: DefinitionSpec = serde_json::from_value(spec).expect("a CRD");
            let root = Some(Schema { properties, ..Schema::default() });
            spec.versions[0].schema = Some(VersionSchema { root });
            spec.refusal("v1")
        };
        assert_eq!(objects(7), None);
        let reason = objects(8).expect("a refusal");
        assert_eq!(
            reason,
            "the version v1 of Example (example.org) has more than 70000 properties"
        );
    }
}
