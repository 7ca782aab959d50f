//! Names of the generated types of one group version.

use std::collections::{BTreeMap, BTreeSet};

use super::group_version::Root;
use super::path::Path;
use super::types::{Place, Types};
use crate::failure::{Failure, Result};
use crate::naming::{pascal_case, unique, words};

/// Names that generated code uses itself.
const RESERVED: [&str; 17] = [
    "BTreeMap",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Err",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Serialize",
    "Some",
    "String",
    "Vec",
];

/// The name of every type, by its index.
///
/// Types are named in the order of their home place: kinds as the lock file lists them, then fewer properties on the
/// way, then alphabetical. A name is made of the last two properties of the home path, `spec` being left out and the kind
/// standing before the first; where that is taken, one more property is put before it. So a kind that is added at the
/// end of the list, or a deeper structure, never renames what was there.
///
/// # Errors
/// If a chosen name is taken, belongs to no type, or a kind has a name that generated code needs.
pub fn assign(roots: &[Root], types: &Types) -> Result<Vec<String>> {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
    for root in roots {
        if !taken.insert(root.kind.clone()) {
            return Err(Failure::new(format!(
                "the kind {} of {} has a name that generated code uses itself; leave it out of crds.toml",
                root.kind, root.api_version
            )));
        }
    }
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    for (index, name) in chosen(roots, types)? {
        if !taken.insert(name.clone()) {
            return Err(Failure::new(format!(
                "the name {name} in crds.toml is taken already in this group version; choose another one"
            )));
        }
        names.insert(index, name);
    }
    let mut order: Vec<(&Place, usize)> = types
        .all
        .iter()
        .enumerate()
        .map(|(index, generated)| (generated.home(), index))
        .collect();
    order.sort();
    for (home, index) in order {
        if !names.contains_key(&index) {
            let is_group = home.path.is_group();
            let name = derived(&roots[home.kind].kind, &home.path, is_group, &taken);
            taken.insert(name.clone());
            names.insert(index, name);
        }
    }
    Ok(names.into_values().collect())
}

/// Names that the lock file chooses, by the path of any place of the type.
fn chosen(roots: &[Root], types: &Types) -> Result<BTreeMap<usize, String>> {
    let mut chosen = BTreeMap::new();
    for (kind, root) in roots.iter().enumerate() {
        for (dotted, name) in &root.names {
            let at = |place: &Place| place.kind == kind && place.path.dotted() == *dotted;
            let index = types
                .all
                .iter()
                .position(|generated| generated.places.iter().any(at));
            let Some(index) = index else {
                return Err(Failure::new(format!(
                    "the names of {} in crds.toml have {dotted}, where the CRD has no structure, choice or string enum; correct the path or remove it",
                    root.kind
                )));
            };
            if pascal_case(name) != *name && !name.chars().all(char::is_alphanumeric) {
                return Err(Failure::new(format!(
                    "the names of {} in crds.toml have {name}, which is no name of a Rust type; write it like {}",
                    root.kind,
                    pascal_case(name)
                )));
            }
            if let Some(other) = chosen.insert(index, name.clone())
                && other != *name
            {
                return Err(Failure::new(format!(
                    "the names in crds.toml call one type {other} and {name} (at {dotted} of {}); keep one of them",
                    root.kind
                )));
            }
        }
    }
    Ok(chosen)
}

fn derived(kind: &str, path: &Path, is_group: bool, taken: &BTreeSet<String>) -> String {
    let mut segments = path.segments();
    if segments.len() > 1 && segments.first().is_some_and(|first| first == "spec") {
        segments.remove(0);
    }
    let mut parts = vec![kind.to_owned()];
    parts.extend(segments.iter().map(|segment| pascal_case(segment)));
    let shortest = if is_group { 1 } else { 2 };
    for count in shortest..=parts.len() {
        let name = joined(&parts[parts.len() - count..]);
        if !taken.contains(&name) {
            return name;
        }
    }
    unique(&joined(&parts), |name| taken.contains(name))
}

/// Parts as one name, without those that the next part repeats: `Tcp` and `TcpKeepalive` are `TcpKeepalive`.
fn joined(parts: &[String]) -> String {
    let mut name = String::new();
    for (position, part) in parts.iter().enumerate() {
        let repeated = parts
            .get(position + 1)
            .is_some_and(|next| words(next).starts_with(&words(part)));
        if !repeated {
            name.push_str(part);
        }
    }
    name
}
