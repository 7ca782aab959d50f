//! Kept paths that the chart does not have, and what they may mean.

use std::collections::BTreeSet;

use super::lock::LockedChart;
use super::path::Path;
use super::place::Place;

/// Paths with more keys are not proposed.
const DEPTH: usize = 6;

/// How many paths a mistyped one is compared with.
const KNOWN: usize = 5_000;

/// A kept path that the chart does not have.
#[derive(Debug)]
pub struct Absent {
    /// The place, up to the first key that is missing.
    pub path: Path,
    /// The object that misses it.
    pub above: Path,
}

/// One sentence for each, with the nearest path that the chart has.
pub fn sentences(chart: &LockedChart, absent: &[Absent], root: &Place<'_>) -> Vec<String> {
    if absent.is_empty() {
        return Vec::new();
    }
    let release = chart.release();
    let mut paths = Vec::new();
    known(&Path::default(), root, &mut { KNOWN }, &mut paths);
    let sentence = |Absent { path, above }: &Absent| match nearest(&path.dotted(), &paths) {
        Some(near) => format!("{path} is kept, but {release} does not have it; it has {near}"),
        None if *above == Path::default() => format!(
            "{path} is kept, but {release} does not have it; remove it, or declare it with the template that reads it"
        ),
        None => format!(
            "{path} is kept, but {release} does not have it; keep {above}, which takes further keys, or declare it with the template that reads it"
        ),
    };
    absent.iter().map(sentence).collect()
}

/// Collects the paths that defaults and schema have, a few levels deep.
fn known(path: &Path, place: &Place<'_>, budget: &mut usize, found: &mut Vec<String>) {
    let of_default =
        place.object().into_iter().flat_map(|object| object.keys().map(String::as_str));
    let keys: BTreeSet<&str> = of_default.chain(place.schema.keys()).collect();
    for key in keys {
        if path.depth() >= DEPTH || found.len() >= KNOWN || *budget == 0 {
            return;
        }
        let path = path.key(key);
        found.push(path.dotted());
        let place = place.key(key);
        *budget = budget.saturating_sub(1 + place.schema.size() / 8);
        known(&path, &place, budget, found);
    }
}

/// The known path that a mistyped one means most likely: it differs in a few letters, or leaves out where it stands.
fn nearest<'a>(wanted: &str, known: &'a [String]) -> Option<&'a str> {
    let ending = format!(".{wanted}");
    let ends: Vec<&String> = known.iter().filter(|path| path.ends_with(&ending)).collect();
    if let [only] = ends.as_slice() {
        return Some(only);
    }
    let most = (wanted.len() / 5).clamp(1, 3);
    let near = known.iter().filter(|path| path.len().abs_diff(wanted.len()) <= most);
    let near = near.map(|path| (distance(wanted, path), path));
    let (distance, path) = near.min_by_key(|(distance, _)| *distance)?;
    (distance <= most).then_some(path.as_str())
}

/// How many letters must be added, left out or replaced.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (position, letter) in one.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], position + 1);
        for (index, candidate) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *candidate);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
