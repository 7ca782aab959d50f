//! Text that cannot be wrong: each type holds only what the Kubernetes API server, Istio or a registry accepts.
//!
//! A literal goes through the macro of its type ([`name!`](crate::name!), [`tag!`](crate::tag!), …) and is checked when it
//! is compiled. Text that comes from elsewhere goes through `new`, which returns an error.

mod check;

use std::borrow::Cow;
use std::fmt;

/// Text that a type does not accept, with the rule that it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidText {
    /// The text as given.
    pub text: String,
    /// The rule, as a sentence.
    pub rule: &'static str,
}

impl fmt::Display for InvalidText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.text, self.rule)
    }
}

impl std::error::Error for InvalidText {}

macro_rules! text_type {
    ($(#[$documentation:meta])* $type:ident, $check:path, $rule:literal) => {
        $(#[$documentation])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(Cow<'static, str>);

        impl $type {
            /// Takes a literal. Write it with the macro of this type, which moves the check to compile time.
            ///
            /// # Panics
            ///
            /// Where the text breaks the rule of the type.
            #[must_use]
            #[track_caller]
            pub const fn from_static(text: &'static str) -> Self {
                assert!($check(text.as_bytes()), $rule);
                Self(Cow::Borrowed(text))
            }

            /// Takes text that is only known at run time.
            ///
            /// # Errors
            ///
            /// Where the text breaks the rule of the type.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
                let text = text.into();
                if $check(text.as_bytes()) {
                    Ok(Self(Cow::Owned(text)))
                } else {
                    Err(InvalidText { text, rule: $rule })
                }
            }

            /// The text as it reaches the cluster.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({:?})", stringify!($type), self.0)
            }
        }

        impl From<&$type> for String {
            fn from(text: &$type) -> Self {
                text.as_str().to_owned()
            }
        }
    };
}

text_type! {
    /// A name that is valid for every kind of object, as a port's, container's or volume's name where those are
    /// shorter than 63 characters, and as a label value: an RFC 1035 label.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>
    Name,
    check::dns_label,
    "a name has 1 to 63 of a-z, 0-9 and '-', begins with a letter and ends with a letter or digit"
}

text_type! {
    /// A fully qualified host, such as `httpbin.org`: an RFC 1123 subdomain of at least two labels.
    Host,
    check::host,
    "a host has two or more labels of a-z, 0-9 and '-', separated by '.', and at most 253 characters"
}

text_type! {
    /// The key of a label: an optional DNS prefix and `/`, then a name.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>
    LabelKey,
    check::label_key,
    "a label key is a name of at most 63 characters, optionally after a DNS prefix and '/'"
}

text_type! {
    /// An absolute path inside a container or on a node.
    AbsolutePath,
    check::absolute_path,
    "a path begins with '/', does not end with one, and has no empty or '..' part, no ':' and no control character"
}

text_type! {
    /// A path below some folder, such as `config/default`.
    RelativePath,
    check::relative_path,
    "a relative path has parts separated by '/', none empty or '..', no ':' and no control character"
}

text_type! {
    /// The URL of a Git repository, without credentials.
    GitUrl,
    check::git_url,
    "a Git URL begins with https://, does not end with '/', and has no blank, '?', '#' or '@'"
}

text_type! {
    /// A branch of a Git repository.
    GitBranch,
    check::git_branch,
    "a branch has letters, digits, '-', '_' and '.' in parts separated by '/', and does not begin with '-'"
}

text_type! {
    /// The path of a URL: `/`, `/status/200`.
    UrlPath,
    check::url_path,
    "a URL path begins with '/' and has no blank, '?', '#' or control character"
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
    /// [`SecretKey`](crate::SecretKey).
    PlainVariableName,
    check::plain_variable_name,
    "a plain variable is readable in Git: a name that says password, secret, token, credential or key takes its value from a SecretKey"
}

text_type! {
    /// The repository of an image, optionally with its registry: `curlimages/curl`, `registry.k8s.io/pause`.
    ///
    /// Upstream: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>
    Repository,
    check::repository,
    "an image repository has lower-case parts separated by '/', without tag or digest"
}

text_type! {
    /// The tag of an image. Always text: `00690e9` stays `00690e9`.
    Tag,
    check::tag,
    "an image tag has 1 to 128 of letters, digits, '_', '.' and '-', and begins with a letter, digit or '_'"
}

text_type! {
    /// The content digest of an image: `sha256:` and 64 hexadecimal digits.
    Digest,
    check::digest,
    "an image digest is 'sha256:' and 64 of 0-9 and a-f"
}

text_type! {
    /// The number of an AWS account.
    AccountId,
    check::account_id,
    "an AWS account number has exactly 12 digits"
}

text_type! {
    /// An AWS region, such as `ap-northeast-1`.
    Region,
    check::region,
    "an AWS region reads like ap-northeast-1"
}

text_type! {
    /// The version of a released chart: `1.30.3`, `v1.21.1`, `2.0.0-rc.1`.
    ChartVersion,
    check::chart_version,
    "a chart version has three numbers separated by '.', optionally 'v' before them and '-' and a pre-release of a-z, 0-9, '.' and '-' behind"
}

text_type! {
    /// A range of IPv4 addresses, such as `203.0.113.0/24`.
    ///
    /// Upstream: <https://www.rfc-editor.org/rfc/rfc4632>
    Cidr,
    check::cidr,
    "a range of addresses reads like 203.0.113.0/24: four numbers up to 255, then the bits of the network, 1 to 32"
}

text_type! {
    /// The name of a secret in AWS Secrets Manager, such as `prd/account/database`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
    SecretsManagerName,
    check::secrets_manager_name,
    "a Secrets Manager name has 1 to 512 of letters, digits and /_+=.@-"
}

text_type! {
    /// The name of a log group in CloudWatch Logs, such as `/prd/services`.
    ///
    /// Upstream: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
    LogGroup,
    check::log_group,
    "a log group has 1 to 512 of letters, digits and _-/.#"
}

text_type! {
    /// An e-mail address, such as `platform@example.com`.
    EmailAddress,
    check::email_address,
    "an e-mail address has letters, digits and '.', '_', '+' or '-', then '@' and a host"
}

text_type! {
    /// A key of a Secret's data, such as `clientID`.
    ///
    /// Upstream: <https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data>
    SecretDataKey,
    check::data_key,
    "a key of a Secret has 1 to 253 of letters, digits, '-', '_' and '.', and is neither '.' nor begins with '..'"
}

impl Name {
    /// `<name>-<suffix>`, for names that leave room for it: those of bundles and parents.
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        Self(Cow::Owned(format!("{self}-{suffix}")))
    }
}

impl Name {
    /// `<name>-<version>`, with '-' for every '.' of the version: `tool-1-30-3`. For names that leave room for it: those of
    /// bundles.
    #[must_use]
    pub fn of_version(&self, version: &ChartVersion) -> Self {
        self.with_suffix(&version.dashed())
    }
}

impl ChartVersion {
    /// The version with '-' for every '.', as names and labels take it: `1-30-3`.
    #[must_use]
    pub fn dashed(&self) -> String {
        self.as_str().replace('.', "-")
    }
}

impl Host {
    /// The host `<name>.<host>`.
    #[must_use]
    pub fn below(&self, name: &Name) -> Self {
        Self(Cow::Owned(format!("{name}.{self}")))
    }
}

impl RelativePath {
    /// The path of `child` below this one.
    #[must_use]
    pub fn join(&self, child: &Name) -> Self {
        Self(Cow::Owned(format!("{self}/{child}")))
    }
}

impl AbsolutePath {
    /// The path of `child` below this one.
    #[must_use]
    pub fn join(&self, child: &Name) -> Self {
        Self(Cow::Owned(format!("{self}/{child}")))
    }
}

/// Makes a literal macro: the value is a const item, so that a bad literal is an error in the editor and in
/// `cargo check`.
#[doc(hidden)]
#[macro_export]
macro_rules! literal {
    ($type:ty, $literal:expr) => {{
        const VALUE: $type = <$type>::from_static($literal);
        VALUE
    }};
}

/// A [`Name`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! name {
    ($literal:expr) => {
        $crate::literal!($crate::Name, $literal)
    };
}

/// A [`Host`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! host {
    ($literal:expr) => {
        $crate::literal!($crate::Host, $literal)
    };
}

/// A [`LabelKey`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! label_key {
    ($literal:expr) => {
        $crate::literal!($crate::LabelKey, $literal)
    };
}

/// An [`AbsolutePath`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! path {
    ($literal:expr) => {
        $crate::literal!($crate::AbsolutePath, $literal)
    };
}

/// A [`RelativePath`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! relative_path {
    ($literal:expr) => {
        $crate::literal!($crate::RelativePath, $literal)
    };
}

/// A [`GitUrl`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! git_url {
    ($literal:expr) => {
        $crate::literal!($crate::GitUrl, $literal)
    };
}

/// A [`GitBranch`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! git_branch {
    ($literal:expr) => {
        $crate::literal!($crate::GitBranch, $literal)
    };
}

/// A [`UrlPath`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! url_path {
    ($literal:expr) => {
        $crate::literal!($crate::UrlPath, $literal)
    };
}

/// A [`Repository`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! repository {
    ($literal:expr) => {
        $crate::literal!($crate::Repository, $literal)
    };
}

/// A [`Tag`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! tag {
    ($literal:expr) => {
        $crate::literal!($crate::Tag, $literal)
    };
}

/// A [`Digest`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! digest {
    ($literal:expr) => {
        $crate::literal!($crate::Digest, $literal)
    };
}

/// An [`AccountId`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! account_id {
    ($literal:expr) => {
        $crate::literal!($crate::AccountId, $literal)
    };
}

/// A [`Region`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! region {
    ($literal:expr) => {
        $crate::literal!($crate::Region, $literal)
    };
}

/// A [`ChartVersion`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! chart_version {
    ($literal:expr) => {
        $crate::literal!($crate::ChartVersion, $literal)
    };
}

/// A [`Cidr`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! cidr {
    ($literal:expr) => {
        $crate::literal!($crate::Cidr, $literal)
    };
}

/// A [`SecretsManagerName`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! secrets_manager_name {
    ($literal:expr) => {
        $crate::literal!($crate::SecretsManagerName, $literal)
    };
}

/// A [`LogGroup`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! log_group {
    ($literal:expr) => {
        $crate::literal!($crate::LogGroup, $literal)
    };
}

/// An [`EmailAddress`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! email_address {
    ($literal:expr) => {
        $crate::literal!($crate::EmailAddress, $literal)
    };
}

/// A [`SecretDataKey`] from a literal, checked when it is compiled.
#[macro_export]
macro_rules! secret_data_key {
    ($literal:expr) => {
        $crate::literal!($crate::SecretDataKey, $literal)
    };
}

/// A plain environment variable: `plain!("DB_CONNECTION", "mysql")`.
///
/// The name is checked when it is compiled: one that says password, secret, token, credential or key is refused.
#[macro_export]
macro_rules! plain {
    ($name:expr, $value:expr) => {
        $crate::Variable::plain($crate::literal!($crate::PlainVariableName, $name), $value)
    };
}
