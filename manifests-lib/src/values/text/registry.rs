//! What registries hold: images and charts.

use super::check;

text_type! {
    /// The repository of an image, optionally with its registry: `curlimages/curl`, `registry.k8s.io/pause`.
    ///
    /// Upstream: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>
    Repository,
    check::repository,
    "an image repository has lower-case parts separated by '/', without tag or digest",
    ($) repository
}

text_type! {
    /// The tag of an image. Always text: `00690e9` stays `00690e9`.
    Tag,
    check::tag,
    "an image tag has 1 to 128 of letters, digits, '_', '.' and '-', and begins with a letter, digit or '_'",
    ($) tag
}

text_type! {
    /// The content digest of an image: `sha256:` and 64 hexadecimal digits.
    Digest,
    check::digest,
    "an image digest is 'sha256:' and 64 of 0-9 and a-f",
    ($) digest
}

text_type! {
    /// The version of a released chart: `1.30.3`, `v1.21.1`, `2.0.0-rc.1`.
    ChartVersion,
    check::chart_version,
    "a chart version has three numbers separated by '.', optionally 'v' before them and '-' and a pre-release of a-z, 0-9, '.' and '-' behind",
    ($) chart_version
}

impl ChartVersion {
    /// The version with '-' for every '.', as names and labels take it: `1-30-3`.
    #[must_use]
    pub fn dashed(&self) -> String {
        self.as_str().replace('.', "-")
    }
}
