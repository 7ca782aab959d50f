//! Schemas of kinds: what the API server accepts in an object.
//!
//! Kubernetes' own kinds come from the sources of the API server, custom kinds from the released CRDs that types are generated from, and
//! from those among the objects, which win.

mod compare;
mod facts;
mod given;
pub(crate) mod rules;
mod tree;

use std::sync::OnceLock;

use crate::objects::Value;

pub(crate) use compare::{Breach, Mistake, compare};
pub use facts::KUBERNETES_MINOR;
pub(crate) use facts::{definition, group_of, is_built_in, is_namespaced, lifecycle, versions};
pub(crate) use given::Kinds;
pub use tree::{Bounds, Conditions, Schema, Type, Uniqueness};

/// A kind in one version.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Kind {
    /// Whether its objects live in a namespace.
    pub is_namespaced: bool,
    /// What its objects are.
    pub schema: Schema,
    /// Whether a CRD has brought it.
    pub is_custom: bool,
    /// The release that its CRD was taken from, where that is not among the objects.
    pub release: Option<String>,
    /// Whether the API server takes objects of this version.
    pub is_served: bool,
    /// Whether the API server warns of this version.
    pub is_deprecated: bool,
    /// Its rules in CEL, compiled when somebody asks for them.
    rules: OnceLock<Option<rules::Rules>>,
    json: Value,
}

impl Kind {
    /// Reads a line of a file of facts, or what a CRD says of a version.
    fn of(facts: &Value) -> Self {
        let schema = &facts["schema"];
        let is_custom = facts["custom"].as_bool().unwrap_or_default();
        Self {
            is_namespaced: facts["scope"].as_str() == Some("Namespaced"),
            schema: Schema::of(schema),
            is_custom,
            release: facts["release"].as_str().map(str::to_owned),
            is_served: facts["served"] != false,
            is_deprecated: facts["deprecated"] == true,
            rules: OnceLock::new(),
            json: if is_custom { schema.clone() } else { Value::Null },
        }
    }

    /// The rules in CEL that an object breaks.
    pub(crate) fn broken_rules(&self, object: &Value) -> Vec<rules::Broken> {
        let rules = self.rules.get_or_init(|| rules::Rules::of(&self.json));
        rules.as_ref().map_or_else(Vec::new, |rules| rules.broken(object))
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
