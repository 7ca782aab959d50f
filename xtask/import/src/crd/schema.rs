//! The part of a CRD's schema that determines types and facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Number, Value};

/// A structural schema as Kubernetes defines it (`JSONSchemaProps`); keys that determine neither a type nor a fact are left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the format")]
pub struct Schema {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub format: Option<String>,
    pub description: Option<String>,
    pub nullable: bool,
    pub default: Option<Value>,
    #[serde(rename = "enum")]
    pub values: Option<Vec<Value>>,

    pub properties: BTreeMap<String, Schema>,
    pub required: BTreeSet<String>,
    pub additional_properties: Option<Additional>,
    pub items: Option<Box<Schema>>,

    pub one_of: Vec<Schema>,
    pub any_of: Vec<Schema>,
    pub all_of: Vec<Schema>,
    pub not: Option<Box<Schema>>,

    pub pattern: Option<String>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub exclusive_minimum: bool,
    pub exclusive_maximum: bool,
    pub multiple_of: Option<Number>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub unique_items: bool,
    pub min_properties: Option<u64>,
    pub max_properties: Option<u64>,

    #[serde(rename = "x-kubernetes-int-or-string")]
    pub int_or_string: bool,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields")]
    pub preserve_unknown_fields: bool,
    #[serde(rename = "x-kubernetes-embedded-resource")]
    pub embedded_resource: bool,
    #[serde(rename = "x-kubernetes-list-type")]
    pub list_type: Option<String>,
    #[serde(rename = "x-kubernetes-list-map-keys")]
    pub list_map_keys: Vec<String>,
    #[serde(rename = "x-kubernetes-validations")]
    pub validations: Vec<Value>,
}

/// `additionalProperties`: a schema for the values of a map, or whether any value is allowed.
#[derive(Clone, Debug)]
pub enum Additional {
    Any(bool),
    Values(Box<Schema>),
}

// Not `#[serde(untagged)]`: that would lose the place in the file from errors further down.
impl<'de> Deserialize<'de> for Additional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AdditionalVisitor;

        impl<'de> Visitor<'de> for AdditionalVisitor {
            type Value = Additional;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a schema or a boolean")
            }

            fn visit_bool<E>(self, any: bool) -> Result<Additional, E> {
                Ok(Additional::Any(any))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Additional, A::Error> {
                let values = Schema::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Additional::Values(Box::new(values)))
            }
        }

        deserializer.deserialize_any(AdditionalVisitor)
    }
}

impl Schema {
    /// The one property that this schema requires, if it requires nothing else: an alternative of an exclusive `oneOf`.
    pub fn only_required(&self) -> Option<&str> {
        let says_more = self.kind.is_some()
            || self.values.is_some()
            || self.not.is_some()
            || self.items.is_some()
            || !self.properties.is_empty()
            || !self.one_of.is_empty()
            || !self.any_of.is_empty()
            || !self.all_of.is_empty();
        match (says_more, self.required.len()) {
            (false, 1) => self.required.first().map(String::as_str),
            _ => None,
        }
    }
}
