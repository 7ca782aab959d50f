//! The Rust types that a group version needs: structurally equal schemas are one type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::exclusive::{Exclusive, alternatives};
use super::facts::{Facts, conditions, facts};
use super::path::Path;
use super::schema::{Additional, Schema};
use crate::failure::{Failure, Result};
use crate::naming::pascal_case;

/// The type of a value.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Type {
    /// A type that exists already, by its Rust path.
    Existing(&'static str),
    List(Box<Type>),
    Map(Box<Type>),
    /// A value that may be null where it stands.
    Nullable(Box<Type>),
    /// A type that is generated; an index into [`Types::all`].
    Generated(usize),
}

/// The structure of a generated type. Two schemas of the same shape are one type.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Shape {
    Struct(Struct),
    /// An object of which exactly one property is set, or none.
    Choice(Choice),
    /// A string out of a list, in the order of the CRD.
    Strings(Vec<String>),
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Struct {
    pub fields: Vec<Field>,
    /// Groups of properties of which at most one is set.
    pub groups: Vec<Group>,
    /// Whether the cluster keeps properties that the schema does not know.
    pub open: bool,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Field {
    /// The name in the CRD.
    pub name: String,
    pub kind: Type,
    pub required: bool,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Group {
    /// The field's name, in the CRD's spelling.
    pub name: String,
    /// A [`Shape::Choice`].
    pub kind: Type,
    pub required: bool,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Choice {
    /// Property and type, in the order of the CRD.
    pub alternatives: Vec<(String, Type)>,
    /// Whether an object with none of them is valid too.
    pub none_allowed: bool,
}

/// A generated type and everything that is known about the places that use it.
#[derive(Clone, Debug)]
pub struct Generated {
    pub shape: Shape,
    pub places: Vec<Place>,
    /// Facts of each property, in the order of the places.
    pub facts: BTreeMap<String, Vec<Facts>>,
    /// Facts of the whole, in the order of the places.
    pub conditions: Vec<Vec<String>>,
    pub descriptions: Vec<Option<String>>,
}

/// Where a type is used. The order decides which place names a type.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The position of the kind in its group version.
    pub kind: usize,
    pub depth: usize,
    pub path: Path,
}

impl Place {
    pub fn new(kind: usize, path: Path) -> Self {
        Self {
            kind,
            depth: path.depth(),
            path,
        }
    }
}

/// The generated types of one group version.
#[derive(Debug, Default)]
pub struct Types {
    pub all: Vec<Generated>,
    known: BTreeMap<Shape, usize>,
}

/// What [`Types`] learns about a type at one place.
#[derive(Default)]
struct Observed {
    facts: BTreeMap<String, Facts>,
    conditions: Vec<String>,
    description: Option<String>,
}

impl Types {
    /// The type of a schema.
    ///
    /// # Errors
    /// If the schema's `type` is none that OpenAPI knows.
    pub fn of(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Type> {
        if schema.int_or_string {
            // The pattern is what tells a quantity (128Mi) from a number or name (a port).
            let quantity = schema
                .pattern
                .as_deref()
                .is_some_and(|pattern| pattern.contains("[KMGTPE]i"));
            return Ok(Type::Existing(if quantity {
                QUANTITY
            } else {
                INT_OR_STRING
            }));
        }
        let known = !schema.properties.is_empty();
        if schema.embedded_resource || (schema.preserve_unknown_fields && !known) {
            return Ok(ANYTHING);
        }
        match schema.kind.as_deref() {
            Some("string") => Ok(self.string(schema, kind, path)),
            Some("boolean") => Ok(Type::Existing("bool")),
            Some("integer") => Ok(Type::Existing(integer(schema.format.as_deref()))),
            Some("number") => Ok(Type::Existing(
                if schema.format.as_deref() == Some("float") {
                    "f32"
                } else {
                    "f64"
                },
            )),
            Some("array") => self.list(schema, kind, path),
            Some("object") | None if known => self.object(schema, kind, path),
            Some("object") | None => self.map(schema, kind, path),
            Some(other) => Err(Failure::new(format!(
                "{path} has the type {other}, which OpenAPI does not know; compare the CRD with the release it was taken from"
            ))),
        }
    }

    fn string(&mut self, schema: &Schema, kind: usize, path: &Path) -> Type {
        let values = schema
            .values
            .iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned);
        let mut seen = BTreeSet::new();
        let values: Vec<String> = values.filter(|value| seen.insert(value.clone())).collect();
        if !values.is_empty() {
            let observed = Observed {
                description: schema.description.clone(),
                ..Observed::default()
            };
            return self.intern(
                Shape::Strings(values),
                Place::new(kind, path.clone()),
                observed,
            );
        }
        Type::Existing(match schema.format.as_deref() {
            Some("date-time") => TIME,
            Some("byte") => BYTES,
            _ => "String",
        })
    }

    fn list(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Type> {
        let element = match &schema.items {
            Some(items) => nullable(items, self.of(items, kind, &path.element())?),
            None => ANYTHING,
        };
        Ok(Type::List(Box::new(element)))
    }

    fn map(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Type> {
        match &schema.additional_properties {
            Some(Additional::Values(values)) => {
                let value = nullable(values, self.of(values, kind, &path.value())?);
                Ok(Type::Map(Box::new(value)))
            }
            Some(Additional::Any(true)) => Ok(Type::Map(Box::new(ANYTHING))),
            Some(Additional::Any(false)) | None => Ok(ANYTHING),
        }
    }

    fn object(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Type> {
        let alternatives = alternatives(schema);
        let mut types = BTreeMap::new();
        let mut facts_of = BTreeMap::new();
        for (name, property) in &schema.properties {
            let plain = self.of(property, kind, &path.property(name))?;
            let required = schema.required.contains(name);
            types.insert(
                name.clone(),
                if required {
                    nullable(property, plain)
                } else {
                    plain
                },
            );
            facts_of.insert(name.clone(), facts(property));
        }
        let place = Place::new(kind, path.clone());
        let observed = Observed {
            facts: facts_of,
            conditions: conditions(&alternatives),
            description: schema.description.clone(),
        };
        if let [whole] = alternatives.exclusive.as_slice()
            && whole.alternatives.len() == schema.properties.len()
            && !schema.preserve_unknown_fields
        {
            return Ok(self.intern(Shape::Choice(choice(whole, &mut types)), place, observed));
        }
        let mut groups = Vec::new();
        for exclusive in &alternatives.exclusive {
            let name = group_name(&exclusive.alternatives);
            let facts = exclusive
                .alternatives
                .iter()
                .filter_map(|name| Some((name.clone(), observed.facts.get(name)?.clone())));
            let group_observed = Observed {
                facts: facts.collect(),
                ..Observed::default()
            };
            // Inside the struct "none" is the field's None.
            let choice = Choice {
                none_allowed: false,
                ..choice(exclusive, &mut types)
            };
            let group_place = Place::new(kind, path.group(&name));
            let kind = self.intern(Shape::Choice(choice), group_place, group_observed);
            groups.push(Group {
                name,
                kind,
                required: !exclusive.none_allowed,
            });
        }
        let fields = types
            .into_iter()
            .map(|(name, kind)| Field {
                required: schema.required.contains(&name),
                name,
                kind,
            })
            .collect();
        let shape = Shape::Struct(Struct {
            fields,
            groups,
            open: schema.preserve_unknown_fields,
        });
        Ok(self.intern(shape, place, observed))
    }

    fn intern(&mut self, shape: Shape, place: Place, observed: Observed) -> Type {
        let index = *self.known.entry(shape.clone()).or_insert_with(|| {
            self.all.push(Generated {
                shape,
                places: Vec::new(),
                facts: BTreeMap::new(),
                conditions: Vec::new(),
                descriptions: Vec::new(),
            });
            self.all.len() - 1
        });
        let generated = &mut self.all[index];
        generated.places.push(place);
        for (name, facts) in observed.facts {
            generated.facts.entry(name).or_default().push(facts);
        }
        generated.conditions.push(observed.conditions);
        generated.descriptions.push(observed.description);
        Type::Generated(index)
    }
}

impl Generated {
    /// The place that names the type and stands first in its documentation.
    pub fn home(&self) -> &Place {
        self.places.iter().min().unwrap_or(&self.places[0])
    }

    /// Upstream's words at the home place.
    pub fn description(&self) -> Option<&str> {
        let home = self
            .places
            .iter()
            .enumerate()
            .min_by_key(|(_, place)| *place)?
            .0;
        self.descriptions[home].as_deref()
    }
}

fn choice(exclusive: &Exclusive, types: &mut BTreeMap<String, Type>) -> Choice {
    let alternatives = exclusive
        .alternatives
        .iter()
        .filter_map(|name| types.remove_entry(name))
        .collect();
    Choice {
        alternatives,
        none_allowed: exclusive.none_allowed,
    }
}

/// `simpleOrConsistentHash` for two alternatives, `httpStatusOrOther` for more.
fn group_name(alternatives: &[String]) -> String {
    match alternatives {
        [one] => one.clone(),
        [one, other] => format!("{one}Or{}", pascal_case(other)),
        [one, ..] => format!("{one}OrOther"),
        [] => String::new(),
    }
}

fn nullable(schema: &Schema, kind: Type) -> Type {
    if schema.nullable {
        Type::Nullable(Box::new(kind))
    } else {
        kind
    }
}

fn integer(format: Option<&str>) -> &'static str {
    match format {
        Some("int32") => "i32",
        Some("uint32") => "u32",
        Some("uint64") => "u64",
        _ => "i64",
    }
}

const ANYTHING: Type = Type::Existing("serde_json::Value");
const INT_OR_STRING: &str = "k8s_openapi::apimachinery::pkg::util::intstr::IntOrString";
const QUANTITY: &str = "k8s_openapi::apimachinery::pkg::api::resource::Quantity";
const TIME: &str = "k8s_openapi::apimachinery::pkg::apis::meta::v1::Time";
const BYTES: &str = "k8s_openapi::ByteString";
