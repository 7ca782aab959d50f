//! Lock files: TOML that people write.

use serde::de::DeserializeOwned;

use support::{Failure, Result};

/// Reads a lock file's text; `file` names it in messages.
///
/// # Errors
/// If it is not TOML of this form; the message has the line number.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        // The number of the line, not of the line breaks before it.
        let line = before.matches('\n').count() + 1;
        Failure::new(format!(
            "{file}, line {line}: {}; correct the entry",
            error.message().replace('\n', " ")
        ))
    })
}
