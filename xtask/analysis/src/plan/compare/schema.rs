//! The schemas of custom kinds, from the CRDs among the objects.

use std::collections::HashMap;

use super::kinds;
use super::known::Known;
use super::shape::Rule;
use crate::environment::Environment;
use crate::objects::{Object, Value, list, text};

/// The CRDs of both sides, those of the new one first.
#[derive(Debug)]
pub(in crate::plan) struct Schemas<'a> {
    definitions: HashMap<(&'a str, &'a str), &'a Object>,
}

impl<'a> Schemas<'a> {
    /// Collects them.
    pub(in crate::plan) fn of_both(from: &'a Environment, to: &'a Environment) -> Self {
        let mut definitions = HashMap::new();
        for environment in [from, to] {
            let all =
                environment.objects.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
            for definition in all {
                let spec = &definition.json["spec"];
                if let (Some(group), Some(kind)) =
                    (text(&spec["group"]), text(&spec["names"]["kind"]))
                {
                    definitions.insert((group, kind), definition);
                }
            }
        }
        Self { definitions }
    }

    /// The schema of an object of a custom kind, where its CRD is there.
    pub(in crate::plan) fn schema(&self, object: &Object) -> Option<&'a Value> {
        let key = (object.identity.group.as_str(), object.identity.kind.as_str());
        let definition = self.definitions.get(&key)?;
        let version = object.api_version.rsplit('/').next();
        let mut versions = list(&definition.json["spec"]["versions"]).iter();
        let version = versions.find(|own| text(&own["name"]) == version)?;
        Some(&version["schema"]["openAPIV3Schema"])
    }

    /// What is known of an object.
    pub(super) fn of(&self, object: &Object) -> Known<'a> {
        match self.schema(object) {
            Some(schema) => Known::Schema(schema),
            None => {
                Known::Rule(Rule::Object(kinds::of(&object.identity.group, &object.identity.kind)))
            }
        }
    }
}
