//! What Kubernetes reads: names, labels, keys, variables and paths.

use super::check;
use super::registry::ChartVersion;

text_type! {
    /// A name that is valid for every kind of object, as a port's, container's or volume's name where those are
    /// shorter than 63 characters, and as a label value: an RFC 1035 label.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
    Name,
    check::dns_label,
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
    /// The key of a label: an optional DNS prefix and `/`, then a name.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>
    LabelKey,
    check::label_key,
    "a label key is a name of at most 63 characters, optionally after a DNS prefix and '/'",
    ($) label_key
}

text_type! {
    /// A key of a Secret's data, such as `clientID`.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data>
    SecretDataKey,
    check::data_key,
    "a key of a Secret has 1 to 253 of letters, digits, '-', '_' and '.', and is neither '.' nor begins with '..'",
    ($) secret_data_key
}

text_type! {
    /// The name of an environment variable: what every shell and runtime can read.
    VariableName,
    check::variable_name,
    "a variable name has letters, digits and '_', and does not begin with a digit"
}

text_type! {
    /// The name of an environment variable whose value may stand in Git.
    ///
    /// A name that says password, secret, token, credential or key is refused: such a value is a
    /// [`SecretKey`](crate::data::SecretKey).
    PlainVariableName,
    check::plain_variable_name,
    "a plain variable is readable in Git: a name that says password, secret, token, credential or key takes its value from a SecretKey"
}

text_type! {
    /// An absolute path inside a container or on a node.
    AbsolutePath,
    check::absolute_path,
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
    ($literal:expr) => {
        $crate::literal!($crate::values::AbsolutePath, $literal)
    };
}
