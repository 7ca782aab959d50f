//! Findings of `cargo xtask check` that are accepted.

use std::fmt;

use crate::model::{ObjectRef, Origin};

/// A rule of `cargo xtask check`.
///
/// `cargo xtask check --explain RULE` and `docs/rules` say what each finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckRule(pub(super) &'static str);

impl CheckRule {
    /// Its name: `rotated-variable`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CheckRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// What a rule finds and somebody accepts.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The line that accepts it.
    pub origin: Origin,
    /// The rule.
    pub rule: CheckRule,
    /// Why.
    pub reason: &'static str,
    /// The objects that it is for; all of the bundle where there are none.
    pub objects: Option<Vec<ObjectRef>>,
}
