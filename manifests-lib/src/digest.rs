//! Digests: short names for contents, the same in every build.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// In hexadecimal digits.
pub(crate) fn hexadecimal(digest: Sha256) -> String {
    let mut text = String::new();
    for byte in digest.finalize() {
        // A String takes everything.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What changes with any of the texts.
pub(crate) fn digest_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.len().to_be_bytes());
        digest.update(text);
    }
    hexadecimal(digest)
}
