//! A name for the contents of a configuration.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::digest::hexadecimal;

/// SHA-256 of a configuration, in hexadecimal digits: the same for the same contents, in every build.
///
/// In the pod template of a chart that does not restart its pods when their configuration changes, it does so.
#[must_use]
pub fn content_digest(configuration: &Value) -> String {
    hexadecimal(Sha256::new_with_prefix(configuration.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_other_contents_have_another_digest() {
        // As `printf '{"hours":72}' | sha256sum` prints it.
        let digest = content_digest(&json!({ "hours": 72 }));
        assert_eq!(digest, "52800202869164d27db5e983f0ac8649c180836d373820f57770d70123da0cf3");
        assert_ne!(digest, content_digest(&json!({ "hours": 73 })));
    }
}
