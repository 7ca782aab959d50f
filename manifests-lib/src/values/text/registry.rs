//! What registries hold: images and charts.

use super::bytes::{lower_hexadecimal, lower_or_digit};

text_type! {
    /// The repository of an image, optionally with its registry: `curlimages/curl`, `registry.k8s.io/pause`.
    ///
    /// Upstream: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>
    Repository,
    repository,
    "an image repository has lower-case parts separated by '/', without tag or digest",
    ($) repository
}

text_type! {
    /// The tag of an image. Always text: `00690e9` stays `00690e9`.
    Tag,
    tag,
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
    public_image,
    "a public image has a repository, ':' and a tag, '@sha256:' and 64 of 0-9 and a-f",
    ($) public_image
}

text_type! {
    /// The version of a released chart: `1.30.3`, `v1.21.1`, `2.0.0-rc.1`.
    ChartVersion,
    chart_version,
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

const fn repository(bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes.len() > 255 {
        return false;
    }
    let mut after_first_slash = false;
    let mut part_starts = true;
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        let last = index + 1 == bytes.len() || bytes[index + 1] == b'/';
        if byte == b'/' {
            if part_starts {
                return false;
            }
            after_first_slash = true;
            part_starts = true;
        } else if lower_or_digit(byte) {
            part_starts = false;
        } else if byte == b':' && !after_first_slash && !part_starts && !last {
            // The port of a registry: it ends with the first slash.
            if !port_until_slash(bytes, index + 1) {
                return false;
            }
        } else if !matches!(byte, b'.' | b'_' | b'-') || part_starts || last {
            return false;
        }
        index += 1;
    }
    !part_starts
}

/// Whether a tag is a commit, whole or abbreviated as Git does it.
pub(crate) fn is_commit(tag: &str) -> bool {
    (7..=40).contains(&tag.len()) && tag.bytes().all(lower_hexadecimal)
}

const fn port_until_slash(bytes: &[u8], start: usize) -> bool {
    let mut index = start;
    while index < bytes.len() && bytes[index] != b'/' {
        if !bytes[index].is_ascii_digit() {
            return false;
        }
        index += 1;
    }
    index > start && index < bytes.len()
}

const fn tag(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() <= 128
        && (bytes[0].is_ascii_alphanumeric() || bytes[0] == b'_')
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

const fn public_image(bytes: &[u8]) -> bool {
    let Some(end) = bytes.len().checked_sub("@sha256:".len() + 64) else { return false };
    let (named, digest) = bytes.split_at(end);
    let (algorithm, hexadecimal) = digest.split_at("@sha256:".len());
    // A registry may have a port: the tag is behind the last ':'.
    let mut colon = named.len();
    while colon > 0 && named[colon - 1] != b':' {
        colon -= 1;
    }
    colon > 0
        && repository(named.split_at(colon - 1).0)
        && tag(named.split_at(colon).1)
        && matches!(algorithm, b"@sha256:")
        && all!(hexadecimal, byte => lower_hexadecimal(byte))
}

/// Three numbers, optionally `v` before and a pre-release behind them.
const fn chart_version(bytes: &[u8]) -> bool {
    let mut position = if !bytes.is_empty() && bytes[0] == b'v' { 1 } else { 0 };
    let mut number = 0;
    while number < 3 {
        let start = position;
        while position < bytes.len() && bytes[position].is_ascii_digit() {
            position += 1;
        }
        if position == start {
            return false;
        }
        number += 1;
        if number < 3 {
            if position == bytes.len() || bytes[position] != b'.' {
                return false;
            }
            position += 1;
        }
    }
    if position == bytes.len() {
        return true;
    }
    let (_, pre_release) = bytes.split_at(position);
    pre_release[0] == b'-'
        && pre_release.len() > 1
        && pre_release[pre_release.len() - 1].is_ascii_alphanumeric()
        && all!(pre_release, byte => byte.is_ascii_digit() || byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.'))
}
