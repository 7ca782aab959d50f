//! Text that cannot be wrong: each type holds only what the Kubernetes API server, Istio or a registry accepts.
//!
//! A literal goes through the macro of its type ([`name!`](crate::name!), [`tag!`](crate::tag!), …) and is checked when it
//! is compiled. Text that comes from elsewhere goes through `new`, which returns an error.

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

/// A type of text; with `($) name`, the macro `name!` for its literals too.
///
/// The value of a literal is a const item, so that a bad one is an error in the editor and in `cargo check`. Each macro writes it out:
/// a macro for all of them would be named in every error.
macro_rules! text_type {
    ($(#[$documentation:meta])* $type:ident, $check:path, $rule:literal $(, ($d:tt) $macro:ident)?) => {
        $(#[$documentation])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($crate::values::text::Text);

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
                Self($crate::values::text::Text::literal(text))
            }

            /// Takes text that is only known at run time.
            ///
            /// # Errors
            ///
            /// Where the text breaks the rule of the type.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::values::InvalidText> {
                let text = text.into();
                if $check(text.as_bytes()) {
                    Ok(Self($crate::values::text::Text::computed(text)))
                } else {
                    Err($crate::values::InvalidText { text, rule: $rule })
                }
            }

            /// The text as it reaches the cluster.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The line of the literal that it is, or was made from; `None` where it never was one.
            #[must_use]
            pub fn origin(&self) -> Option<$crate::model::Origin> {
                self.0.origin()
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({:?})", stringify!($type), self.as_str())
            }
        }

        impl From<&$type> for String {
            fn from(text: &$type) -> Self {
                text.as_str().to_owned()
            }
        }

        $(
            #[doc = concat!(
                "A [`", stringify!($type), "`](crate::values::", stringify!($type), ") from a literal, checked when it is compiled."
            )]
            #[macro_export]
            macro_rules! $macro {
                ($d literal:expr) => {{
                    const VALUE: $crate::values::$type =
                        $crate::values::$type::from_static($d literal);
                    VALUE
                }};
            }
        )?
    };
}

#[macro_use]
mod bytes;
mod written;

#[macro_use]
mod aws;
#[macro_use]
mod fixed_tag;
#[macro_use]
mod git;
#[macro_use]
mod http;
#[macro_use]
pub(crate) mod kubernetes;
#[macro_use]
mod messages;
#[macro_use]
mod minikube;
#[macro_use]
mod registry;
#[macro_use]
mod schedule;
#[macro_use]
mod time_zone;
mod variable;

pub use aws::{
    AccountId, BucketName, EksAddonVersion, IamRoleName, KmsKeyId, LogGroup, Region,
    SecretsManagerName,
};
pub use fixed_tag::FixedTag;
pub use git::{GitBranch, GitCommit, GitUrl, RelativePath};
pub use http::{Cidr, EmailAddress, GrpcMethod, Host, UrlPath};
pub use kubernetes::{AbsolutePath, FileName, LabelKey, Name, PortName, SecretDataKey};
pub use messages::BindingKey;
pub use minikube::MinikubeProfile;
pub use registry::{ChartVersion, PublicImage, Repository, Tag};
pub use schedule::Schedule;
pub use time_zone::TimeZone;
pub use variable::{PlainVariableName, VariableName};

pub(crate) use fixed_tag::fixed_tag as is_fixed_tag;
pub(crate) use variable::says_secret;

use written::Text;
