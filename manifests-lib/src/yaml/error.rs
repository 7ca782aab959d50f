//! What cannot be written, and where it stands.

use std::fmt;

/// A value that cannot be written as YAML.
///
/// Its message begins with the path of the field, as in `spec.containers[0].args: …`, unless the
/// value is the document itself.
#[derive(Debug)]
pub struct Error(Box<Detail>);

#[derive(Debug)]
struct Detail {
    message: String,
    /// From the field outwards.
    path: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Key(String),
    Index(usize),
}

impl Error {
    /// The path of the field, as in `metadata.annotations["example.com/owner"]` or
    /// `spec.containers[0].args`; empty for the document.
    #[must_use]
    pub fn path(&self) -> String {
        let segments = self.0.path.iter().rev().enumerate();
        let texts = segments.map(|(depth, segment)| match segment {
            Segment::Index(index) => format!("[{index}]"),
            Segment::Key(key) if !is_identifier(key) => format!("[{key:?}]"),
            Segment::Key(key) if depth == 0 => key.clone(),
            Segment::Key(key) => format!(".{key}"),
        });
        texts.collect()
    }

    #[cold]
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self(Box::new(Detail { message: message.to_string(), path: Vec::new() }))
    }

    #[cold]
    pub(super) fn inside_key(mut self, key: &str) -> Self {
        self.0.path.push(Segment::Key(key.to_owned()));
        self
    }

    #[cold]
    pub(super) fn inside_element(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }
}

fn is_identifier(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(formatter, "{}: ", self.path())?;
        }
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}
