//! The part of a CRD's schema that determines types and facts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Number, Value};

/// A structural schema as Kubernetes defines it (`JSONSchemaProps`); keys that determine neither a type nor a fact are left out.
///
/// A key whose value is null is as good as absent: the API server reads it so.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "the keys of the format")]
pub struct Schema {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub format: Option<String>,
    pub description: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub nullable: bool,
    pub default: Option<Value>,
    #[serde(rename = "enum", deserialize_with = "values")]
    pub values: Option<Vec<Value>>,

    #[serde(deserialize_with = "properties")]
    pub properties: BTreeMap<String, Schema>,
    #[serde(deserialize_with = "or_default")]
    pub required: BTreeSet<String>,
    pub additional_properties: Option<Additional>,
    pub items: Option<Box<Schema>>,

    #[serde(deserialize_with = "or_default")]
    pub one_of: Vec<Schema>,
    #[serde(deserialize_with = "or_default")]
    pub any_of: Vec<Schema>,
    #[serde(deserialize_with = "or_default")]
    pub all_of: Vec<Schema>,
    pub not: Option<Box<Schema>>,

    pub pattern: Option<String>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    #[serde(deserialize_with = "or_default")]
    pub exclusive_minimum: bool,
    #[serde(deserialize_with = "or_default")]
    pub exclusive_maximum: bool,
    pub multiple_of: Option<Number>,
    #[serde(deserialize_with = "count")]
    pub min_length: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub max_length: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub min_items: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub max_items: Option<u64>,
    #[serde(deserialize_with = "or_default")]
    pub unique_items: bool,
    #[serde(deserialize_with = "count")]
    pub min_properties: Option<u64>,
    #[serde(deserialize_with = "count")]
    pub max_properties: Option<u64>,

    #[serde(rename = "x-kubernetes-int-or-string", deserialize_with = "or_default")]
    pub int_or_string: bool,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields", deserialize_with = "or_default")]
    pub preserve_unknown_fields: bool,
    #[serde(rename = "x-kubernetes-embedded-resource", deserialize_with = "or_default")]
    pub embedded_resource: bool,
    #[serde(rename = "x-kubernetes-list-type")]
    pub list_type: Option<String>,
    #[serde(rename = "x-kubernetes-list-map-keys", deserialize_with = "or_default")]
    pub list_map_keys: Vec<String>,
    #[serde(rename = "x-kubernetes-validations", deserialize_with = "or_default")]
    pub validations: Vec<Value>,
}

/// `additionalProperties`: a schema for the values of a map, or whether any value is allowed.
#[derive(Clone, Debug, PartialEq)]
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

fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A number of letters, elements or entries, which may be written as 1.0.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let whole = || {
        let text = format!("{:.0}", number.as_f64()?);
        text.parse().ok().filter(|_| number.as_f64().is_some_and(|number| number.fract() == 0.0))
    };
    match number.as_u64().or_else(whole) {
        Some(count) => Ok(Some(count)),
        None => Err(D::Error::custom(format!("{number} is no count"))),
    }
}

fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Value>>, D::Error> {
    let values = Option::<Vec<Value>>::deserialize(deserializer)?;
    if values.as_ref().is_some_and(|values| values.len() > MOST) {
        return Err(D::Error::custom(format!("more than {MOST} values")));
    }
    Ok(values)
}

/// The most properties of an object, and the most values of an enum. No released CRD has a tenth of it, and no compiler
/// likes more.
const MOST: usize = 10_000;

/// Properties by name; one that is written twice would silently hide the first.
fn properties<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Schema>, D::Error> {
    struct Properties;

    impl<'de> Visitor<'de> for Properties {
        type Value = BTreeMap<String, Schema>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("schemas by name")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut properties = BTreeMap::new();
            while let Some(name) = map.next_key::<String>()? {
                if properties.contains_key(&name) {
                    return Err(A::Error::custom(format!(
                        "the property {name:?} is written twice"
                    )));
                }
                if properties.len() == MOST {
                    return Err(A::Error::custom(format!("more than {MOST} properties")));
                }
                let schema: Option<Schema> = map.next_value()?;
                properties.insert(name, schema.unwrap_or_default());
            }
            Ok(properties)
        }
    }

    deserializer.deserialize_any(Properties)
}

impl Schema {
    /// Number of properties in it, at any depth.
    pub fn property_count(&self) -> usize {
        let Self { properties, additional_properties, items, one_of, any_of, all_of, not, .. } =
            self;
        let values = match additional_properties {
            Some(Additional::Values(values)) => Some(&**values),
            Some(Additional::Any(_)) | None => None,
        };
        let parts = properties.values().chain(items.as_deref()).chain(values);
        let alternatives = one_of.iter().chain(any_of).chain(all_of).chain(not.as_deref());
        properties.len() + parts.chain(alternatives).map(Self::property_count).sum::<usize>()
    }

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
