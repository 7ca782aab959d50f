//! What registries hold: images and charts.

use super::bytes::{lower_hexadecimal, lower_or_digit};

text_type! {
    /// The repository of an image, optionally with its registry: `curlimages/curl`, `registry.k8s.io/pause`.
    ///
    /// Upstream: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>
    Repository,
    repository,
    "an image repository has parts separated by '/', without tag or digest: lower-case letters and digits, between them one '.', one or two '_' or dashes",
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
    /// An image that others publish, the same in every environment: `curlimages/curl:8.22.0@sha256:58ad…`. An image of a private
    /// registry is one too, `ghcr.io/example/web:d74ac1c@sha256:58ad…`, and its pods have a
    /// [pull secret](crate::workload::Workload::image_pull_secret).
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
    "a chart version has three numbers without leading zeros, separated by '.', optionally 'v' before them and '-' and a pre-release of a-z, 0-9, '.' and '-' behind",
    ($) chart_version
}

impl ChartVersion {
    /// The version with '-' for every '.', as names and labels take it: `1-30-3`.
    #[must_use]
    pub fn dashed(&self) -> String {
        self.as_str().replace('.', "-")
    }
}

/// The grammar of the distribution specification, after an optional registry with a port.
const fn repository(bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes.len() > 255 {
        return false;
    }
    let mut index = 0;
    let mut in_first_part = true;
    loop {
        let end = part_end(bytes, index);
        if !is_part(bytes, index, end) {
            return false;
        }
        index = end;
        if index < bytes.len() && bytes[index] == b':' {
            // The port of a registry: it ends with the first slash.
            let slash = if in_first_part { port_end(bytes, index + 1) } else { bytes.len() };
            if slash == bytes.len() {
                return false;
            }
            index = slash;
        }
        if index == bytes.len() {
            return true;
        }
        if bytes[index] != b'/' {
            return false;
        }
        in_first_part = false;
        index += 1;
    }
}

/// Where a part that begins here ends.
const fn part_end(bytes: &[u8], mut index: usize) -> usize {
    while index < bytes.len() && bytes[index] != b'/' && bytes[index] != b':' {
        index += 1;
    }
    index
}

/// Letters and digits, between them one `.`, one or two `_`, or dashes.
const fn is_part(bytes: &[u8], start: usize, end: usize) -> bool {
    let mut separator = start;
    let mut index = start;
    while index < end {
        if lower_or_digit(bytes[index]) {
            if index > separator && !is_separator(bytes, separator, index) {
                return false;
            }
            separator = index + 1;
        }
        index += 1;
    }
    start < end && separator == end && lower_or_digit(bytes[start])
}

const fn is_separator(bytes: &[u8], start: usize, end: usize) -> bool {
    let (_, text) = bytes.split_at(start);
    let text = text.split_at(end - start).0;
    matches!(text, b"." | b"_" | b"__") || all!(text, byte => byte == b'-')
}

/// Where a port from 1 to 65535 that begins here ends, if a slash is behind it; otherwise the end of the text.
const fn port_end(bytes: &[u8], start: usize) -> usize {
    let mut number = 0_u32;
    let mut index = start;
    while index < bytes.len() && bytes[index].is_ascii_digit() && number <= 65535 {
        number = number * 10 + (bytes[index] - b'0') as u32;
        index += 1;
    }
    let ends = index < bytes.len() && bytes[index] == b'/';
    if ends && number >= 1 && number <= 65535 { index } else { bytes.len() }
}

pub(super) const fn tag(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() <= 128
        && (bytes[0].is_ascii_alphanumeric() || bytes[0] == b'_')
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

const fn public_image(bytes: &[u8]) -> bool {
    if !has_digest(bytes) {
        return false;
    }
    let named = bytes.split_at(bytes.len() - DIGEST_LENGTH).0;
    // A registry may have a port: the tag is behind the last ':'.
    let mut colon = named.len();
    while colon > 0 && named[colon - 1] != b':' {
        colon -= 1;
    }
    colon > 0 && repository(named.split_at(colon - 1).0) && tag(named.split_at(colon).1)
}

/// How long a digest is, with the `@` before it.
pub(super) const DIGEST_LENGTH: usize = "@sha256:".len() + 64;

/// Whether `@` and a digest are at the end.
pub(super) const fn has_digest(bytes: &[u8]) -> bool {
    let Some(end) = bytes.len().checked_sub(DIGEST_LENGTH) else { return false };
    let (algorithm, hexadecimal) = bytes.split_at(end).1.split_at("@sha256:".len());
    matches!(algorithm, b"@sha256:") && all!(hexadecimal, byte => lower_hexadecimal(byte))
}

/// A semantic version without build metadata: three numbers, optionally `v` before and a pre-release behind them.
const fn chart_version(bytes: &[u8]) -> bool {
    let mut position = if !bytes.is_empty() && bytes[0] == b'v' { 1 } else { 0 };
    let mut number = 0;
    while number < 3 {
        let start = position;
        while position < bytes.len() && bytes[position].is_ascii_digit() {
            position += 1;
        }
        if !is_number(bytes, start, position) {
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
        && are_identifiers(pre_release)
}

/// Digits without a leading zero.
const fn is_number(bytes: &[u8], start: usize, end: usize) -> bool {
    end == start + 1 || end > start && bytes[start] != b'0'
}

/// Whether no part between dots behind the first dash is empty, or a number with a leading zero.
const fn are_identifiers(pre_release: &[u8]) -> bool {
    let mut start = 1;
    let mut digits = true;
    let mut index = 1;
    while index <= pre_release.len() {
        if index == pre_release.len() || pre_release[index] == b'.' {
            if index == start || digits && !is_number(pre_release, start, index) {
                return false;
            }
            start = index + 1;
            digits = true;
        } else if !pre_release[index].is_ascii_digit() {
            digits = false;
        }
        index += 1;
    }
    true
}
