//! One API group and version: its kinds and the types they share.

use std::collections::BTreeMap;

use super::definition::Scope;
use super::facts::{Facts, facts};
use super::names;
use super::path::Path;
use super::schema::Schema;
use super::types::{Field, Shaped};
use super::typing::{Typing, field};
use crate::failure::{Failure, Result};

/// A kind as it is read from a CRD, with what the lock file says about it.
#[derive(Clone, Debug)]
pub struct Kind {
    pub group: String,
    pub version: String,
    pub kind: String,
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

/// A kind with its types.
#[derive(Debug)]
pub struct Root {
    pub api_version: String,
    pub kind: String,
    pub plural: String,
    pub scope: Scope,
    pub names: BTreeMap<String, String>,
    pub reference: Option<String>,
    pub origin: String,
    /// What stands beside apiVersion, kind and metadata.
    pub fields: Vec<Field>,
    pub facts: BTreeMap<String, Facts>,
    pub description: Option<String>,
}

/// The kinds and types of one module.
#[derive(Debug)]
pub struct GroupVersion {
    pub group: String,
    pub version: String,
    pub roots: Vec<Root>,
    pub types: Vec<Shaped>,
    /// The Rust name of each type, or its path where it exists already.
    pub names: Vec<String>,
}

impl GroupVersion {
    /// Derives the types of kinds of one group and version, in the order of the lock file.
    ///
    /// # Errors
    /// If a schema cannot be typed or a name is taken.
    pub fn new(group: &str, version: &str, kinds: &[Kind]) -> Result<Self> {
        let mut typing = Typing::new();
        let mut roots = Vec::new();
        for (position, kind) in kinds.iter().enumerate() {
            roots.push(root(kind, position, &mut typing)?);
        }
        let types = typing.finish();
        let names = names::assign(&roots, &types)?;
        Ok(Self {
            group: group.to_owned(),
            version: version.to_owned(),
            roots,
            types,
            names,
        })
    }

    /// The types that are generated, home first.
    pub fn generated(&self) -> Vec<usize> {
        let mut generated: Vec<usize> = (0..self.types.len()).filter(|&index| !self.types[index].uses.is_empty()).collect();
        generated.sort_by_key(|&index| self.types[index].home());
        generated
    }
}

fn root(kind: &Kind, position: usize, typing: &mut Typing) -> Result<Root> {
    let schema = &kind.schema;
    let of_every_object = ["apiVersion", "kind", "metadata"];
    let mut properties: BTreeMap<&String, &Schema> = schema
        .properties
        .iter()
        .filter(|(name, _)| !of_every_object.contains(&name.as_str()))
        .collect();
    // What the cluster reports is no part of a manifest, except where nothing else carries the data.
    if properties.keys().any(|name| *name != "status") {
        properties.retain(|name, _| *name != "status");
    }
    let context = |what: &str| {
        Failure::new(format!(
            "{}: {} {}/{}: {what}",
            kind.origin, kind.kind, kind.group, kind.version
        ))
    };
    if properties.is_empty() && schema.preserve_unknown_fields {
        return Err(context(
            "has no schema, so there is nothing to generate; leave it out of crds.toml and write it as JSON",
        ));
    }
    let mut fields = Vec::new();
    let mut facts_of = BTreeMap::new();
    for (name, property) in properties {
        let plain = types
            .of(property, position, &Path::default().property(name))
            .map_err(|failure| context(&failure.to_string()))?;
        let required = schema.required.contains(name);
        let kind = if required && property.nullable {
            Type::Nullable(Box::new(plain))
        } else {
            plain
        };
        fields.push(Field {
            name: name.clone(),
            kind,
            required,
        });
        facts_of.insert(name.clone(), facts(property));
    }
    Ok(Root {
        api_version: format!("{}/{}", kind.group, kind.version),
        kind: kind.kind.clone(),
        plural: kind.plural.clone(),
        scope: kind.scope,
        names: kind.names.clone(),
        reference: kind.reference.clone(),
        origin: kind.origin.clone(),
        fields,
        facts: facts_of,
        description: schema.description.clone(),
    })
}
