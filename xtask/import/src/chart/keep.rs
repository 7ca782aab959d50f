//! The parts of a chart to generate: a tree of the kept and the declared paths.

use std::collections::BTreeMap;

use super::lock::{Declared, LockedChart};
use super::path::{Key, keys};

/// One place of the tree.
#[derive(Clone, Debug, Default)]
pub struct Keep<'a> {
    /// Everything here and below.
    pub whole: bool,
    /// The declaration of this place.
    pub declared: Option<&'a Declared>,
    /// Whether a path says that this is a list.
    pub is_list: bool,
    /// Places on the way to others, by key; elements of lists need no step of their own.
    pub below: BTreeMap<String, Keep<'a>>,
}

impl<'a> Keep<'a> {
    /// The tree of a chart, whose paths have been checked.
    pub fn of(chart: &'a LockedChart) -> Self {
        let mut tree = Self::default();
        for path in &chart.keep {
            tree.at(path).whole = true;
        }
        for declared in &chart.declared {
            tree.at(&declared.path).declared = Some(declared);
        }
        tree
    }

    /// Everything.
    pub fn everything() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Whether something below is only there because it is declared.
    pub fn leads_to_declared(&self) -> bool {
        self.below.values().any(|keep| keep.declared.is_some() || keep.leads_to_declared())
    }

    /// Whether a path, by its keys, is kept or declared, or is below or above one that is.
    pub fn reaches(&self, keys: &[Key]) -> bool {
        let Some((first, rest)) = keys.split_first() else {
            return true;
        };
        self.whole
            || self.declared.is_some()
            || self.below.get(&first.name).is_some_and(|keep| keep.reaches(rest))
    }

    fn at(&mut self, path: &str) -> &mut Self {
        keys(path).unwrap_or_default().into_iter().fold(self, |keep, key| {
            let below = keep.below.entry(key.name).or_default();
            below.is_list |= key.is_list;
            below
        })
    }
}
