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
    /// The structs of k8s-openapi by their shape.
    kubernetes: BTreeMap<usize, Vec<&'static str>>,
    /// Uses in the order of reading; those inside a type of k8s-openapi are dropped later.
    uses: Vec<(usize, Use)>,
    /// The places of types of k8s-openapi.
    existing: Vec<(Place, &'static str)>,
}

/// How far a `Typing` had come.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    uses: usize,
    existing: usize,
}

/// The type of a schema.
struct Found {
    kind: Type,
    /// The type in the shapes of k8s-openapi: where a struct of it has the same JSON, its shape.
    like: Type,
}

impl Found {
    fn same(kind: Type) -> Self {
        Self { like: kind.clone(), kind }
    }

    fn map(self, wrap: impl Fn(Type) -> Type) -> Self {
        Self { kind: wrap(self.kind), like: wrap(self.like) }
    }
}

/// What is known when all kinds are read.
#[derive(Debug)]
pub struct Typed {
    /// The types, each with its uses in order.
    pub types: Vec<Shaped>,
    /// The places of types of k8s-openapi.
    pub existing: Vec<(Place, &'static str)>,
}

impl Typing {
    /// Knows the structs of k8s-openapi and nothing else.
    pub fn new() -> Self {
        let mut typing = Self {
            all: Shapes::new(),
            kubernetes: BTreeMap::new(),
            uses: Vec::new(),
            existing: Vec::new(),
        };
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
                typing.kubernetes.entry(index).or_default().push(candidate.path);
                named.insert(candidate.name, index);
                false
            });
            if waiting.len() == before {
                return typing;
            }
        }
    }

    /// How far it has come.
    pub fn mark(&self) -> Mark {
        Mark { uses: self.uses.len(), existing: self.existing.len() }
    }

    /// Forgets every use since a mark.
    pub fn forget(&mut self, since: Mark) {
        self.uses.truncate(since.uses);
        self.existing.truncate(since.existing);
    }

    /// What was found.
    pub fn finish(mut self) -> Typed {
        for (index, place_of_use) in self.uses {
            self.all[index].uses.push(place_of_use);
        }
        let mut all = self.all.into_all();
        for shaped in &mut all {
            shaped.uses.sort_by(|one, other| one.place.cmp(&other.place));
        }
        Typed { types: all, existing: self.existing }
    }

    /// The type of a schema at a path of a kind, by the position of the kind.
    ///
    /// # Errors
    /// If the schema's `type` does not exist in `OpenAPI`.
    pub fn of(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Type> {
        self.found(schema, kind, path).map(|found| found.kind)
    }

    fn found(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Found> {
        let existing = |name| Ok(Found::same(Type::Existing(name)));
        if schema.int_or_string {
            // The pattern tells a quantity (128Mi) apart from a number or name (a port).
            let quantity =
                schema.pattern.as_deref().is_some_and(|pattern| pattern.contains("[KMGTPE]i"));
            return existing(if quantity { QUANTITY } else { INT_OR_STRING });
        }
        let has_properties = !schema.properties.is_empty();
        // What is typed beside the marker is checked and pruned by its own schema.
        let says_nothing = !has_properties
            && schema.items.is_none()
            && !matches!(schema.additional_properties, Some(Additional::Values(_)))
            && matches!(schema.kind.as_deref(), None | Some("object" | "array"));
        if schema.embedded_resource || (schema.preserve_unknown_fields && says_nothing) {
            return Ok(Found::same(ANYTHING));
        }
        match schema.kind.as_deref() {
            Some("string") => Ok(Found::same(self.string(schema, kind, path))),
            Some("boolean") => existing("bool"),
            Some("integer") => existing(integer(schema.format.as_deref())),
            Some("number") => existing(number(schema.format.as_deref())),
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

    fn list(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Found> {
        let element = match &schema.items {
            Some(items) => {
                self.found(items, kind, &path.element())?.map(|kind| nullable(items, kind))
            }
            None => Found::same(ANYTHING),
        };
        Ok(element.map(|kind| Type::List(Box::new(kind))))
    }

    fn map(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Found> {
        let value = match &schema.additional_properties {
            Some(Additional::Values(values)) => {
                self.found(values, kind, &path.value())?.map(|kind| nullable(values, kind))
            }
            Some(Additional::Any(true)) => Found::same(ANYTHING),
            Some(Additional::Any(false)) | None => return Ok(Found::same(ANYTHING)),
        };
        Ok(value.map(|kind| Type::Map(Box::new(kind))))
    }

    fn object(&mut self, schema: &Schema, kind: usize, path: &Path) -> Result<Found> {
        let before = self.mark();
        let alternatives = alternatives(schema);
        let mut fields = Vec::new();
        let mut likes = Vec::new();
        let mut facts_of = BTreeMap::new();
        for (name, property) in &schema.properties {
            let found = if is_object_meta(name, property, schema) {
                Found::same(Type::Existing(OBJECT_META))
            } else {
                self.found(property, kind, &path.property(name))?
            };
            fields.push(field(name, property, found.kind, schema));
            likes.push(field(name, property, found.like, schema));
            facts_of.insert(name.clone(), facts(property));
        }
        let place = Place::new(kind, path.clone());
        let is_open = schema.preserve_unknown_fields;
        let like = if alternatives.exclusive.is_empty() && !is_open {
            self.of_kubernetes(schema, likes)
        } else {
            None
        };
        if let Some(Like { index, distinctive: true }) = like
            && let Some(chosen) = chosen(&self.kubernetes[&index], path)
        {
            self.forget(before);
            self.existing.push((place, chosen));
            return Ok(Found { kind: Type::Existing(chosen), like: Type::Shaped(index) });
        }
        let place_of_use = Use {
            facts: facts_of,
            conditions: conditions(&alternatives),
            ..Use::of(place, schema)
        };
        if let [whole] = alternatives.exclusive.as_slice()
            && whole.alternatives.len() == fields.len()
            && !is_open
        {
            let choice = choice(whole, whole.none_allowed, &mut fields);
            return Ok(Found::same(self.shaped(Shape::Choice(choice), place_of_use)));
        }
        let mut groups = Vec::new();
        for exclusive in &alternatives.exclusive {
            let name = group_name(&exclusive.alternatives);
            let names: BTreeSet<&String> = exclusive.alternatives.iter().collect();
            let of_group = |(name, facts): (&String, &Facts)| {
                names.contains(name).then(|| (name.clone(), facts.clone()))
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
        let shape = Shape::Struct(Struct { fields, groups, open: is_open });
        let kind = self.shaped(shape, place_of_use);
        Ok(match like {
            Some(Like { index, .. }) => Found { kind, like: Type::Shaped(index) },
            None => Found::same(kind),
        })
    }

    /// The structs of k8s-openapi with these fields, if there are any.
    fn of_kubernetes(&self, schema: &Schema, likes: Vec<Field>) -> Option<Like> {
        let mut is_marked = false;
        // k8s-openapi always writes a string whose default is empty; so does the API server, and nobody can tell.
        let as_written = likes.into_iter().map(|field| {
            let default =
                schema.properties.get(&field.name).and_then(|property| property.default.as_ref());
            let written = default.and_then(Value::as_str) == Some("")
                && field.kind == Type::Existing("String");
            is_marked |= written && !field.required;
            Field { required: field.required || written, ..field }
        });
        let fields: Vec<Field> = as_written.collect();
        let distinctive = is_marked
            || fields.len() > 2
            || fields.iter().any(|field| field.kind.shaped().is_some());
        let shape = Shape::Struct(Struct { fields, ..Struct::default() });
        let index = self.all.find(&shape).filter(|index| self.kubernetes.contains_key(index))?;
        Some(Like { index, distinctive })
    }

    fn shaped(&mut self, shape: Shape, place_of_use: Use) -> Type {
        let index = self.index(shape);
        self.uses.push((index, place_of_use));
        Type::Shaped(index)
    }

    fn index(&mut self, shape: Shape) -> usize {
        self.all.index(shape, |shape| Shaped { shape, uses: Vec::new() })
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

/// A shape of k8s-openapi that an object has.
#[derive(Clone, Copy)]
struct Like {
    index: usize,
    /// Whether the match is no coincidence: a name and a namespace alone are no `SecretReference`, but a name whose default
    /// is empty comes from the very type.
    distinctive: bool,
}

/// The one of several equal structs of k8s-openapi that is meant at a place; None if it may be another one.
///
/// The nearest property that names one tells: `podAntiAffinity`, `secretKeyRef`. Where none does, a type of a secret stands
/// for the equal one of a ConfigMap: the JSON is the same.
fn chosen(candidates: &[&'static str], path: &Path) -> Option<&'static str> {
    if let [only] = candidates {
        return Some(only);
    }
    let name = |candidate: &&&'static str| {
        candidate.rsplit("::").next().unwrap_or_default().to_ascii_lowercase()
    };
    let of = |owner: &str| candidates.iter().find(|candidate| name(candidate).starts_with(owner));
    for segment in path.segments().iter().rev() {
        let segment = segment.to_ascii_lowercase();
        if let Some(same) = candidates.iter().find(|candidate| name(candidate) == segment) {
            return Some(same);
        }
        let owner = match (segment.contains("secret"), segment.contains("configmap")) {
            (true, false) => of("secret"),
            (false, true) => of("configmap"),
            _ => None,
        };
        if owner.is_some() {
            return owner.copied();
        }
    }
    // Of the structs with nothing but a name, this is the one whose name may be left out.
    of("secret").or_else(|| of("localobjectreference")).copied()
}

/// Whether a property is the metadata of a template: an object of which the schema says nothing, beside a `spec`.
fn is_object_meta(name: &str, property: &Schema, of: &Schema) -> bool {
    name == "metadata"
        && of.properties.contains_key("spec")
        && property.kind.as_deref() == Some("object")
        && property.properties.is_empty()
        && property.additional_properties.is_none()
}

/// A property as a field: a required nullable one may be null, an optional one is left out.
///
/// One that is required and has a default is optional: the API server fills it in before it asks what is required.
pub fn field(name: &str, property: &Schema, kind: Type, of: &Schema) -> Field {
    let required = of.required.contains(name) && property.default.is_none();
    Field {
        name: name.to_owned(),
        kind: if required { nullable(property, kind) } else { kind },
        required,
    }
}

fn choice(exclusive: &Exclusive, none_allowed: bool, fields: &mut Vec<Field>) -> Choice {
    let names: BTreeSet<&String> = exclusive.alternatives.iter().collect();
    let (taken, left): (Vec<Field>, Vec<Field>) =
        std::mem::take(fields).into_iter().partition(|field| names.contains(&field.name));
    *fields = left;
    let mut taken: BTreeMap<String, Type> =
        taken.into_iter().map(|field| (field.name, field.kind)).collect();
    let alternatives =
        exclusive.alternatives.iter().filter_map(|name| taken.remove_entry(name)).collect();
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
        Traced::Scalar(name) => Type::Existing(name),
        Traced::List(element) => Type::List(Box::new(known_type(element, named)?)),
        Traced::Map(value) => Type::Map(Box::new(known_type(value, named)?)),
        Traced::Struct("ObjectMeta") => Type::Existing(OBJECT_META),
        Traced::Struct(name) => Type::Shaped(*named.get(name)?),
    })
}

const ANYTHING: Type = Type::Existing("serde_json::Value");
const INT_OR_STRING: &str = "k8s_openapi::apimachinery::pkg::util::intstr::IntOrString";
const QUANTITY: &str = "k8s_openapi::apimachinery::pkg::api::resource::Quantity";
const OBJECT_META: &str = "k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta";
/// Not `Time`, which would cut off the fraction of a second.
const TIME: &str = "k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime";
const BYTES: &str = "k8s_openapi::ByteString";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_struct_of_k8s_openapi_is_known() {
        let typing = Typing::new();
        let known: BTreeSet<&str> = typing.kubernetes.values().flatten().copied().collect();
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
    fn of_structs_that_look_alike_the_property_names_one() {
        let typing = Typing::new();
        let candidates = |name: &str| {
            let has = |paths: &&Vec<&str>| paths.iter().any(|path| path.ends_with(name));
            typing.kubernetes.values().find(has).expect("a known struct").clone()
        };
        let at =
            |names: &[&str]| names.iter().fold(Path::default(), |path, name| path.property(name));
        let keys = candidates("::SecretKeySelector");
        for (place, expected) in [
            (at(&["spec", "valueFrom", "configMapKeyRef"]), Some("ConfigMapKeySelector")),
            (at(&["spec", "configMap", "token", "secretKeyRef"]), Some("SecretKeySelector")),
            (at(&["spec", "clientId", "secret"]), Some("SecretKeySelector")),
            (at(&["spec", "basicAuth", "password"]), Some("SecretKeySelector")),
        ] {
            let chosen = chosen(&keys, &place);
            assert_eq!(chosen.and_then(|path| path.rsplit("::").next()), expected, "{place}");
        }
        let affinities = candidates("::PodAffinity");
        let chosen_affinity = chosen(&affinities, &at(&["spec", "podAntiAffinity"]));
        assert!(chosen_affinity.is_some_and(|path| path.ends_with("::PodAntiAffinity")));
        assert_eq!(chosen(&affinities, &at(&["spec", "rules"])), None);
    }
}
