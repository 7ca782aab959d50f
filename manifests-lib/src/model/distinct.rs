//! Lists without repetition.

use std::collections::BTreeSet;

/// Each item once, where it comes first.
pub(crate) fn distinct<T: Clone + Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.into_iter().filter(|item| seen.insert(item.clone())).collect()
}
