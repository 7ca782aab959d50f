//! Hosts, paths and addresses.

use super::bytes::labels;
use super::kubernetes::Name;

text_type! {
    /// A fully qualified host, such as `httpbin.org`: an RFC 1123 subdomain of at least two labels.
    Host,
    host,
    "a host has two or more labels of a-z, 0-9 and '-', separated by '.', and at most 253 characters",
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
    "a URL path begins with '/' and has no blank, '?', '#' or control character",
    ($) url_path
}

text_type! {
    /// A range of IPv4 addresses, such as `203.0.113.0/24`.
    ///
    /// Upstream: <https://www.rfc-editor.org/rfc/rfc4632>
    Cidr,
    cidr,
    "a range of addresses reads like 203.0.113.0/24: four numbers up to 255, then the bits of the network, 1 to 32",
    ($) cidr
}

text_type! {
    /// An e-mail address, such as `platform@example.com`.
    EmailAddress,
    email_address,
    "an e-mail address has letters, digits and '.', '_', '+' or '-', then '@' and a host",
    ($) email_address
}

pub(super) const fn host(bytes: &[u8]) -> bool {
    labels(bytes, bytes.len()) >= 2
}

const fn url_path(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes[0] == b'/'
        && all!(bytes, byte => byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
}

/// Four numbers up to 255 and one from 1 to 32, without leading zeros. A range of all addresses is none.
const fn cidr(bytes: &[u8]) -> bool {
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

const fn email_address(bytes: &[u8]) -> bool {
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
