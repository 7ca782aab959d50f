//! What makes an object the same object for the API server.

use std::fmt;

/// Group, kind, namespace and name; the version is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind, such as `Deployment`.
    pub kind: String,
    /// Namespace; absent for what belongs to the whole cluster.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Identity {
    /// An object of the core group or another one.
    #[must_use]
    pub fn new(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }
}

/// `Deployment.apps shop/cart`, as `kubectl` takes kinds.
impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, kind, namespace, name } = self;
        formatter.write_str(kind)?;
        if !group.is_empty() {
            write!(formatter, ".{group}")?;
        }
        match namespace {
            Some(namespace) => write!(formatter, " {namespace}/{name}"),
            None => write!(formatter, " {name}"),
        }
    }
}
