//! One API group and version: its kinds and the types they share.

use std::collections::{BTreeMap, BTreeSet};

use super::exclusive::alternatives;
use super::facts::{facts, of_root};
use super::names::{self, Alias, Named, Naming};
use super::path::Path;
use super::record::Record;
use super::schema::Schema;
use super::types::{Kind, Root, Shaped, Type};
use super::typing::{Typing, field};
use crate::naming::snake_case;
use support::{Failure, Result};

/// The kinds and types of one module.
#[derive(Debug)]
pub struct GroupVersion {
    /// In the order of the lock file.
    pub roots: Vec<Root>,
    pub types: Vec<Shaped>,
    /// The Rust name of each type.
    pub names: Vec<String>,
    /// Further names.
    pub aliases: Vec<Alias>,
}

/// The module of types that more than one kind uses.
pub const SHARED: &str = "shared_types";

impl GroupVersion {
    /// Derives the types of kinds of one group and version, in the order of the lock file.
    ///
    /// Without a lock file, a kind that cannot be typed is left out, with a sentence in `left_out`.
    ///
    /// # Errors
    /// If a schema cannot be typed, or a name is taken or missing.
    pub fn new(
        kinds: Vec<Kind>,
        naming: Naming,
        record: &Record,
        left_out: &mut Vec<String>,
    ) -> Result<Self> {
        let mut typing = Typing::new();
        let mut roots: Vec<Root> = Vec::new();
        let mut modules = BTreeSet::from([SHARED.to_owned()]);
        for kind in kinds {
            let module = snake_case(&kind.type_name());
            let typed = if modules.contains(&module) {
                Err(failure(
                    &kind,
                    &format!("it needs the module {module}, which is taken; leave it out"),
                ))
            } else {
                root(kind, roots.len(), &mut typing)
            };
            match typed {
                Ok(root) => {
                    roots.push(root);
                    modules.insert(module);
                }
                Err(problem) if naming == Naming::Derived => left_out.push(problem.to_string()),
                Err(problem) => return Err(problem),
            }
        }
        let typed = typing.finish();
        let Named { names, aliases } = names::assign(&roots, &typed, naming, record)?;
        Ok(Self { roots, types: typed.types, names, aliases })
    }

    /// The generated types, in the order of their homes.
    pub fn generated(&self) -> Vec<usize> {
        let mut generated: Vec<usize> =
            (0..self.types.len()).filter(|&index| !self.types[index].uses.is_empty()).collect();
        generated.sort_by_key(|&index| self.types[index].home());
        generated
    }
}

fn failure(kind: &Kind, what: &str) -> Failure {
    Failure::new(format!("{}: {} of {}: {what}", kind.origin, kind.name, kind.api_version()))
}

fn root(kind: Kind, position: usize, typing: &mut Typing) -> Result<Root> {
    let schema = &kind.schema;
    let mut names: Vec<&String> = kind.own_properties().collect();
    // What the cluster reports is not part of a manifest, except for kinds that have no other data.
    if names.len() > 1 {
        names.retain(|name| *name != "status");
    }
    let mut fields = Vec::new();
    let mut facts_of = BTreeMap::new();
    let before = typing.mark();
    for name in names {
        let property = &schema.properties[name];
        let plain = match typing.of(property, position, &Path::default().property(name)) {
            Ok(plain) => plain,
            Err(inner) => {
                typing.forget(before);
                return Err(failure(&kind, &inner.to_string()));
            }
        };
        fields.push(field(name, property, plain, schema));
        facts_of.insert(name.clone(), facts(property));
    }
    if kind.is_untyped() {
        // Nearly every kind has one; whatever else it has goes beside it.
        let spec = Schema { preserve_unknown_fields: true, ..Schema::default() };
        fields.push(field("spec", &spec, Type::Existing("serde_json::Value"), schema));
        facts_of.insert("spec".to_owned(), facts(&spec));
    }
    let conditions = of_root(&alternatives(schema));
    Ok(Root { open: schema.preserve_unknown_fields, kind, fields, facts: facts_of, conditions })
}
