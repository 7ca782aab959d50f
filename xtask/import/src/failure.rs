//! Why the program could not run.

use std::fmt;

/// One sentence that says what failed, where, and the way out. The program ends with exit code 2.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure(String);

/// A result whose error is a [`Failure`].
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<released::Failure> for Failure {
    fn from(failure: released::Failure) -> Self {
        Self(failure.to_string())
    }
}
