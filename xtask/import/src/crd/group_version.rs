//! One API group and version: its kinds and the types they share.

use std::collections::BTreeMap;

use super::facts::facts;
use super::names::{self, Naming};
use super::path::Path;
use super::types::{Kind, Root, Shaped};
use super::typing::{Typing, field};
use support::{Failure, Result};

/// The kinds and types of one module.
#[derive(Debug)]
pub struct GroupVersion {
    /// In the order of the lock file.
    pub roots: Vec<Root>,
    pub types: Vec<Shaped>,
    /// The Rust name of each type, or the path of an existing type.
    pub names: Vec<String>,
}

impl GroupVersion {
    /// Derives the types of kinds of one group and version, in the order of the lock file.
    ///
    /// # Errors
    /// If a schema cannot be typed, or a name is taken or missing.
    pub fn new(kinds: Vec<Kind>, naming: Naming) -> Result<Self> {
        let mut typing = Typing::new();
        let mut roots = Vec::new();
        for (position, kind) in kinds.into_iter().enumerate() {
            roots.push(root(kind, position, &mut typing)?);
        }
        let types = typing.finish();
        let names = names::assign(&roots, &types, naming)?;
        Ok(Self { roots, types, names })
    }

    /// The generated types, in the order of their homes.
    pub fn generated(&self) -> Vec<usize> {
        let mut generated: Vec<usize> =
            (0..self.types.len()).filter(|&index| !self.types[index].uses.is_empty()).collect();
        generated.sort_by_key(|&index| self.types[index].home());
        generated
    }
}

fn root(kind: Kind, position: usize, typing: &mut Typing) -> Result<Root> {
    let schema = &kind.schema;
    let of_every_object = ["apiVersion", "kind", "metadata"];
    let is_own = |name: &&String| !of_every_object.contains(&name.as_str());
    let mut names: Vec<&String> = schema.properties.keys().filter(is_own).collect();
    // What the cluster reports is not part of a manifest, except for kinds that have no other data.
    if names.len() > 1 {
        names.retain(|name| *name != "status");
    }
    let failure = |what: &str| {
        Failure::new(format!("{}: {} of {}: {what}", kind.origin, kind.name, kind.api_version()))
    };
    let is_name = kind.name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && kind.name.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !is_name {
        return Err(failure("its name is not valid for a Rust type; leave it out"));
    }
    if names.is_empty() && schema.preserve_unknown_fields {
        return Err(failure("it has no schema, so there is nothing to generate; leave it out"));
    }
    let mut fields = Vec::new();
    let mut facts_of = BTreeMap::new();
    for name in names {
        let property = &schema.properties[name];
        let plain = typing
            .of(property, position, &Path::default().property(name))
            .map_err(|inner| failure(&inner.to_string()))?;
        fields.push(field(name, property, plain, schema));
        facts_of.insert(name.clone(), facts(property));
    }
    Ok(Root { kind, fields, facts: facts_of })
}
