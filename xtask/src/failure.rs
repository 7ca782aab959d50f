//! Why a command could not do its work.

use std::fmt;

/// One or more sentences, each of which says what, where and the way out.
#[derive(Debug)]
pub struct Failure(Vec<String>);

impl Failure {
    /// A failure of one sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(vec![sentence.into()])
    }

    /// A failure of several sentences, such as all mistakes of a platform.
    pub fn all(sentences: impl IntoIterator<Item = String>) -> Self {
        Self(sentences.into_iter().collect())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, sentence) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(formatter, "{line_break}error: {sentence}")?;
        }
        Ok(())
    }
}
