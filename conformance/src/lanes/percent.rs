//! Texts as parts of a URL.

use std::fmt::Write as _;

/// Everything but what means nothing in a URL as `%` and its bytes: a blank is `%20`.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_url_is_encoded() {
        assert_eq!(encoded("a@b c+d~"), "a%40b%20c%2Bd~");
    }
}
