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
    /// An image that others publish, the same in every environment: `curlimages/curl:8.22.0@sha256:58ad…`.
    ///
    /// The digest is what runs: a publisher, or whoever has taken over the account, can move a tag. The tag is for people and
    /// for Renovate, and no runtime reads it beside a digest. Without a registry the runtime uses Docker Hub. Take the digest of
    /// the list of platforms, which `docker buildx imagetools inspect` prints first.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/containers/images/#image-names>
    PublicImage,
    check::public_image,
    "a public image has a repository, ':' and a tag, '@sha256:' and 64 of 0-9 and a-f",
    ($) public_image
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
