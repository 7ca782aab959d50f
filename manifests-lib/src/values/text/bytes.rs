//! What the rules of several texts are made of, as functions that the compiler can run.

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

pub(super) const fn lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

pub(super) const fn lower_hexadecimal(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

pub(super) const fn leading_digits(bytes: &[u8]) -> usize {
    let mut index = 0;
    while index < bytes.len() && bytes[index].is_ascii_digit() {
        index += 1;
    }
    index
}

/// RFC 1123 label within `bytes[start..end]`.
pub(super) const fn label_between(bytes: &[u8], start: usize, end: usize) -> bool {
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
pub(super) const fn labels(bytes: &[u8], end: usize) -> usize {
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

/// Whether `bytes[start..]` are parts separated by '/', none of which is empty, stays where it is or leads upwards.
pub(super) const fn path_parts(bytes: &[u8], mut start: usize) -> bool {
    let mut index = start;
    while index <= bytes.len() {
        if index == bytes.len() || bytes[index] == b'/' {
            let length = index - start;
            let (_, part) = bytes.split_at(start);
            if matches!(part.split_at(length).0, b"" | b"." | b"..") {
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
