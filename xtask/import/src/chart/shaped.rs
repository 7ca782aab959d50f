//! The types that a chart's values need: equal shapes become one type.

use std::collections::{BTreeMap, BTreeSet};

use super::choices::quoted;
use super::kind::{Kind, Object};
use super::lock::LockedChart;
use super::path::{self, Path};
use super::problem::{Problem, Proposal};
use crate::markdown::listed;
use crate::naming::{RESERVED, joined, pascal_case, singular, unique, words};
use crate::shapes::Shapes;

/// The type of a value.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Type {
    /// An existing type, by its Rust path.
    Existing(String),
    List(Box<Type>),
    Map(Box<Type>),
    Nullable(Box<Type>),
    /// A type with a shape of its own, by its index.
    Shaped(usize),
}

/// The structure of a type.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Shape {
    Object {
        /// Ordered by key.
        members: Vec<Member>,
        /// The type of values below further keys.
        open: Option<Type>,
    },
    /// An enum of strings.
    Strings(Vec<String>),
}

/// The most keys or values that a name may consist of.
const NAMED: usize = 4;

impl Shape {
    /// Keys or values as a name, empty if there are too many: an object with `enabled` and `name` is `EnabledName`.
    fn content(&self) -> String {
        let parts: Vec<String> = match self {
            Self::Object { members, .. } => {
                members.iter().map(|member| pascal_case(&member.name)).collect()
            }
            Self::Strings(values) => values.iter().map(|value| pascal_case(value)).collect(),
        };
        if parts.len() > NAMED { String::new() } else { parts.concat() }
    }
}

/// A key of an object.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Member {
    pub key: String,
    /// Its Rust name, before the conversion to Rust's case.
    pub name: String,
    pub kind: Type,
    /// Whether it is an object that is left out when nothing in it is set.
    pub is_plain: bool,
}

/// A type with a shape of its own.
#[derive(Debug)]
pub struct Shaped {
    pub shape: Shape,
    /// Whether it takes further keys at one of its places, because the chart says nothing against them.
    pub is_example: bool,
    /// Ordered by path.
    pub uses: Vec<Use>,
}

/// One place that uses a type.
#[derive(Debug)]
pub struct Use {
    pub path: Path,
    /// The path as parts of a name: elements of lists and values of maps in the singular.
    parts: Vec<String>,
    /// Facts of each member, in the order of the members.
    pub facts: Vec<Vec<String>>,
}

/// The types of a chart.
#[derive(Debug)]
pub struct Types {
    pub all: Vec<Shaped>,
    /// The Rust name of each.
    pub names: Vec<String>,
}

/// The type of all values of a chart.
pub const ROOT: &str = "Values";

impl Types {
    /// The types of a chart's values, each with its name.
    ///
    /// A type with one place is named after the whole path, so that another key only renames it if both would get the same
    /// name. A type with several places is named after the common ending of their paths.
    ///
    /// # Errors
    /// All types without a name that fits all of their places.
    pub fn of(chart: &LockedChart, values: &Object) -> Result<Self, Vec<Problem>> {
        let mut collector = Collector { shapes: Shapes::new() };
        collector.object(&Path::default(), &[], values);
        let mut all = collector.shapes.into_all();
        for shaped in &mut all {
            shaped.uses.sort_by(|one, other| one.path.cmp(&other.path));
        }
        let names = names(chart, &all)?;
        Ok(Self { all, names })
    }

    /// The types in the order of the places that use them first.
    pub fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|&index| self.all[index].uses.first().map(|home| &home.path));
        order
    }
}

struct Collector {
    shapes: Shapes<Shape, Shaped>,
}

impl Collector {
    fn object(&mut self, path: &Path, parts: &[String], object: &Object) -> Type {
        let mut members = Vec::new();
        for field in &object.fields {
            let kind = self.kind(&path.key(&field.key), &below(parts, &field.name), &field.kind);
            members.push(Member {
                key: field.key.clone(),
                name: field.name.clone(),
                kind,
                is_plain: matches!(field.kind, Kind::Object(_)) && !field.presence,
            });
        }
        let open = object
            .open
            .as_ref()
            .map(|open| self.kind(&path.value(), &below(parts, "additional"), open));
        let facts = object.fields.iter().map(|field| field.facts.clone()).collect();
        let shape = Shape::Object { members, open };
        self.shaped(shape, path, parts, facts, object.is_example)
    }

    fn kind(&mut self, path: &Path, parts: &[String], kind: &Kind) -> Type {
        let existing = |name: &str| Type::Existing(name.to_owned());
        match kind {
            Kind::Bool => existing("bool"),
            Kind::Integer => existing("i64"),
            Kind::Float => existing("f64"),
            Kind::String => existing("String"),
            Kind::Number => existing("serde_json::Number"),
            Kind::Value => existing("serde_json::Value"),
            Kind::Kubernetes(known) => existing(known.path),
            Kind::List(inner) => {
                Type::List(Box::new(self.kind(&path.element(), &one_of_many(parts), inner)))
            }
            Kind::Map(inner) => {
                Type::Map(Box::new(self.kind(&path.value(), &one_of_many(parts), inner)))
            }
            Kind::Nullable(inner) => Type::Nullable(Box::new(self.kind(path, parts, inner))),
            Kind::Object(object) => self.object(path, parts, object),
            Kind::OneOf(values) => {
                self.shaped(Shape::Strings(values.clone()), path, parts, Vec::new(), false)
            }
        }
    }

    fn shaped(
        &mut self,
        shape: Shape,
        path: &Path,
        parts: &[String],
        facts: Vec<Vec<String>>,
        is_example: bool,
    ) -> Type {
        let new = |shape| Shaped { shape, is_example: false, uses: Vec::new() };
        let index = self.shapes.index(shape, new);
        self.shapes[index].is_example |= is_example;
        self.shapes[index].uses.push(Use { path: path.clone(), parts: parts.to_vec(), facts });
        Type::Shaped(index)
    }
}

fn below(parts: &[String], name: &str) -> Vec<String> {
    let mut below = parts.to_vec();
    below.push(name.to_owned());
    below
}

/// The parts of a list or map, the last one in the singular.
fn one_of_many(parts: &[String]) -> Vec<String> {
    let mut parts = parts.to_vec();
    if let Some(last) = parts.last_mut() {
        *last = singular(last);
    }
    parts
}

fn names(chart: &LockedChart, all: &[Shaped]) -> Result<Vec<String>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
    let mut names = chosen(chart, all, &mut taken, &mut problems);
    let mut order: Vec<usize> = (0..all.len()).collect();
    // A type with a single place has no other name to choose.
    order.sort_by_key(|&index| {
        let uses = &all[index].uses;
        (uses.len() > 1, uses.first().map(|home| &home.path))
    });
    for index in order {
        if names.contains_key(&index) {
            continue;
        }
        let name = match all[index].uses.as_slice() {
            [only] if only.parts.is_empty() => ROOT.to_owned(),
            [only] => {
                let parts: Vec<String> = only.parts.iter().map(|part| pascal_case(part)).collect();
                unique(&joined(&parts), |name| taken.contains(name) || name == ROOT)
            }
            uses => {
                let ending = common_ending(uses);
                let is_free = |name: &String| !name.is_empty() && !taken.contains(name);
                let candidates = [ending.clone(), all[index].shape.content()];
                let Some(name) = candidates.into_iter().find(is_free) else {
                    problems.push(nameless(&ending, uses, &mut taken));
                    continue;
                };
                name
            }
        };
        taken.insert(name.clone());
        names.insert(index, name);
    }
    if problems.is_empty() { Ok(names.into_values().collect()) } else { Err(problems) }
}

/// The names that charts.toml chooses, by index.
fn chosen(
    chart: &LockedChart,
    all: &[Shaped],
    taken: &mut BTreeSet<String>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<usize, String> {
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    for (text, name) in &chart.shapes {
        let place = path::path(&path::keys(text).unwrap_or_default()).dotted();
        let is_here = |shaped: &Shaped| shaped.uses.iter().any(|user| user.path.dotted() == place);
        let Some(index) = all.iter().position(is_here) else {
            problems.push(Problem::from(format!(
                "{text} is listed in shapes, but no type is generated there; keep it or remove it"
            )));
            continue;
        };
        if pascal_case(name) != *name {
            problems.push(Problem::from(format!(
                "{text} is called {name:?} in shapes, which is not valid for a Rust type; write it like {}",
                pascal_case(name)
            )));
        } else if let Some(other) = names.get(&index) {
            problems.push(Problem::from(format!(
                "{text} in shapes names a type that is already named {other} there; keep one of them"
            )));
        } else if name == ROOT || !taken.insert(name.clone()) {
            problems.push(Problem::from(format!(
                "the name {name} of {text} in shapes is already taken; choose another one"
            )));
        } else {
            names.insert(index, name.clone());
        }
    }
    names
}

/// The words that all places end with: for `server.livenessProbe` and `dex.readinessProbe`, `Probe`.
fn common_ending(uses: &[Use]) -> String {
    let mut all = uses.iter().map(|user| {
        user.parts.iter().flat_map(|part| words(part)).map(|word| pascal_case(&word)).collect()
    });
    let mut common: Vec<String> = all.next().unwrap_or_default();
    for other in all {
        let other: Vec<String> = other;
        let equal =
            common.iter().rev().zip(other.iter().rev()).take_while(|(one, two)| one == two).count();
        common.drain(..common.len() - equal);
    }
    joined(&common)
}

/// Proposes the name of the first place, which is then taken.
fn nameless(ending: &str, uses: &[Use], taken: &mut BTreeSet<String>) -> Problem {
    let places: Vec<String> = uses.iter().map(|user| user.path.to_string()).collect();
    let why = if ending.is_empty() {
        "whose paths have no common ending".to_owned()
    } else {
        format!("and {ending}, the common ending of their paths, is already taken")
    };
    let home = uses.first();
    let parts: Vec<String> =
        home.into_iter().flat_map(|home| &home.parts).map(|part| pascal_case(part)).collect();
    let path = home.map(|home| home.path.dotted()).unwrap_or_default();
    let value = unique(&joined(&parts), |name| taken.contains(name) || name == ROOT);
    taken.insert(value.clone());
    let sentence = format!(
        "the same type is at {}, {why}; choose a name that fits everywhere, in shapes: {} = \"{value}\"",
        listed(&places, ", "),
        quoted(&path),
    );
    Problem { sentence, proposals: vec![Proposal { table: "shapes", path, value, remark: None }] }
}
