//! Names of the types of one group version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::group_version::GroupVersion;
use super::path::Path;
use super::record::{Line, Record, digests};
use super::types::{Place, Root, Shaped, Use};
use super::typing::Typed;
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

/// The names of a group version.
#[derive(Debug)]
pub struct Named {
    /// The name of every type, by its index; empty if it is not generated.
    pub names: Vec<String>,
    /// Names that types had at places that are still there.
    pub aliases: Vec<Alias>,
}

/// A further name of a type.
#[derive(Debug)]
pub struct Alias {
    pub name: String,
    pub target: Target,
    /// A place where the type had the name.
    pub place: Place,
}

/// What a further name stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Target {
    /// A type of the group version.
    Generated(usize),
    /// A type of k8s-openapi, by its path.
    Existing(&'static str),
}

/// Names the types of a group version.
///
/// A name that the lock file chooses is first, then the one that the type had before. A new type is named by its home, in
/// the order of homes: kinds as the lock file lists them, then fewer properties on the way, then alphabetical. Such a name
/// consists of the last two properties of the home path, without `spec` and with the kind before the first; if that is
/// taken, one more property is put before it.
///
/// # Errors
/// If a chosen name is taken or belongs to no type, or a type that several kinds share has none.
pub fn assign(roots: &[Root], found: &Typed, naming: Naming, record: &Record) -> Result<Named> {
    let types = &found.types;
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|&name| name.to_owned()).collect();
    taken.extend(roots.iter().map(|root| root.kind.type_name()));
    let mut names = chosen(roots, types)?;
    let is_chosen: BTreeSet<usize> = names.keys().copied().collect();
    for name in names.values() {
        if !taken.insert(name.clone()) {
            return Err(Failure::new(format!(
                "the name {name} in crds.toml is already taken in its group version; choose another one"
            )));
        }
    }
    let known = Known::new(roots, found, record);
    known.keep(&mut names, &mut taken);
    if naming == Naming::Chosen {
        refuse_unnamed(roots, types, &names, &is_chosen)?;
    }
    let aliases = known.aliases(&is_chosen, &mut taken);
    let mut order: Vec<(&Place, usize)> = types
        .iter()
        .enumerate()
        .filter_map(|(index, shaped)| Some((shaped.home()?, index)))
        .collect();
    order.sort();
    for (home, index) in order {
        names.entry(index).or_insert_with(|| {
            let name = derived(&roots[home.kind].kind.type_name(), &home.path, &taken);
            taken.insert(name.clone());
            name
        });
    }
    let names = (0..types.len()).map(|index| names.remove(&index).unwrap_or_default()).collect();
    Ok(Named { names, aliases })
}

/// The lines for `names.tsv`.
pub fn lines(group_version: &GroupVersion) -> Vec<Line> {
    let GroupVersion { roots, types, names, aliases } = group_version;
    let digests = digests(types);
    let mut lines = Vec::new();
    for (index, shaped) in types.iter().enumerate() {
        lines.extend(shaped.uses.iter().map(|Use { place, .. }| Line {
            kind: roots[place.kind].kind.name.clone(),
            place: place.path.exact(),
            name: names[index].clone(),
            shape: Some(digests[index].clone()),
        }));
    }
    lines.extend(aliases.iter().map(|Alias { name, place, .. }| Line {
        kind: roots[place.kind].kind.name.clone(),
        place: place.path.exact(),
        name: name.clone(),
        shape: None,
    }));
    lines
}

/// The recorded names whose places are still there.
struct Known<'a> {
    lines: Vec<(&'a Line, &'a Place, Target)>,
    digests: Vec<String>,
}

impl<'a> Known<'a> {
    fn new(roots: &[Root], typed: &'a Typed, record: &'a Record) -> Self {
        let digests = digests(&typed.types);
        let lines = roots.first().map_or(&[][..], |root| record.of(&root.kind.api_version()));
        if lines.is_empty() {
            return Self { lines: Vec::new(), digests };
        }
        let key = |place: &Place| (roots[place.kind].kind.name.as_str(), place.path.exact());
        let mut now: BTreeMap<(&str, String), (&Place, Target)> = BTreeMap::new();
        for (place, path) in &typed.existing {
            now.insert(key(place), (place, Target::Existing(path)));
        }
        for (index, shaped) in typed.types.iter().enumerate() {
            for Use { place, .. } in &shaped.uses {
                now.insert(key(place), (place, Target::Generated(index)));
            }
        }
        let lines = lines.iter().filter_map(|line| {
            let (place, target) = now.get(&(line.kind.as_str(), line.place.clone()))?;
            Some((line, *place, *target))
        });
        Self { lines: lines.collect(), digests }
    }

    /// Gives types without a name the one that they had.
    ///
    /// Where a type has become two, the one of the old shape keeps the name, else the one that has more of the old places;
    /// where two have become one, it is the other way round.
    fn keep(&self, names: &mut BTreeMap<usize, String>, taken: &mut BTreeSet<String>) {
        let mut claims: BTreeMap<(bool, &str, usize), (usize, usize)> = BTreeMap::new();
        for (line, _, target) in &self.lines {
            if let Target::Generated(index) = *target {
                let is_same = line.shape.as_ref() == Some(&self.digests[index]);
                let claim =
                    claims.entry((line.shape.is_none(), line.name.as_str(), index)).or_default();
                claim.0 += usize::from(is_same);
                claim.1 += 1;
            }
        }
        let mut claims: Vec<_> = claims.into_iter().collect();
        claims.sort_by_key(|((is_alias, ..), (same, places))| {
            (*is_alias, std::cmp::Reverse(*same), std::cmp::Reverse(*places))
        });
        for ((_, name, index), _) in claims {
            if is_type_name(name) && !names.contains_key(&index) && taken.insert(name.to_owned()) {
                names.insert(index, name.to_owned());
            }
        }
    }

    /// The names that no type has any more, although their places are still there.
    fn aliases(&self, is_chosen: &BTreeSet<usize>, taken: &mut BTreeSet<String>) -> Vec<Alias> {
        let mut aliases = Vec::new();
        for (line, place, target) in &self.lines {
            // Whoever chooses another name in the lock file wants to be rid of the old one.
            let is_renamed =
                matches!(target, Target::Generated(index) if is_chosen.contains(index));
            if !is_renamed && is_type_name(&line.name) && taken.insert(line.name.clone()) {
                let name = line.name.clone();
                aliases.push(Alias { name, target: *target, place: (*place).clone() });
            }
        }
        aliases
    }
}

fn is_type_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The shapes that several kinds share and that the lock file does not name, with the missing lines.
fn refuse_unnamed(
    roots: &[Root],
    types: &[Shaped],
    names: &BTreeMap<usize, String>,
    is_chosen: &BTreeSet<usize>,
) -> Result<()> {
    let mut unnamed: Vec<(&Place, &Shaped, &str)> = types
        .iter()
        .enumerate()
        .filter(|(index, shaped)| shaped.users().len() > 1 && !is_chosen.contains(index))
        .filter_map(|(index, shaped)| {
            Some((shaped.home()?, shaped, names.get(&index).map_or("…", String::as_str)))
        })
        .collect();
    unnamed.sort_by_key(|(home, ..)| *home);
    let Some((first, ..)) = unnamed.first() else {
        return Ok(());
    };
    let api_version = roots[first.kind].kind.api_version();
    let mut lines = String::new();
    let mut kind_before = None;
    for (home, shaped, name_before) in unnamed {
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
        let _ = write!(
            lines,
            "\n  \"{}\" = \"{name_before}\"  # {}",
            home.path.dotted(),
            users.join(", ")
        );
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
