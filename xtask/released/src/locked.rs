//! A file as listed in a lock file.

use serde::Deserialize;

use crate::digest::Digest;

/// A released file: its URL and its digest.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct LockedFile {
    /// The raw file at the tag of the release.
    pub url: String,
    /// The file's SHA-256.
    pub sha256: Digest,
}

impl LockedFile {
    /// The last segment of the URL.
    pub fn name(&self) -> &str {
        let path = self.url.split(['?', '#']).next().unwrap_or(&self.url);
        path.rsplit('/').next().unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_last_segment_of_the_url() {
        let name = |url: &str| {
            let file = LockedFile { url: url.to_owned(), sha256: Digest::of(b"") };
            file.name().to_owned()
        };
        assert_eq!(name("https://example.org/v1/crd.yaml"), "crd.yaml");
        assert_eq!(name("https://example.org/v1/crd.yaml?raw=a/b#c/d"), "crd.yaml");
        assert_eq!(name("crd.yaml"), "crd.yaml");
    }
}
