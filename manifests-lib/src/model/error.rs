//! What can still be wrong once everything compiles.

use std::fmt;

use crate::model::origin::Origin;
use crate::model::rule::Rule;

/// A mistake that only the whole bundle or platform shows, with the Rust line that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    /// What is broken.
    pub rule: Rule,
    /// The line to change.
    pub origin: Origin,
    /// What is wrong, what the cluster would do, and the way out.
    pub message: String,
    /// Other lines that take part, such as the first of two equal names.
    pub related: Vec<Origin>,
}

impl BuildError {
    pub(crate) fn new(rule: Rule, origin: Origin, message: impl Into<String>) -> Self {
        Self { rule, origin, message: message.into(), related: Vec::new() }
    }

    pub(crate) fn related(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.related.extend(origins);
        self
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.origin, self.message)?;
        for origin in &self.related {
            write!(formatter, " (see also {origin})")?;
        }
        write!(formatter, " [{}]", self.rule)
    }
}

impl std::error::Error for BuildError {}
