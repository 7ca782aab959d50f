//! What is known of a value: from the tables of Kubernetes' kinds, or from the schema of a CRD.

use std::borrow::Cow;

use super::shape::{Rule, Shape};
use crate::objects::{Value, list, text};

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'s> {
    /// By the tables of Kubernetes.
    Rule(Rule),
    /// By the schema of a CRD.
    Schema(&'s Value),
    /// Nothing.
    Nothing,
}

/// How the elements of a list are found in another one.
#[derive(Debug)]
pub(super) enum Merge<'s> {
    /// By the values of these keys.
    Keys(Vec<&'s str>),
    /// By their values, in any order.
    Set,
    /// By position.
    Position,
    /// Nobody says: by their names where they have some.
    Unknown,
}

impl<'s> Known<'s> {
    /// What is known of a field of an object.
    pub(super) fn field(self, name: &str) -> Self {
        match self {
            Self::Rule(Rule::Quantities | Rule::Requests) => Self::Rule(Rule::Quantity),
            Self::Rule(_) => {
                self.shape().and_then(|shape| shape.rule(name)).map_or(Self::Nothing, Self::Rule)
            }
            Self::Schema(schema) => {
                let named = &schema["properties"][name];
                let any = &schema["additionalProperties"];
                match (named.is_object(), any.is_object()) {
                    (true, _) => Self::Schema(named),
                    (false, true) => Self::Schema(any),
                    _ => Self::Nothing,
                }
            }
            Self::Nothing => Self::Nothing,
        }
    }

    fn shape(self) -> Option<&'static Shape> {
        match self {
            Self::Rule(
                Rule::Object(shape)
                | Rule::Filled(shape)
                | Rule::Template(shape)
                | Rule::List(_, shape)
                | Rule::Sequence(shape),
            ) => Some(shape),
            _ => None,
        }
    }

    /// What is known of an element of a list.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Rule(_) => {
                self.shape().map_or(Self::Nothing, |shape| Self::Rule(Rule::Object(shape)))
            }
            Self::Schema(schema) if schema["items"].is_object() => Self::Schema(&schema["items"]),
            Self::Schema(_) | Self::Nothing => Self::Nothing,
        }
    }

    /// What stands for the value where it is absent beside these others.
    pub(super) fn default(self, beside: Option<&Value>) -> Option<Cow<'s, Value>> {
        match self {
            Self::Rule(rule) => rule.default(beside).map(Cow::Owned),
            Self::Schema(schema) => schema.get("default").map(Cow::Borrowed),
            Self::Nothing => None,
        }
    }

    pub(super) fn merge(self) -> Merge<'s> {
        match self {
            Self::Rule(Rule::List(keys, _)) => Merge::Keys(keys.to_vec()),
            Self::Rule(Rule::Set | Rule::PolicyTypes) => Merge::Set,
            Self::Rule(Rule::Sequence(_)) => Merge::Position,
            Self::Schema(schema) => match text(&schema["x-kubernetes-list-type"]) {
                Some("map") => {
                    let keys = list(&schema["x-kubernetes-list-map-keys"]);
                    Merge::Keys(keys.iter().filter_map(text).collect())
                }
                Some("set") => Merge::Set,
                _ => Merge::Unknown,
            },
            Self::Rule(_) | Self::Nothing => Merge::Unknown,
        }
    }

    pub(super) fn is_quantity(self) -> bool {
        matches!(self, Self::Rule(Rule::Quantity))
    }

    /// Whether an absent object is the same as one of defaults only.
    pub(super) fn is_filled(self) -> bool {
        matches!(self, Self::Rule(Rule::Filled(_) | Rule::Quantities | Rule::Requests))
    }

    /// Whether an absent value is the same as an empty one.
    pub(super) fn may_be_empty(self) -> bool {
        matches!(self, Self::Rule(Rule::Empty | Rule::Set | Rule::List(..) | Rule::Sequence(_)))
    }

    pub(super) fn is_requests(self) -> bool {
        matches!(self, Self::Rule(Rule::Requests))
    }

    pub(super) fn is_template(self) -> bool {
        matches!(self, Self::Rule(Rule::Template(_)))
    }
}
