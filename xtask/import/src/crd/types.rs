//! The model: the Rust types that a group version needs, and where it needs them.

use std::collections::BTreeMap;

use super::definition::Scope;
use super::facts::Facts;
use super::path::Path;
use super::schema::Schema;
use crate::naming::{RESERVED, pascal_case};

/// A kind as it is read from a CRD, with what the lock file says about it.
#[derive(Clone, Debug)]
pub struct Kind {
    pub group: String,
    pub version: String,
    pub name: String,
    pub plural: String,
    pub scope: Scope,
    pub schema: Schema,
    /// Chosen names of types, by path.
    pub names: BTreeMap<String, String>,
    /// The page that explains the kind.
    pub reference: Option<String>,
    /// Where the CRD comes from, for the header of its file.
    pub origin: String,
}

/// A kind with the types of its fields.
#[derive(Debug)]
pub struct Root {
    pub kind: Kind,
    /// The fields besides apiVersion, kind and metadata.
    pub fields: Vec<Field>,
    pub facts: BTreeMap<String, Facts>,
    /// Facts of the whole.
    pub conditions: Vec<String>,
    /// Whether the cluster keeps properties that are not in the schema.
    pub open: bool,
}

/// The type of a value.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Type {
    /// An existing type, by its Rust path.
    Existing(&'static str),
    List(Box<Type>),
    Map(Box<Type>),
    /// A value that may be null.
    Nullable(Box<Type>),
    /// A type with a shape of its own, by its index.
    Shaped(usize),
}

/// The structure of a type. Two schemas of the same shape are one type.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Shape {
    Struct(Struct),
    /// An object with exactly one property set, or none.
    Choice(Choice),
    /// An enum of strings, in the order of the CRD.
    Strings(Vec<String>),
}

#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Struct {
    pub fields: Vec<Field>,
    /// Groups of properties of which at most one is set.
    pub groups: Vec<Field>,
    /// Whether the cluster keeps properties that are not in the schema.
    pub open: bool,
}

/// A property, or a group of properties with its own name.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Field {
    /// The name in the CRD.
    pub name: String,
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

/// A type with a shape of its own.
#[derive(Clone, Debug)]
pub struct Shaped {
    pub shape: Shape,
    /// The places that use it, home first; empty if there are none, or only inside a type of k8s-openapi.
    pub uses: Vec<Use>,
}

/// A place that uses a type, and the facts about the type there.
#[derive(Clone, Debug)]
pub struct Use {
    pub place: Place,
    /// Facts of each property.
    pub facts: BTreeMap<String, Facts>,
    /// Facts of the whole.
    pub conditions: Vec<String>,
    pub description: Option<String>,
}

/// Where a type is used. The first place in this order is the type's home and names it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The position of the kind in its group version.
    pub kind: usize,
    pub depth: usize,
    pub path: Path,
}

impl Kind {
    /// Group and version: `networking.istio.io/v1`.
    pub fn api_version(&self) -> String {
        format!("{}/{}", self.group, self.version)
    }

    /// The name of its type: the kind's own if that is one of Rust (`Certificate`), else written as one (`postgresql`), and
    /// with a trailing underscore if generated code needs it for something else (`Option`).
    pub fn type_name(&self) -> String {
        let is_name = self.name.starts_with(|letter: char| letter.is_ascii_uppercase())
            && self.name.chars().all(|letter| letter.is_ascii_alphanumeric());
        let mut name = if is_name { self.name.clone() } else { pascal_case(&self.name) };
        if RESERVED.contains(&name.as_str()) {
            name.push('_');
        }
        name
    }

    /// Its properties besides those of every object, in order.
    pub fn own_properties(&self) -> impl Iterator<Item = &String> {
        let of_every_object = ["apiVersion", "kind", "metadata"];
        self.schema.properties.keys().filter(move |name| !of_every_object.contains(&name.as_str()))
    }

    /// Whether the CRD says nothing about the kind's data.
    pub fn is_untyped(&self) -> bool {
        self.schema.preserve_unknown_fields && self.own_properties().next().is_none()
    }
}

impl Place {
    pub fn new(kind: usize, path: Path) -> Self {
        Self { kind, depth: path.depth(), path }
    }
}

impl Shaped {
    /// The place that names the type; `None` if it is not generated.
    pub fn home(&self) -> Option<&Place> {
        self.uses.first().map(|home| &home.place)
    }

    /// The kinds that use the type, by position.
    pub fn users(&self) -> Vec<usize> {
        let mut users: Vec<usize> =
            self.uses.iter().map(|place_of_use| place_of_use.place.kind).collect();
        users.dedup();
        users
    }

    /// The types that this one consists of.
    pub fn parts(&self) -> Vec<usize> {
        match &self.shape {
            Shape::Struct(structure) => structure
                .fields
                .iter()
                .chain(&structure.groups)
                .filter_map(|field| field.kind.shaped())
                .collect(),
            Shape::Choice(choice) => {
                choice.alternatives.iter().filter_map(|(_, kind)| kind.shaped()).collect()
            }
            Shape::Strings(_) => Vec::new(),
        }
    }
}

impl Type {
    /// The type with a shape of its own that this one is, or holds.
    pub fn shaped(&self) -> Option<usize> {
        match self {
            Self::Existing(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.shaped(),
            Self::Shaped(index) => Some(*index),
        }
    }
}
