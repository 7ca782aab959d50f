//! Differences between what is written and what the API server stores that are as they should be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::compare::Difference;

/// Kinds, path of the field without list numbers, and what is stored, as JSON: [`ANY`] and [`GONE`] are no JSON.
pub type Allowed = (&'static [&'static str], &'static str, &'static str);

/// Whatever is stored.
pub const ANY: &str = "*";

/// The field is not stored.
pub const GONE: &str = "-";

/// Every difference that is as it should be. An entry that no object needs any more is a finding.
pub const ALLOWED: &[Allowed] = &[];

/// The table while it is used.
pub struct Table {
    entries: Vec<Entry>,
}

struct Entry {
    kind: &'static str,
    path: &'static str,
    stored: &'static str,
    used: bool,
}

impl Table {
    /// One entry for each kind of each line.
    pub fn new(lines: &[Allowed]) -> Self {
        let entries = lines
            .iter()
            .flat_map(|&(kinds, path, stored)| {
                kinds.iter().map(move |&kind| Entry {
                    kind,
                    path,
                    stored,
                    used: false,
                })
            })
            .collect();
        Self { entries }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a difference is listed; notes the entry as used.
    pub fn allows(&mut self, kind: &str, difference: &Difference) -> bool {
        let mut allowed = false;
        for entry in &mut self.entries {
            if entry.kind == kind
                && entry.path == difference.pattern
                && is_stored(entry.stored, difference.stored.as_ref())
            {
                entry.used = true;
                allowed = true;
            }
        }
        allowed
    }

    /// Kind and path of the entries that were not needed.
    pub fn unused(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.entries
            .iter()
            .filter(|entry| !entry.used)
            .map(|entry| (entry.kind, entry.path))
            .collect()
    }
}

fn is_stored(expected: &str, stored: Option<&Value>) -> bool {
    match stored {
        None => expected == GONE,
        Some(stored) => {
            expected == ANY
                || serde_json::from_str::<Value>(expected).is_ok_and(|expected| expected == *stored)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LINES: &[Allowed] = &[
        (&["Service"], "spec.clusterIP", ANY),
        (&["Deployment", "StatefulSet"], "spec.type", "\"Recreate\""),
        (&["Service"], "spec.none", GONE),
    ];

    fn difference(pattern: &str, stored: Option<Value>) -> Difference {
        Difference {
            path: pattern.to_owned(),
            pattern: pattern.to_owned(),
            written: None,
            stored,
        }
    }

    #[test]
    fn allows_what_is_listed_by_kind_path_and_value() {
        let mut table = Table::new(LINES);
        assert!(table.allows(
            "Service",
            &difference("spec.clusterIP", Some(json!("10.0.0.1")))
        ));
        assert!(table.allows(
            "Deployment",
            &difference("spec.type", Some(json!("Recreate")))
        ));
        assert!(table.allows("Service", &difference("spec.none", None)));
        assert!(!table.allows("Service", &difference("spec.clusterIP", None)));
        assert!(!table.allows("Service", &difference("spec.none", Some(json!(1)))));
        assert!(!table.allows("Deployment", &difference("spec.type", Some(json!("Other")))));
        assert!(!table.allows("Deployment", &difference("spec.clusterIP", Some(json!("")))));
    }

    #[test]
    fn names_each_kind_that_does_not_need_its_entry() {
        let mut table = Table::new(LINES);
        table.allows("Service", &difference("spec.clusterIP", Some(json!(""))));
        table.allows(
            "StatefulSet",
            &difference("spec.type", Some(json!("Recreate"))),
        );
        let unused: Vec<_> = table.unused().into_iter().collect();
        assert_eq!(
            unused,
            [("Deployment", "spec.type"), ("Service", "spec.none")]
        );
    }

    #[test]
    fn every_listed_value_is_json() {
        for (_, path, stored) in ALLOWED {
            assert!(
                [ANY, GONE].contains(stored) || serde_json::from_str::<Value>(stored).is_ok(),
                "{path}: {stored}"
            );
        }
    }
}
