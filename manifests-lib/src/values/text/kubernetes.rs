//! What Kubernetes reads: names, labels, keys, variables and paths.

use super::bytes::{label_between, lower_or_digit, path_parts};
use super::registry::ChartVersion;

text_type! {
    /// A name that is valid for every kind of object, as a port's, container's or volume's name where those are
    /// shorter than 63 characters, and as a label value: an RFC 1035 label.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
    Name,
    dns_label,
    "a name has 1 to 63 of a-z, 0-9 and '-', begins with a letter and ends with a letter or digit",
    ($) name
}

impl Name {
    /// `<name>-<suffix>`, for names that leave room for it: those of bundles and parents.
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        Self(self.0.derived(format!("{self}-{suffix}")))
    }

    /// `<name>-<version>`, with '-' for every '.' of the version: `tool-1-30-3`. For names that leave room for it: those of
    /// bundles.
    #[must_use]
    pub fn of_version(&self, version: &ChartVersion) -> Self {
        self.with_suffix(&version.dashed())
    }
}

text_type! {
    /// The name of a container's port: shorter than other names, and with a letter.
    ///
    /// Upstream: <https://www.rfc-editor.org/rfc/rfc6335#section-5.1>
    PortName,
    port_name,
    "the name of a container's port has 1 to 15 of a-z, 0-9 and single '-', one letter at least, and begins and ends with a letter or digit",
    ($) port_name
}

text_type! {
    /// The key of a label: an optional DNS prefix and `/`, then a name.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>
    LabelKey,
    label_key,
    "a label key is a name of at most 63 characters, optionally after a DNS prefix and '/'",
    ($) label_key
}

text_type! {
    /// A key of a Secret's data, such as `clientID`.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data>
    SecretDataKey,
    data_key,
    "a key of a Secret has 1 to 253 of letters, digits, '-', '_' and '.', and is neither '.' nor begins with '..'",
    ($) secret_data_key
}

text_type! {
    /// The name of a file in a ConfigMap, such as `nginx.conf`.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object>
    FileName,
    data_key,
    "a file of a ConfigMap has a name of 1 to 253 letters, digits, '-', '_' and '.', which is neither '.' nor begins with '..'",
    ($) file_name
}

text_type! {
    /// An absolute path inside a container or on a node.
    AbsolutePath,
    absolute_path,
    "a path begins with '/', does not end with one, and has no empty or '..' part, no ':' and no control character"
}

impl AbsolutePath {
    /// The path of `child` below this one.
    #[must_use]
    pub fn join(&self, child: &Name) -> Self {
        Self(self.0.derived(format!("{self}/{child}")))
    }
}

/// An [`AbsolutePath`](crate::values::AbsolutePath) from a literal, checked when it is compiled.
///
/// Written out: the prelude could not export a macro that another one makes under the name of a built-in attribute.
#[macro_export]
macro_rules! path {
    ($literal:expr) => {{
        const VALUE: $crate::values::AbsolutePath =
            $crate::values::AbsolutePath::from_static($literal);
        VALUE
    }};
}

/// Whether this is an RFC 1035 label: small letters, digits and dashes, after a letter.
#[must_use]
pub const fn dns_label(bytes: &[u8]) -> bool {
    label_between(bytes, 0, bytes.len()) && bytes[0].is_ascii_lowercase()
}

/// Whether this is the name of a container's port.
#[must_use]
pub const fn port_name(bytes: &[u8]) -> bool {
    let mut letters = 0;
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index].is_ascii_lowercase() {
            letters += 1;
        }
        if index > 0 && bytes[index] == b'-' && bytes[index - 1] == b'-' {
            return false;
        }
        index += 1;
    }
    label_between(bytes, 0, bytes.len()) && bytes.len() <= 15 && letters > 0
}

/// Whether this is an RFC 1123 label.
#[must_use]
pub const fn label(bytes: &[u8]) -> bool {
    label_between(bytes, 0, bytes.len())
}

/// Whether most kinds of objects take this as a name: an RFC 1123 subdomain whose parts may be longer than 63 characters.
#[must_use]
pub const fn object_name(bytes: &[u8]) -> bool {
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

/// Whether this is the value of a label, which may be empty.
#[must_use]
pub const fn label_value(bytes: &[u8]) -> bool {
    bytes.is_empty() || qualified(bytes)
}

/// Whether this is the key of a label.
#[must_use]
pub const fn label_key(bytes: &[u8]) -> bool {
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
    (start == 0 || object_name(bytes.split_at(slash).0)) && qualified(name)
}

/// What stands behind the prefix of a key, and in a value.
const fn qualified(name: &[u8]) -> bool {
    !name.is_empty()
        && name.len() <= 63
        && name[0].is_ascii_alphanumeric()
        && name[name.len() - 1].is_ascii_alphanumeric()
        && all!(name, byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

const fn absolute_path(bytes: &[u8]) -> bool {
    bytes.len() >= 2 && bytes[0] == b'/' && path_parts(bytes, 1)
}

/// Whether this is a key of a ConfigMap or Secret.
#[must_use]
pub const fn data_key(bytes: &[u8]) -> bool {
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
