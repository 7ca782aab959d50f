//! Kept paths: reduce a large CRD to what the project uses.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::{Additional, Schema};

/// Why a schema cannot be reduced.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeepError {
    /// A kept path that the schema does not have.
    Unknown(String),
    /// A required property beside a kept one that is not kept itself.
    Required(String),
}

/// Removes every property that is neither kept, nor above, nor below a kept path.
///
/// Elements of lists and values of maps need no step of their own: `spec.http.match` goes through the list `http`.
///
/// # Errors
/// If a path does not exist, or the rest lacks a required property.
pub fn keep(schema: &mut Schema, paths: &[String]) -> Result<(), KeepError> {
    if paths.is_empty() {
        return Ok(());
    }
    let mut tree = Tree::default();
    for path in paths {
        let mut node = &mut tree;
        for segment in path.split('.') {
            node = node.below.entry(segment.to_owned()).or_default();
        }
        node.whole = true;
    }
    // The properties of the root are always kept: every object has them.
    for name in ["apiVersion", "kind", "metadata"] {
        if schema.properties.contains_key(name) {
            tree.below.entry(name.to_owned()).or_default().whole = true;
        }
    }
    cut(schema, &tree, "")
}

#[derive(Default)]
struct Tree {
    whole: bool,
    below: BTreeMap<String, Tree>,
}

fn cut(schema: &mut Schema, tree: &Tree, path: &str) -> Result<(), KeepError> {
    if let Some(items) = &mut schema.items {
        return cut(items, tree, path);
    }
    if let Some(Additional::Values(values)) = &mut schema.additional_properties {
        return cut(values, tree, path);
    }
    if tree.whole {
        return exists(schema, tree, path);
    }
    if let Some(unknown) = tree.below.keys().find(|name| !schema.properties.contains_key(*name)) {
        return Err(KeepError::Unknown(join(path, unknown)));
    }
    // The cluster fills in defaults before it checks required properties.
    let has_to_be_set = |name: &String| {
        schema.properties.get(name).is_some_and(|property| property.default.is_none())
    };
    let is_lost = |name: &&String| has_to_be_set(name) && !tree.below.contains_key(*name);
    if let Some(required) = schema.required.iter().find(is_lost) {
        return Err(KeepError::Required(join(path, required)));
    }
    schema.properties.retain(|name, _| tree.below.contains_key(name));
    drop_alternatives(schema);
    for (name, property) in &mut schema.properties {
        if let Some(below) = tree.below.get(name) {
            cut(property, below, &join(path, name))?;
        }
    }
    Ok(())
}

/// A path below a completely kept one changes nothing, but must exist, too.
fn exists(schema: &Schema, tree: &Tree, path: &str) -> Result<(), KeepError> {
    if let Some(items) = &schema.items {
        return exists(items, tree, path);
    }
    if let Some(Additional::Values(values)) = &schema.additional_properties {
        return exists(values, tree, path);
    }
    tree.below.iter().try_for_each(|(name, below)| match schema.properties.get(name) {
        Some(property) => exists(property, below, &join(path, name)),
        None => Err(KeepError::Unknown(join(path, name))),
    })
}

/// Drops alternatives of which nothing is left.
fn drop_alternatives(schema: &mut Schema) {
    let left: BTreeSet<String> = schema.properties.keys().cloned().collect();
    let gone =
        |alternative: &Schema| alternative.only_required().is_some_and(|name| !left.contains(name));
    let prune = |condition: &mut Schema| {
        let before = condition.one_of.len();
        condition.one_of.retain(|alternative| !gone(alternative));
        if condition.one_of.len() < before
            && condition.one_of.iter().all(|alternative| alternative.not.is_some())
        {
            condition.one_of.clear();
        }
        condition.any_of.retain(|alternative| !gone(alternative));
        for none in condition.one_of.iter_mut().filter_map(|alternative| alternative.not.as_mut()) {
            none.any_of.retain(|alternative| !gone(alternative));
        }
    };
    prune(schema);
    schema.all_of.iter_mut().for_each(prune);
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
