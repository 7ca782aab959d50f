//! From schemas to types: structurally equal schemas are one type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::exclusive::{Exclusive, alternatives};
use super::facts::{Facts, conditions, facts};
use super::kubernetes::{self, Traced};
use super::path::Path;
use super::schema::{Additional, Schema};
use super::types::{Choice, Field, Place, Shape, Shaped, Struct, Type, Use};
use crate::naming::pascal_case;
use crate::shapes::Shapes;
use support::{Failure, Result};

/// The types of one group version while its kinds are read.
#[derive(Debug)]
pub struct Typing {
    all: Shapes<Shape, Shaped>,
    /// Uses in the order of reading; those inside a type of k8s-openapi are dropped later.
    uses: Vec<(usize, Use)>,
}

impl Typing {
    /// Knows the structs of k8s-openapi and nothing else.
    pub fn new() -> Self {
        let mut typing = Self { all: Shapes::new(), uses: Vec::new() };
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        let mut waiting = kubernetes::structs();
        // A struct can be recognised once everything that it holds is.
        loop {
            let before = waiting.len();
            waiting.retain(|candidate| {
                let fields = candidate.fields.iter().map(|(name, traced, required)| {
                    let kind = known_type(traced, &named)?;
                    Some(Field { name: (*name).to_owned(), kind, required: *required })
                });
                let Some(mut fields) = fields.collect::<Option<Vec<_>>>() else {
                    return true;
                };
                fields.sort();
                let shape = Shape::Struct(Struct { fields, ..Struct::default() });
                let index = typing.index(shape);
                typing.all[index].kubernetes.push(candidate.path);
                named.insert(candidate.name, index);
                false
            });
            if waiting.len() == before {
                return typing;
            }
        }
    }

    /// The types, each with its uses in order.
    pub fn finish(mut self) -> Vec<Shaped> {
        for (index, place_of_use) in self.uses {
            self.all[index].uses.push(place_of_use);
        }
        let mut all = self.all.into_all();
        for shaped in &mut all {
            shaped.uses.sort_by(|one, other| one.place.cmp(&other.place));
        }
        all
    }

    /// The type of a schema at a path of a kind, by the position of the kind.
    ///
    /// # Errors
    /// If the schema's `type` does not exist in `OpenAPI`.
    pub fn of(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Type> {
        if schema.int_or_string {
            // The pattern tells a quantity (128Mi) apart from a number or name (a port).
            let quantity =
                schema.pattern.as_deref().is_some_and(|pattern| pattern.contains("[KMGTPE]i"));
            return Ok(Type::Existing(if quantity { QUANTITY } else { INT_OR_STRING }));
        }
        let has_properties = !schema.properties.is_empty();
        if schema.embedded_resource || (schema.preserve_unknown_fields && !has_properties) {
            return Ok(ANYTHING);
        }
        match schema.kind.as_deref() {
            Some("string") => Ok(self.string(schema, kind, path)),
            Some("boolean") => Ok(Type::Existing("bool")),
            Some("integer") => Ok(Type::Existing(integer(schema.format.as_deref()))),
            Some("number") => Ok(Type::Existing(number(schema.format.as_deref()))),
            Some("array") => self.list(schema, kind, path),
            Some("object") | None if has_properties => self.object(schema, kind, path),
            Some("object") | None => self.map(schema, kind, path),
            Some(other) => Err(Failure::new(format!(
                "{path} has the type {other}, which OpenAPI does not have; compare the CRD with the release it was taken from"
            ))),
        }
    }

    fn string(&mut self, schema: &Schema, kind: usize, path: &Path) -> Type {
        let values = schema.values.iter().flatten().filter_map(Value::as_str);
        let mut seen = BTreeSet::new();
        let values: Vec<String> =
            values.filter(|value| seen.insert(*value)).map(str::to_owned).collect();
        if !values.is_empty() {
            let place = Place::new(kind, path.clone());
            return self.shaped(Shape::Strings(values), Use::of(place, schema));
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
        let before = self.uses.len();
        let alternatives = alternatives(schema);
        let mut fields = Vec::new();
        let mut facts_of = BTreeMap::new();
        for (name, property) in &schema.properties {
            let plain = self.of(property, kind, &path.property(name))?;
            fields.push(field(name, property, plain, schema));
            facts_of.insert(name.clone(), facts(property));
        }
        let place = Place::new(kind, path.clone());
        let place_of_use = Use {
            facts: facts_of,
            conditions: conditions(&alternatives),
            ..Use::of(place, schema)
        };

        if alternatives.exclusive.is_empty()
            && !schema.preserve_unknown_fields
            && let Some(index) = self.of_kubernetes(schema, &fields)
        {
            if self.all[index].existing().is_some() {
                self.uses.truncate(before);
            } else {
                self.uses.push((index, place_of_use));
            }
            return Ok(Type::Shaped(index));
        }
        if let [whole] = alternatives.exclusive.as_slice()
            && whole.alternatives.len() == fields.len()
            && !schema.preserve_unknown_fields
        {
            let choice = choice(whole, whole.none_allowed, &mut fields);
            return Ok(self.shaped(Shape::Choice(choice), place_of_use));
        }
        let mut groups = Vec::new();
        for exclusive in &alternatives.exclusive {
            let name = group_name(&exclusive.alternatives);
            let of_group = |(name, facts): (&String, &Facts)| {
                exclusive.alternatives.contains(name).then(|| (name.clone(), facts.clone()))
            };
            let group_use = Use {
                facts: place_of_use.facts.iter().filter_map(of_group).collect(),
                ..Use::of(Place::new(kind, path.group(&name)), &Schema::default())
            };
            // Inside a struct, "none of them" is the field's None.
            let choice = choice(exclusive, false, &mut fields);
            let kind = self.shaped(Shape::Choice(choice), group_use);
            groups.push(Field { name, kind, required: !exclusive.none_allowed });
        }
        let shape = Shape::Struct(Struct { fields, groups, open: schema.preserve_unknown_fields });
        Ok(self.shaped(shape, place_of_use))
    }

    /// The type with these fields, if k8s-openapi has one.
    fn of_kubernetes(&self, schema: &Schema, fields: &[Field]) -> Option<usize> {
        // k8s-openapi always writes a string whose default is empty.
        let as_written = fields.iter().cloned().map(|field| {
            let default =
                schema.properties.get(&field.name).and_then(|property| property.default.as_ref());
            let written = default.and_then(Value::as_str) == Some("")
                && field.kind == Type::Existing("String");
            Field { required: field.required || written, ..field }
        });
        let shape = Shape::Struct(Struct { fields: as_written.collect(), ..Struct::default() });
        self.all.find(&shape).filter(|&index| !self.all[index].kubernetes.is_empty())
    }

    fn shaped(&mut self, shape: Shape, place_of_use: Use) -> Type {
        let index = self.index(shape);
        self.uses.push((index, place_of_use));
        Type::Shaped(index)
    }

    fn index(&mut self, shape: Shape) -> usize {
        self.all.index(shape, |shape| Shaped { shape, kubernetes: Vec::new(), uses: Vec::new() })
    }
}

impl Use {
    fn of(place: Place, schema: &Schema) -> Self {
        Self {
            place,
            facts: BTreeMap::new(),
            conditions: Vec::new(),
            description: schema.description.clone(),
        }
    }
}

/// A property as a field: a required nullable one may be null, an optional one is left out.
pub fn field(name: &str, property: &Schema, kind: Type, of: &Schema) -> Field {
    let required = of.required.contains(name);
    Field {
        name: name.to_owned(),
        kind: if required { nullable(property, kind) } else { kind },
        required,
    }
}

fn choice(exclusive: &Exclusive, none_allowed: bool, fields: &mut Vec<Field>) -> Choice {
    let mut take = |name: &String| {
        let position = fields.iter().position(|field| field.name == *name)?;
        let field = fields.remove(position);
        Some((field.name, field.kind))
    };
    let alternatives = exclusive.alternatives.iter().filter_map(&mut take).collect();
    Choice { alternatives, none_allowed }
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
    if schema.nullable { Type::Nullable(Box::new(kind)) } else { kind }
}

fn integer(format: Option<&str>) -> &'static str {
    match format {
        Some("int32") => "i32",
        Some("uint32") => "u32",
        Some("uint64") => "u64",
        _ => "i64",
    }
}

fn number(format: Option<&str>) -> &'static str {
    if format == Some("float") { "f32" } else { "f64" }
}

fn known_type(traced: &Traced, named: &BTreeMap<&str, usize>) -> Option<Type> {
    Some(match traced {
        Traced::Scalar("IntOrString") => Type::Existing(INT_OR_STRING),
        Traced::Scalar("Quantity") => Type::Existing(QUANTITY),
        Traced::Scalar("Time") => Type::Existing(TIME),
        Traced::Scalar(name) => Type::Existing(name),
        Traced::List(element) => Type::List(Box::new(known_type(element, named)?)),
        Traced::Map(value) => Type::Map(Box::new(known_type(value, named)?)),
        Traced::Struct(name) => Type::Shaped(*named.get(name)?),
    })
}

const ANYTHING: Type = Type::Existing("serde_json::Value");
const INT_OR_STRING: &str = "k8s_openapi::apimachinery::pkg::util::intstr::IntOrString";
const QUANTITY: &str = "k8s_openapi::apimachinery::pkg::api::resource::Quantity";
const TIME: &str = "k8s_openapi::apimachinery::pkg::apis::meta::v1::Time";
const BYTES: &str = "k8s_openapi::ByteString";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_struct_of_k8s_openapi_is_known() {
        let all = Typing::new().finish();
        let known: BTreeSet<&str> =
            all.iter().flat_map(|shaped| shaped.kubernetes.iter().copied()).collect();
        let missing: Vec<&str> = kubernetes::structs()
            .iter()
            .map(|listed| listed.path)
            .filter(|path| !known.contains(path))
            .collect();
        assert_eq!(
            missing,
            Vec::<&str>::new(),
            "each holds a struct that is not listed, or could not be read"
        );
    }

    #[test]
    fn structs_that_look_alike_stand_for_none() {
        let all = Typing::new().finish();
        let existing: Vec<&str> = all.iter().filter_map(Shaped::existing).collect();
        let has = |name: &str| existing.iter().any(|path| path.ends_with(&format!("::{name}")));
        assert!(
            has("LabelSelector")
                && has("Container")
                && has("Affinity")
                && has("ResourceRequirements")
        );
        assert!(
            !has("SecretKeySelector") && !has("ConfigMapKeySelector"),
            "they have equal fields"
        );
        assert!(!has("SecretReference") && !has("SleepAction"), "anything may look like that");
    }
}
