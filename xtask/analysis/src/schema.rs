//! Schemas of kinds: what the API server accepts in an object.
//!
//! Kubernetes' own kinds come from the sources of the API server, custom kinds from the CRDs that types are generated from, and from
//! those among the objects, which win.

mod compare;
mod facts;
mod tree;

use serde_json::Value;

pub(crate) use compare::{Breach, Mistake, compare};
pub use facts::KUBERNETES_MINOR;
pub use tree::{Bounds, Conditions, Schema, Type, Uniqueness};

/// A kind in one version.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Whether its objects live in a namespace.
    pub is_namespaced: bool,
    /// What its objects are.
    pub schema: Schema,
    /// Whether a CRD has brought it.
    pub is_custom: bool,
}

impl Kind {
    /// Reads a line of a file of facts.
    fn of_fact(json: &Value) -> Self {
        Self {
            is_namespaced: json["scope"].as_str() == Some("Namespaced"),
            schema: Schema::of(&json["schema"]),
            is_custom: json["custom"].as_bool().unwrap_or_default(),
        }
    }
}

/// What is known of a kind of Kubernetes itself, or of a custom kind whose types are generated: `of("apps/v1", "Deployment")`.
#[must_use]
pub fn of(api_version: &str, kind: &str) -> Option<&'static Kind> {
    facts::kind(api_version, kind)
}

/// The schema itself, or the definition that it refers to.
#[must_use]
pub fn resolved(schema: &Schema) -> &Schema {
    let definition = schema.reference.as_deref().and_then(facts::definition);
    definition.unwrap_or(schema)
}
