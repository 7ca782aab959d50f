//! Hosts, paths and addresses.

use super::bytes::labels;
use super::kubernetes::Name;

text_type! {
    /// A fully qualified host, such as `httpbin.org`: an RFC 1123 subdomain of at least two labels.
    Host,
    host,
    "a host has two or more labels of a-z, 0-9 and '-', separated by '.', the last of which is no number, and at most 253 characters",
    ($) host
}

impl Host {
    /// The host `<name>.<host>`.
    #[must_use]
    pub fn below(&self, name: &Name) -> Self {
        Self(self.0.derived(format!("{name}.{self}")))
    }
}

text_type! {
    /// The path of a URL: `/`, `/status/200`.
    UrlPath,
    url_path,
    "a URL path begins with '/' and has letters, digits, any of -._~!$&'()*+,;=:@ and % with two hexadecimal digits, but no '//', '/./', '/../', '%00', '%2E', '%2F' or '%5C'",
    ($) url_path
}

text_type! {
    /// A method of a gRPC service, as calls name it: `/hipstershop.PaymentService/Charge`.
    ///
    /// Upstream: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests>
    GrpcMethod,
    grpc_method,
    "a method of gRPC reads like /package.Service/Method: letters, digits and '_', of which no name begins with a digit",
    ($) grpc_method
}

text_type! {
    /// A range of IPv4 addresses, such as `203.0.113.0/24`.
    ///
    /// Upstream: <https://www.rfc-editor.org/rfc/rfc4632>
    Cidr,
    cidr,
    "a range of addresses reads like 203.0.113.0/24: four numbers up to 255, then the bits of the network, 1 to 32, behind which all are 0",
    ($) cidr
}

text_type! {
    /// An e-mail address, such as `platform@example.com`.
    EmailAddress,
    email_address,
    "an e-mail address has letters, digits, '_', '+' and '-', single '.' between them, then '@' and a host",
    ($) email_address
}

pub(super) const fn host(bytes: &[u8]) -> bool {
    labels(bytes, bytes.len()) >= 2 && !ends_with_number(bytes)
}

/// Whether the last label is a number, as that of an IP address: no name of DNS ends so.
const fn ends_with_number(bytes: &[u8]) -> bool {
    let mut index = bytes.len();
    while index > 0 && bytes[index - 1].is_ascii_digit() {
        index -= 1;
    }
    index == 0 || bytes[index - 1] == b'.'
}

/// What the Gateway API takes as the path of a route.
const fn url_path(bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes.len() > 1024 || bytes[0] != b'/' {
        return false;
    }
    let mut start = 1;
    let mut index = 1;
    while index <= bytes.len() {
        if index == bytes.len() || bytes[index] == b'/' {
            let (_, part) = bytes.split_at(start);
            let part = part.split_at(index - start).0;
            let empty = part.is_empty() && index < bytes.len();
            if empty || matches!(part, b"." | b"..") {
                return false;
            }
            start = index + 1;
        } else if bytes[index] == b'%' {
            if !is_escape(bytes.split_at(index).1) {
                return false;
            }
        } else if !is_of_path(bytes[index]) {
            return false;
        }
        index += 1;
    }
    true
}

/// A service of one or more names with `.` between them, and a method of one.
const fn grpc_method(bytes: &[u8]) -> bool {
    if bytes.is_empty() || bytes[0] != b'/' {
        return false;
    }
    let mut slashes = 1;
    let mut begins = true;
    let mut index = 1;
    while index < bytes.len() {
        let byte = bytes[index];
        if byte == b'/' || byte == b'.' {
            if begins || byte == b'.' && slashes == 2 {
                return false;
            }
            if byte == b'/' {
                slashes += 1;
            }
            begins = true;
        } else {
            if byte != b'_' && !byte.is_ascii_alphanumeric() || begins && byte.is_ascii_digit() {
                return false;
            }
            begins = false;
        }
        index += 1;
    }
    slashes == 2 && !begins
}

/// Whether text begins with an escaped byte that means the same to everybody who reads the path: no NUL, `.`, `/` or `\`.
const fn is_escape(bytes: &[u8]) -> bool {
    let [b'%', first, second, ..] = bytes else { return false };
    let byte = [*first, second.to_ascii_uppercase()];
    first.is_ascii_hexdigit()
        && second.is_ascii_hexdigit()
        && !matches!(&byte, b"00" | b"2E" | b"2F" | b"5C" | b"5c")
}

/// What RFC 3986 allows in a part of a path as it is.
const fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

/// Four numbers up to 255 and one from 1 to 32, without leading zeros. A range of all addresses is none, and what stands behind the
/// bits of the network is 0.
const fn cidr(bytes: &[u8]) -> bool {
    let mut address = 0_u32;
    let mut bits = 0;
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
            if part < 4 {
                address = address << 8 | number;
            } else {
                bits = number;
            }
            part += 1;
            number = 0;
            digits = 0;
        }
        index += 1;
    }
    part == 5 && (bits == 32 || address << bits == 0)
}

const fn email_address(bytes: &[u8]) -> bool {
    let mut at = 0;
    let mut after_dot = true;
    while at < bytes.len() && bytes[at] != b'@' {
        let dot = bytes[at] == b'.';
        let allowed = bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'+' | b'-');
        if dot && after_dot || !dot && !allowed {
            return false;
        }
        after_dot = dot;
        at += 1;
    }
    if at == 0 || at > 64 || at == bytes.len() || after_dot {
        return false;
    }
    let (_, domain) = bytes.split_at(at + 1);
    host(domain)
}
