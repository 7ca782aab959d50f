//! Hosts, paths and addresses.

use super::check;
use super::kubernetes::Name;

text_type! {
    /// A fully qualified host, such as `httpbin.org`: an RFC 1123 subdomain of at least two labels.
    Host,
    check::host,
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
    check::url_path,
    "a URL path begins with '/' and has no blank, '?', '#' or control character",
    ($) url_path
}

text_type! {
    /// A range of IPv4 addresses, such as `203.0.113.0/24`.
    ///
    /// Upstream: <https://www.rfc-editor.org/rfc/rfc4632>
    Cidr,
    check::cidr,
    "a range of addresses reads like 203.0.113.0/24: four numbers up to 255, then the bits of the network, 1 to 32",
    ($) cidr
}

text_type! {
    /// An e-mail address, such as `platform@example.com`.
    EmailAddress,
    check::email_address,
    "an e-mail address has letters, digits and '.', '_', '+' or '-', then '@' and a host",
    ($) email_address
}
