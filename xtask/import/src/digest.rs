//! SHA-256, as `sha256sum` prints it.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The digest of some bytes in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
