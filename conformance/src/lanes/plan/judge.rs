//! What the API server did with a change, and what the plan says of it.

use std::collections::HashMap;
use std::fmt;

use analysis::environment::Environment;
use analysis::objects::{Line, Object, Objects, Origin};
use analysis::plan::{Change, Effect, Field, plan, report};
use serde_json::Value;

/// What becomes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// What is stored stays as it is.
    Nothing,
    /// It is taken over.
    InPlace,
    /// It is taken over, and with it another template of pods.
    Template,
    /// It is refused.
    Refused,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Nothing => "no change",
            Self::InPlace => "changed in place",
            Self::Template => "another template of pods",
            Self::Refused => "refused",
        })
    }
}

/// What the API server did: what it had stored, and what it has stored now.
pub fn of_server(before: &Value, after: &Value) -> Verdict {
    let (before, after) = (content(before), content(after));
    if before == after {
        Verdict::Nothing
    } else if has_template(&after) && before["spec"]["template"] != after["spec"]["template"] {
        Verdict::Template
    } else {
        Verdict::InPlace
    }
}

/// Without what each write changes, and what controllers write.
pub fn content(stored: &Value) -> Value {
    let mut content = stored.clone();
    if let Some(metadata) = content["metadata"].as_object_mut() {
        for field in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"]
        {
            metadata.remove(field);
        }
    }
    if let Some(fields) = content.as_object_mut() {
        fields.remove("status");
    }
    content
}

/// Whether a controller replaces pods where its template changes.
fn has_template(object: &Value) -> bool {
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    object["apiVersion"] == "apps/v1"
        && object["kind"].as_str().is_some_and(|kind| kinds.contains(&kind))
}

/// Makes plans of single objects.
pub struct Plans {
    /// The definitions of custom kinds, by group and kind.
    definitions: HashMap<(String, String), Object>,
}

impl Plans {
    /// With these definitions of custom kinds.
    pub fn new(definitions: &[Value]) -> Self {
        let definition = |json: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let spec = &json["spec"];
            Some(((text(&spec["group"]), text(&spec["names"]["kind"])), object(json)?))
        };
        Self { definitions: definitions.iter().filter_map(definition).collect() }
    }

    /// What the plan says of a change of one object among others that do not change, and in which words.
    pub fn of(&self, old: &Value, new: &Value, beside: &[Value]) -> (Verdict, String) {
        let environment = |value: &Value| {
            let group = value["apiVersion"].as_str().and_then(|version| version.split_once('/'));
            let key = group.map(|(group, _)| {
                (group.to_owned(), value["kind"].as_str().unwrap_or_default().to_owned())
            });
            let definition = key.and_then(|key| self.definitions.get(&key));
            let own = beside.iter().chain([value]).filter_map(object);
            Environment::of(None, Objects::new(own.chain(definition.cloned()).collect()))
        };
        let plan = plan(&environment(old), &environment(new));
        let identity = object(new).map(|object| object.identity);
        let verdict =
            match plan.changes().find(|change| Some(&change.identity) == identity.as_ref()) {
                None => Verdict::Nothing,
                Some(change) => of_change(change, new),
            };
        (verdict, report::plain(&[plan]))
    }
}

fn of_change(change: &Change, new: &Value) -> Verdict {
    if change.effects().any(|effect| matches!(effect, Effect::Refused | Effect::Recreate)) {
        return Verdict::Refused;
    }
    let is_taken =
        |field: &&Field| field.consequences.iter().any(|own| own.effect != Effect::Ignored);
    let is_of_template =
        |field: &Field| field.path == "spec.template" || field.path.starts_with("spec.template.");
    let mut taken = change.fields.iter().filter(is_taken).peekable();
    if taken.peek().is_none() {
        Verdict::Nothing
    } else if has_template(new) && taken.any(is_of_template) {
        Verdict::Template
    } else {
        Verdict::InPlace
    }
}

fn object(json: &Value) -> Option<Object> {
    let written = Line { file: "pair".into(), line: 1 };
    Object::of(json.clone(), Origin::Rust { written, patched: Vec::new() }, None)
}
