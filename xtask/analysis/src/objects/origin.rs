//! Where an object was written.

use std::fmt;
use std::sync::Arc;

use super::yaml::Extent;

/// A line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// Path of the file.
    pub file: Arc<str>,
    /// Line in that file, counted from 1.
    pub line: usize,
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// Something in YAML that is read otherwise than it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line, counted from 1.
    pub line: usize,
    /// What it is.
    pub kind: RemarkKind,
}

/// What is read otherwise than it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// A key stands twice in one mapping, of which Go's reader takes the last.
    DuplicateKey(String),
    /// A plain scalar that readers of YAML 1.2 take for a text or another number than Go's: its spelling, and the value for Go.
    Ambiguous(String, String),
}

/// Where an object was written.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A line of Rust has written it.
    Rust {
        /// The line.
        written: Line,
        /// The lines of the patches that have changed it, in order.
        patched: Vec<Line>,
    },
    /// It stands in a file of YAML or JSON.
    Yaml {
        /// Path of the file, as the user named it.
        file: Arc<str>,
        /// The whole file: lines of fields are looked up when somebody asks.
        text: Arc<str>,
        /// Where in the file it stands.
        extent: Extent,
        /// What its reader has noticed.
        remarks: Vec<Remark>,
    },
    /// Nobody has written it: a controller, or Kubernetes itself, makes it.
    Made {
        /// Who makes it, as the end of a sentence: `External Secrets, from ExternalSecret.external-secrets.io shop/db`.
        by: Arc<str>,
    },
    /// Somebody else has written it, who is not to be told of mistakes in it: the chart that an Application names, or whoever an object
    /// is declared to come from.
    Foreign {
        /// Whose it is, as the end of a sentence: `the chart kiali-server 2.29.0`.
        by: Arc<str>,
        /// The line that names the chart, or declares the object.
        line: Option<Line>,
    },
}
