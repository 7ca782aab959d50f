//! The rules of the text types, as functions that the compiler can run.

/// Whether every byte satisfies a condition; loops are what a const function can do.
macro_rules! all {
    ($bytes:expr, $byte:ident => $condition:expr) => {{
        let mut index = 0;
        let mut holds = true;
        while index < $bytes.len() {
            let $byte = $bytes[index];
            if !$condition {
                holds = false;
            }
            index += 1;
        }
        holds
    }};
}

const fn lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// RFC 1123 label within `bytes[start..end]`.
const fn label_between(bytes: &[u8], start: usize, end: usize) -> bool {
    if start >= end || end - start > 63 {
        return false;
    }
    let mut index = start;
    while index < end {
        if !(lower_or_digit(bytes[index]) || bytes[index] == b'-') {
            return false;
        }
        index += 1;
    }
    lower_or_digit(bytes[start]) && lower_or_digit(bytes[end - 1])
}

/// Number of labels of a DNS subdomain, 0 where it is none.
const fn labels(bytes: &[u8], end: usize) -> usize {
    if end > 253 {
        return 0;
    }
    let mut count = 0;
    let mut start = 0;
    let mut index = 0;
    while index <= end {
        if index == end || bytes[index] == b'.' {
            if !label_between(bytes, start, index) {
                return 0;
            }
            count += 1;
            start = index + 1;
        }
        index += 1;
    }
    count
}

pub(crate) const fn dns_label(bytes: &[u8]) -> bool {
    label_between(bytes, 0, bytes.len()) && bytes[0].is_ascii_lowercase()
}

pub(super) const fn host(bytes: &[u8]) -> bool {
    labels(bytes, bytes.len()) >= 2
}

/// An RFC 1123 label.
pub(crate) const fn label(bytes: &[u8]) -> bool {
    label_between(bytes, 0, bytes.len())
}

/// What most kinds of objects take as a name: an RFC 1123 subdomain whose parts may be longer than 63 characters.
pub(crate) const fn object_name(bytes: &[u8]) -> bool {
    let mut index = 0;
    while index < bytes.len() {
        let first = index == 0 || bytes[index - 1] == b'.';
        let last = index + 1 == bytes.len() || bytes[index + 1] == b'.';
        let at_an_end = first || last;
        let inside = bytes[index] == b'-' || bytes[index] == b'.';
        if !lower_or_digit(bytes[index]) && (at_an_end || !inside) {
            return false;
        }
        index += 1;
    }
    !bytes.is_empty() && bytes.len() <= 253
}

/// The value of a label, which may be empty.
pub(crate) const fn label_value(bytes: &[u8]) -> bool {
    bytes.is_empty() || qualified(bytes)
}

pub(crate) const fn label_key(bytes: &[u8]) -> bool {
    let mut slash = bytes.len();
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'/' {
            slash = index;
            break;
        }
        index += 1;
    }
    let start = if slash == bytes.len() { 0 } else { slash + 1 };
    let (_, name) = bytes.split_at(start);
    if start > 0 && labels(bytes, slash) == 0 {
        return false;
    }
    qualified(name)
}

/// What stands behind the prefix of a key, and in a value.
const fn qualified(name: &[u8]) -> bool {
    !name.is_empty()
        && name.len() <= 63
        && name[0].is_ascii_alphanumeric()
        && name[name.len() - 1].is_ascii_alphanumeric()
        && all!(name, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

pub(super) const fn absolute_path(bytes: &[u8]) -> bool {
    bytes.len() >= 2 && bytes[0] == b'/' && path_parts(bytes, 1)
}

pub(super) const fn relative_path(bytes: &[u8]) -> bool {
    path_parts(bytes, 0)
}

/// Whether `bytes[start..]` are parts separated by '/', none of which is empty or leads upwards.
const fn path_parts(bytes: &[u8], mut start: usize) -> bool {
    let mut index = start;
    while index <= bytes.len() {
        if index == bytes.len() || bytes[index] == b'/' {
            let length = index - start;
            let parent = length == 2 && bytes[start] == b'.' && bytes[start + 1] == b'.';
            if length == 0 || parent {
                return false;
            }
            start = index + 1;
        } else if bytes[index] == b':' || bytes[index].is_ascii_control() {
            return false;
        }
        index += 1;
    }
    true
}

pub(super) const fn url_path(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes[0] == b'/'
        && all!(bytes, byte => byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
}

pub(super) const fn variable_name(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && !bytes[0].is_ascii_digit()
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Words that say secret wherever they stand in a name.
const SECRET_WORDS: [&str; 7] =
    ["PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "SECRET", "TOKEN", "CREDENTIAL"];

/// Words that say secret as the last one of a name: `APP_KEY` is one, `CACHE_KEY_PREFIX` and `MONKEY` are not.
const LAST_SECRET_WORDS: [&str; 3] = ["KEY", "APIKEY", "PASS"];

pub(super) const fn plain_variable_name(bytes: &[u8]) -> bool {
    variable_name(bytes) && !says_secret(bytes)
}

/// Whether a variable's name says that its value is a secret, in any case of letters.
const fn says_secret(bytes: &[u8]) -> bool {
    let mut word = 0;
    while word < SECRET_WORDS.len() {
        if contains_ignoring_case(bytes, SECRET_WORDS[word].as_bytes()) {
            return true;
        }
        word += 1;
    }
    word = 0;
    while word < LAST_SECRET_WORDS.len() {
        if last_word(bytes).eq_ignore_ascii_case(LAST_SECRET_WORDS[word].as_bytes()) {
            return true;
        }
        word += 1;
    }
    false
}

/// What stands behind the last `_`.
const fn last_word(bytes: &[u8]) -> &[u8] {
    let mut start = bytes.len();
    while start > 0 && bytes[start - 1] != b'_' {
        start -= 1;
    }
    let (_, word) = bytes.split_at(start);
    word
}

const fn contains_ignoring_case(bytes: &[u8], word: &[u8]) -> bool {
    let mut start = 0;
    while start + word.len() <= bytes.len() {
        let mut index = 0;
        while index < word.len() && bytes[start + index].eq_ignore_ascii_case(&word[index]) {
            index += 1;
        }
        if index == word.len() {
            return true;
        }
        start += 1;
    }
    false
}

pub(super) const fn repository(bytes: &[u8]) -> bool {
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

pub(super) const fn tag(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() <= 128
        && (bytes[0].is_ascii_alphanumeric() || bytes[0] == b'_')
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

pub(super) const fn public_image(bytes: &[u8]) -> bool {
    const SHA256: &[u8] = b"@sha256:";
    let Some(end) = bytes.len().checked_sub(SHA256.len() + 64) else { return false };
    let (named, digest) = bytes.split_at(end);
    let (algorithm, hexadecimal) = digest.split_at(SHA256.len());
    // A registry may have a port: the tag is behind the last ':'.
    let mut colon = named.len();
    while colon > 0 && named[colon - 1] != b':' {
        colon -= 1;
    }
    colon > 0
        && repository(named.split_at(colon - 1).0)
        && tag(named.split_at(colon).1)
        && contains_ignoring_case(algorithm, SHA256)
        && all!(algorithm, byte => !byte.is_ascii_uppercase())
        && all!(hexadecimal, byte => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

pub(super) const fn git_commit(bytes: &[u8]) -> bool {
    bytes.len() == 40 && all!(bytes, byte => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

pub(super) const fn account_id(bytes: &[u8]) -> bool {
    bytes.len() == 12 && all!(bytes, byte => byte.is_ascii_digit())
}

/// Four numbers up to 255 and one from 1 to 32, without leading zeros. A range of all addresses is none.
pub(super) const fn cidr(bytes: &[u8]) -> bool {
    let mut part = 0;
    let mut number = 0_u32;
    let mut digits = 0;
    let mut index = 0;
    while index <= bytes.len() {
        if index < bytes.len() && bytes[index].is_ascii_digit() {
            if digits > 0 && number == 0 || digits == 3 {
                return false;
            }
            number = number * 10 + (bytes[index] - b'0') as u32;
            digits += 1;
        } else {
            let ends_as_it_should = match part {
                0..3 => index < bytes.len() && bytes[index] == b'.' && number <= 255,
                3 => index < bytes.len() && bytes[index] == b'/' && number <= 255,
                4 => index == bytes.len() && number >= 1 && number <= 32,
                _ => false,
            };
            if digits == 0 || !ends_as_it_should {
                return false;
            }
            part += 1;
            number = 0;
            digits = 0;
        }
        index += 1;
    }
    part == 5
}

/// Two or more parts of letters, then one of digits, separated by dashes.
pub(super) const fn region(bytes: &[u8]) -> bool {
    if bytes.len() < 6 || !bytes[bytes.len() - 1].is_ascii_digit() || bytes[2] != b'-' {
        return false;
    }
    let mut dashes = 0;
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        if byte == b'-' {
            if index == 0 || bytes[index - 1] == b'-' {
                return false;
            }
            dashes += 1;
        } else if !(byte.is_ascii_lowercase()
            || dashes >= 2 && byte.is_ascii_digit() && bytes[index - 1] == b'-')
        {
            return false;
        }
        index += 1;
    }
    dashes >= 2
}

pub(super) const fn secrets_manager_name(bytes: &[u8]) -> bool {
    let mut last_slash = 0;
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'/' {
            last_slash = index;
        }
        index += 1;
    }
    last_slash > 0
        && last_slash + 1 < bytes.len()
        && bytes.len() <= 512
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'=' | b'.' | b'@' | b'-'))
}

const fn lower_hexadecimal(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

/// A UUID, or `mrk-` and its digits without dashes.
pub(super) const fn kms_key_id(bytes: &[u8]) -> bool {
    if bytes.len() != 36 {
        return false;
    }
    if let [b'm', b'r', b'k', b'-', digits @ ..] = bytes {
        return all!(digits, byte => lower_hexadecimal(byte));
    }
    let mut index = 0;
    while index < bytes.len() {
        let dash = matches!(index, 8 | 13 | 18 | 23);
        if dash && bytes[index] != b'-' || !dash && !lower_hexadecimal(bytes[index]) {
            return false;
        }
        index += 1;
    }
    true
}

/// Parts with a `/` between them, none empty, the last one of at most 64 characters.
pub(super) const fn iam_role_name(bytes: &[u8]) -> bool {
    let mut length = 0;
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        if byte == b'/' {
            if length == 0 {
                return false;
            }
            length = 0;
        } else if byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-')
        {
            length += 1;
        } else {
            return false;
        }
        index += 1;
    }
    length > 0 && length <= 64 && bytes.len() <= 512
}

/// `v`, three numbers with dots, `-eksbuild.` and a number.
pub(super) const fn eks_addon_version(bytes: &[u8]) -> bool {
    let [b'v', rest @ ..] = bytes else {
        return false;
    };
    let mut rest = rest;
    let mut number = 0;
    while number < 3 {
        let digits = leading_digits(rest);
        if digits == 0 {
            return false;
        }
        rest = rest.split_at(digits).1;
        if number < 2 {
            let [b'.', after @ ..] = rest else {
                return false;
            };
            rest = after;
        }
        number += 1;
    }
    let [b'-', b'e', b'k', b's', b'b', b'u', b'i', b'l', b'd', b'.', build @ ..] = rest else {
        return false;
    };
    !build.is_empty() && leading_digits(build) == build.len()
}

const fn leading_digits(bytes: &[u8]) -> usize {
    let mut index = 0;
    while index < bytes.len() && bytes[index].is_ascii_digit() {
        index += 1;
    }
    index
}

pub(super) const fn log_group(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() <= 512
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.' | b'#'))
}

pub(crate) const fn data_key(bytes: &[u8]) -> bool {
    let only_dots = match bytes {
        [b'.'] => true,
        [first, second, ..] => *first == b'.' && *second == b'.',
        _ => false,
    };
    !bytes.is_empty()
        && bytes.len() <= 253
        && !only_dots
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

pub(super) const fn email_address(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'@' {
        if !(bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'_' | b'+' | b'-')) {
            return false;
        }
        at += 1;
    }
    if at == 0 || at > 64 || at == bytes.len() {
        return false;
    }
    let (_, domain) = bytes.split_at(at + 1);
    host(domain)
}

pub(super) const fn git_url(bytes: &[u8]) -> bool {
    let scheme = b"https://";
    if bytes.len() <= scheme.len() || bytes[bytes.len() - 1] == b'/' {
        return false;
    }
    let mut index = 0;
    while index < scheme.len() {
        if bytes[index] != scheme[index] {
            return false;
        }
        index += 1;
    }
    // A name or password before '@' would stand in Git.
    bytes[index] != b'/'
        && all!(bytes, byte => byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@'))
}

/// Three numbers, optionally `v` before and a pre-release behind them.
pub(super) const fn chart_version(bytes: &[u8]) -> bool {
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

pub(super) const fn git_branch(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes[0] != b'-'
        && path_parts(bytes, 0)
        && all!(bytes, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
}
