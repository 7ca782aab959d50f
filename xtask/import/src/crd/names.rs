//! Names of the types of one group version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::path::Path;
use super::types::{Place, Root, Shaped};
use crate::naming::{RESERVED, joined, pascal_case, unique};
use support::{Failure, Result};

/// How types that several kinds share are named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Naming {
    /// By the lock file: a name derived from one kind's property would be wrong for the others.
    Chosen,
    /// By the first place, for exploring a release without a lock file.
    Derived,
}

/// The name of every type, by its index; for a type of k8s-openapi its path.
///
/// Types are named in the order of their homes: kinds as the lock file lists them, then fewer properties on the way, then
/// alphabetical. A name consists of the last two properties of the home path, without `spec` and with the kind before the
/// first; if that is taken, one more property is put before it. So a kind that is added at the end of the list, or a deeper
/// structure, never renames existing types.
///
/// # Errors
/// If a chosen name is taken or belongs to no type, a type that several kinds share has none, or a kind has a name that
/// generated code needs.
pub fn assign(roots: &[Root], types: &[Shaped], naming: Naming) -> Result<Vec<String>> {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
    for Root { kind, .. } in roots {
        if !taken.insert(kind.name.clone()) {
            return Err(Failure::new(format!(
                "{}: {} of {} has a name that generated code already uses; leave it out",
                kind.origin,
                kind.name,
                kind.api_version()
            )));
        }
    }
    let mut names = chosen(roots, types)?;
    if naming == Naming::Chosen {
        refuse_unnamed(roots, types, &names)?;
    }
    for name in names.values() {
        if !taken.insert(name.clone()) {
            return Err(Failure::new(format!(
                "the name {name} in crds.toml is already taken in its group version; choose another one"
            )));
        }
    }
    let mut order: Vec<(&Place, usize)> = types
        .iter()
        .enumerate()
        .filter_map(|(index, shaped)| Some((shaped.home()?, index)))
        .collect();
    order.sort();
    for (home, index) in order {
        names.entry(index).or_insert_with(|| {
            let name = derived(&roots[home.kind].kind.name, &home.path, &taken);
            taken.insert(name.clone());
            name
        });
    }
    let existing = |shaped: &Shaped| shaped.existing().unwrap_or_default().to_owned();
    Ok(types
        .iter()
        .enumerate()
        .map(|(index, shaped)| names.remove(&index).unwrap_or_else(|| existing(shaped)))
        .collect())
}

/// The shapes that several kinds share and that the lock file does not name, with the missing lines.
fn refuse_unnamed(roots: &[Root], types: &[Shaped], names: &BTreeMap<usize, String>) -> Result<()> {
    let mut unnamed: Vec<(&Place, &Shaped)> = types
        .iter()
        .enumerate()
        .filter(|(index, shaped)| shaped.users().len() > 1 && !names.contains_key(index))
        .filter_map(|(_, shaped)| Some((shaped.home()?, shaped)))
        .collect();
    unnamed.sort_by_key(|(home, _)| *home);
    let Some((first, _)) = unnamed.first() else {
        return Ok(());
    };
    let api_version = roots[first.kind].kind.api_version();
    let mut lines = String::new();
    let mut kind_before = None;
    for (home, shaped) in unnamed {
        let kind = &roots[home.kind].kind.name;
        if kind_before.replace(kind) != Some(kind) {
            let _ = write!(lines, "\n  # kind = \"{kind}\"\n  [source.kind.names]");
        }
        let mut users: Vec<String> = Vec::new();
        for user in shaped.users() {
            let place = shaped.uses.iter().map(|place_of_use| &place_of_use.place);
            let place = place.filter(|place| place.kind == user).min();
            let name = &roots[user].kind.name;
            users.extend(place.map(|place| format!("{} of {name}", place.path)));
        }
        let _ = write!(lines, "\n  \"{}\" = \"…\"  # {}", home.path.dotted(), users.join(", "));
    }
    Err(Failure::new(format!(
        "kinds of {api_version} share shapes that have no name in crds.toml: a name derived from one kind's property would be wrong for the others. Choose a name that fits all of them, and add:{lines}"
    )))
}

/// Names that the lock file chooses, by the path of any place of the type.
fn chosen(roots: &[Root], types: &[Shaped]) -> Result<BTreeMap<usize, String>> {
    let mut chosen = BTreeMap::new();
    for (position, Root { kind, .. }) in roots.iter().enumerate() {
        for (dotted, name) in &kind.names {
            let is_here = |place: &Place| place.kind == position && place.path.dotted() == *dotted;
            let used_here = |shaped: &Shaped| {
                shaped.uses.iter().any(|place_of_use| is_here(&place_of_use.place))
            };
            let Some(index) = types.iter().position(used_here) else {
                return Err(Failure::new(format!(
                    "the names of {} in crds.toml have {dotted}, where no type is generated; correct the path or remove it",
                    kind.name
                )));
            };
            let is_name = name.starts_with(|letter: char| letter.is_ascii_uppercase())
                && name.chars().all(|letter| letter.is_ascii_alphanumeric());
            if !is_name {
                return Err(Failure::new(format!(
                    "the names of {} in crds.toml have {name:?}, which is not valid for a Rust type; write it like {}",
                    kind.name,
                    pascal_case(name)
                )));
            }
            if let Some(other) = chosen.insert(index, name.clone())
                && other != *name
            {
                return Err(Failure::new(format!(
                    "crds.toml calls one type {other} and {name} (at {dotted} of {}); keep one of them",
                    kind.name
                )));
            }
        }
    }
    Ok(chosen)
}

fn derived(kind: &str, path: &Path, taken: &BTreeSet<String>) -> String {
    let mut segments = path.segments();
    if segments.len() > 1 && segments.first().is_some_and(|first| first == "spec") {
        segments.remove(0);
    }
    let mut parts = vec![kind.to_owned()];
    parts.extend(segments.iter().map(|segment| pascal_case(segment)));
    // A group's name already consists of two properties.
    let shortest = if path.is_group() { 1 } else { 2 };
    for count in shortest..=parts.len() {
        let name = joined(&parts[parts.len() - count..]);
        if !taken.contains(&name) {
            return name;
        }
    }
    unique(&joined(&parts), |name| taken.contains(name))
}
