//! Reads YAML as `kubectl` and Argo CD do, which read it by Go's `sigs.k8s.io/yaml`.

mod lines;
mod scalar;
mod tree;

pub use lines::Lines;
pub(crate) use scalar::resolve;
pub use tree::{Document, Item, documents, each_document};

use std::fmt;

/// Where a value stands in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Its first byte.
    pub begin: usize,
    /// The byte after its last one.
    pub end: usize,
    /// Its first line, counted from 1.
    pub line: usize,
    /// How many characters stand before it on that line.
    pub column: usize,
}

/// Why a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there, as the end of a sentence.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for Error {}
