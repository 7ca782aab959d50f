//! Schemas that come with the program: a line each, read where somebody asks for it.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use serde_json::Value;

use super::{Kind, Schema};

/// Written by `cargo run -p import -- kubernetes`.
const KUBERNETES: &str = include_str!("kubernetes.tsv");

/// The minor version of Kubernetes whose kinds they are.
pub const KUBERNETES_MINOR: u16 = 35;

/// A file of facts.
struct Facts {
    kinds: HashMap<&'static str, Fact<Kind>>,
    definitions: HashMap<&'static str, Fact<Schema>>,
}

/// A line that is read once.
struct Fact<T> {
    json: &'static str,
    read: OnceLock<Option<T>>,
}

impl<T> Fact<T> {
    fn get(&self, read: impl Fn(&Value) -> T) -> Option<&T> {
        let value = || serde_json::from_str(self.json).ok().map(|json: Value| read(&json));
        self.read.get_or_init(value).as_ref()
    }
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let mut facts = Facts { kinds: HashMap::new(), definitions: HashMap::new() };
    for file in [KUBERNETES] {
        let lines = file.lines().filter(|line| !line.starts_with("//"));
        for (name, json) in lines.filter_map(|line| line.split_once('\t')) {
            match name.strip_prefix('#') {
                Some(name) => {
                    facts.definitions.insert(name, Fact { json, read: OnceLock::new() });
                }
                None => {
                    facts.kinds.insert(name, Fact { json, read: OnceLock::new() });
                }
            }
        }
    }
    facts
});

/// The facts of a kind: `apps/v1`, `Deployment`.
pub(super) fn kind(api_version: &str, kind: &str) -> Option<&'static Kind> {
    FACTS.kinds.get(format!("{api_version} {kind}").as_str())?.get(Kind::of_fact)
}

/// The definition that a schema refers to.
pub(super) fn definition(name: &str) -> Option<&'static Schema> {
    FACTS.definitions.get(name)?.get(Schema::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_schema_whose_references_are_there() {
        let mut open: Vec<&Schema> = Vec::new();
        for (name, fact) in &FACTS.kinds {
            open.push(&fact.get(Kind::of_fact).unwrap_or_else(|| panic!("{name}")).schema);
        }
        for (name, fact) in &FACTS.definitions {
            open.push(fact.get(Schema::of).unwrap_or_else(|| panic!("{name}")));
        }
        while let Some(schema) = open.pop() {
            if let Some(name) = &schema.reference {
                assert!(definition(name).is_some(), "{name}");
            }
            open.extend(schema.properties.values());
            open.extend(schema.items.as_deref());
            open.extend(schema.additional.as_deref());
        }
    }
}
