//! Objects that are declared to come from somebody else and that nothing needs.

use std::collections::HashSet;

use crate::check::{Family, Rule, Severity};
use crate::objects::{Objects, Pod, Value};

pub(in crate::check) static RULE: Rule = Rule {
    name: "idle-external",
    family: Family::Reference,
    severity: Severity::Warning,
    summary: "An object is declared to come from somebody else, and nothing needs it",
    consequence: "nothing today; the next wrong reference to this name passes, because somebody else is said to create it",
    explanation: "An object is declared by `--external`, by the annotation `check.manifests/external`, or in Rust by a handle. It is \
                  idle if no text of any other object holds its name as a word, also as the first part of a host, or if it is \
                  among the objects itself. What makes pods is selected and not named, and is never idle.",
    remedy: "remove the declaration, or correct its name or namespace",
    upstream: "",
    check: |graph, findings| {
        let external = &graph.environment.outside.external;
        if external.is_empty() {
            return;
        }
        let words = words(graph.objects());
        for external in external {
            let identity = &external.identity;
            let object = graph.objects().get(identity);
            if let Some(own) = object.filter(|object| object.is_written()) {
                let message = format!("{} is among the objects as well", own.identity);
                findings.add_external(external, message);
            } else if !words.contains(identity.name.as_str())
                && !Pod::is_made_by(&identity.group, &identity.kind)
            {
                findings.add_external(external, format!("nothing names {identity}"));
            }
        }
    },
};

/// Every word that may be a name, in the texts of all objects that somebody wrote; of `db.shop.svc` also `db` and `db.shop`.
fn words(objects: &Objects) -> HashSet<&str> {
    let mut words = HashSet::new();
    for object in objects.written() {
        let mut open = vec![&object.json];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => open.extend(fields.values()),
                Value::String(text) => words.extend(text.split(is_between).flat_map(names)),
                _ => {}
            }
        }
    }
    words
}

fn is_between(letter: char) -> bool {
    !letter.is_ascii_alphanumeric() && letter != '-' && letter != '.'
}

fn names(word: &str) -> impl Iterator<Item = &str> {
    let parts = word.match_indices('.').map(|(position, _)| &word[..position]);
    // No name has more parts: a text of nothing but dots is none.
    parts.take(16).chain([word.trim_end_matches('.')])
}
