//! Tags that do not move: what a registry may serve for years under one name.

use super::bytes::lower_hexadecimal;
use super::registry::{DIGEST_LENGTH, has_digest, tag};

text_type! {
    /// The tag of an image in a registry of our own, which names one build: `d74ac1c`, `main-d74ac1c`, `v1.2.3`, `2026-01-05`.
    ///
    /// It has a commit (7 to 40 of 0-9 and a-f) or three numbers in it, apart from the rest. Tags that the next build moves, such as
    /// `latest`, `main`, `stable`, `1` or `1.29`, have neither and do not compile: what runs would not be what was reviewed. Any tag is
    /// fixed by a digest behind it: `release@sha256:58ad…`.
    FixedTag,
    fixed_tag,
    "a fixed tag has a commit (7 to 40 of 0-9 and a-f) or three numbers (1.2.3, 2026-01-05) in it, apart from the rest, or '@sha256:' and 64 of 0-9 and a-f behind it: tags such as latest, main and 1.2 are moved by the next build",
    ($) fixed_tag
}

pub(crate) const fn fixed_tag(bytes: &[u8]) -> bool {
    if has_digest(bytes) {
        return tag(bytes.split_at(bytes.len() - DIGEST_LENGTH).0);
    }
    let mut fixed = false;
    let mut index = 0;
    while index < bytes.len() {
        let begins =
            begins_word(bytes, index) || bytes[index - 1] == b'v' && begins_word(bytes, index - 1);
        if begins && (is_commit(bytes, index) || are_three_numbers(bytes, index)) {
            fixed = true;
        }
        index += 1;
    }
    fixed && tag(bytes)
}

const fn begins_word(bytes: &[u8], index: usize) -> bool {
    index == 0 || !bytes[index - 1].is_ascii_alphanumeric()
}

/// Whether the word that begins here is a commit, whole or abbreviated as Git does it.
const fn is_commit(bytes: &[u8], start: usize) -> bool {
    let mut end = start;
    while end < bytes.len() && lower_hexadecimal(bytes[end]) {
        end += 1;
    }
    end - start >= 7
        && end - start <= 40
        && (end == bytes.len() || !bytes[end].is_ascii_alphanumeric())
}

/// Whether three numbers begin here, with a dot between them or a dash.
const fn are_three_numbers(bytes: &[u8], start: usize) -> bool {
    let first = digits_end(bytes, start);
    if first == start || first == bytes.len() || !matches!(bytes[first], b'.' | b'-') {
        return false;
    }
    let second = digits_end(bytes, first + 1);
    second > first + 1
        && second + 1 < bytes.len()
        && bytes[second] == bytes[first]
        && bytes[second + 1].is_ascii_digit()
}

/// Where the digits that begin here end.
const fn digits_end(bytes: &[u8], mut index: usize) -> usize {
    while index < bytes.len() && bytes[index].is_ascii_digit() {
        index += 1;
    }
    index
}
