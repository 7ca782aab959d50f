//! `schemas.tsv`: the schemas of all kinds in the released files, without prose, for `cargo xtask check`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::facts::{Shared, without_prose};

/// Adds the kinds of a file in all of their versions; files that are no CRDs have none.
pub fn add(text: &str, release: &str, kinds: &mut BTreeMap<String, Value>) {
    for document in serde_yaml::Deserializer::from_str(text) {
        // What cannot be read was told when types were read.
        let Ok(definition) = Value::deserialize(document) else { return };
        if definition["kind"] == "CustomResourceDefinition" {
            of_definition(&definition["spec"], release, kinds);
        }
    }
}

fn of_definition(spec: &Value, release: &str, kinds: &mut BTreeMap<String, Value>) {
    for version in spec["versions"].as_array().into_iter().flatten() {
        let [group, kind] =
            [&spec["group"], &spec["names"]["kind"]].map(|name| name.as_str().unwrap_or_default());
        let name = version["name"].as_str().unwrap_or_default();
        let mut schema = without_prose(&version["schema"]["openAPIV3Schema"]);
        let mut facts = Map::from_iter([
            ("custom".to_owned(), Value::Bool(true)),
            ("release".to_owned(), Value::String(release.to_owned())),
            ("scope".to_owned(), spec["scope"].clone()),
        ]);
        if version["served"] == false {
            facts.insert("served".to_owned(), Value::Bool(false));
        }
        if version["deprecated"] == true {
            facts.insert("deprecated".to_owned(), Value::Bool(true));
        }
        // What controllers write is in no manifest.
        if version["subresources"]["status"].is_object() {
            if let Some(properties) = schema["properties"].as_object_mut() {
                properties.remove("status");
            }
            facts.insert("status".to_owned(), Value::Bool(true));
        }
        facts.insert("schema".to_owned(), schema);
        kinds.insert(format!("{group}/{name} {kind}"), Value::Object(facts));
    }
}

/// The text of the file.
pub fn text(kinds: &BTreeMap<String, Value>) -> String {
    let mut shared = Shared::default();
    for facts in kinds.values() {
        shared.count(&facts["schema"]);
    }
    let mut lines = BTreeMap::new();
    for (name, facts) in kinds {
        let mut facts = facts.clone();
        facts["schema"] = shared.write(&facts["schema"], &mut lines);
        lines.insert(name.clone(), facts);
    }
    crate::facts::text(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_stands_twice_is_written_once() {
        let field = |name: &str| {
            format!(
                "{{\"{name}\": {{\"type\": \"string\", \"pattern\": \"{}\"}}}}",
                "a".repeat(200)
            )
        };
        let inner = format!(
            "{{\"type\": \"object\", \"description\": \"prose\", \"properties\": {}}}",
            field("one")
        );
        let crd = format!(
            "{{\"kind\": \"CustomResourceDefinition\", \"spec\": {{\"group\": \"example.com\", \"scope\": \"Namespaced\", \
             \"names\": {{\"kind\": \"Cart\"}}, \"versions\": [{{\"name\": \"v1\", \"served\": true, \"schema\": {{\"openAPIV3Schema\": \
             {{\"properties\": {{\"spec\": {inner}, \"other\": {inner}}}}}}}}}]}}}}"
        );
        let mut kinds = BTreeMap::new();
        add(&crd, "v1.0", &mut kinds);
        let text = text(&kinds);
        let kind =
            text.lines().find(|line| line.starts_with("example.com/v1 Cart\t")).expect("a line");
        assert_eq!(kind.matches("$ref").count(), 2, "{text}");
        assert_eq!(text.matches("aaaa").count() / 50, 1, "{text}");
        assert!(!text.contains("prose"));
    }
}
