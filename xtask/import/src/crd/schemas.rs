//! `schemas.tsv`: the schemas of all kinds in the released files, without prose, for `cargo xtask check`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::definition::Definition;
use crate::facts::{Shared, without_prose};

/// Adds the kind of a CRD in all of its versions.
pub fn add(definition: &Definition, release: &str, kinds: &mut BTreeMap<String, Value>) {
    let spec = &definition.written["spec"];
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
    use crate::crd::definition::read;

    #[test]
    fn lists_and_merge_keys_are_read_as_for_types() {
        let crd = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinitionList
items:
- spec:
    group: example.com
    scope: Cluster
    names: {kind: Cart, plural: carts}
    versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            one: &part {type: string, maxLength: 7}
            two: {<<: *part, minLength: 1}
";
        let mut kinds = BTreeMap::new();
        for definition in &read("crds.yaml", crd).definitions {
            add(definition, "v1.0", &mut kinds);
        }
        let facts = &kinds["example.com/v1 Cart"];
        assert_eq!(facts["scope"], "Cluster");
        let two = &facts["schema"]["properties"]["two"];
        assert_eq!((&two["maxLength"], &two["minLength"]), (&7.into(), &1.into()));
    }

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
            "{{\"apiVersion\": \"apiextensions.k8s.io/v1\", \"kind\": \"CustomResourceDefinition\", \"spec\": {{\"group\": \"example.com\", \"scope\": \"Namespaced\", \
             \"names\": {{\"kind\": \"Cart\", \"plural\": \"carts\"}}, \"versions\": [{{\"name\": \"v1\", \"served\": true, \"schema\": {{\"openAPIV3Schema\": \
             {{\"properties\": {{\"spec\": {inner}, \"other\": {inner}}}}}}}}}]}}}}"
        );
        let mut kinds = BTreeMap::new();
        for definition in &read("crd.json", &crd).definitions {
            add(definition, "v1.0", &mut kinds);
        }
        let text = text(&kinds);
        let kind =
            text.lines().find(|line| line.starts_with("example.com/v1 Cart\t")).expect("a line");
        assert_eq!(kind.matches("$ref").count(), 2, "{text}");
        assert_eq!(text.matches("aaaa").count() / 50, 1, "{text}");
        assert!(!text.contains("prose"));
    }
}
