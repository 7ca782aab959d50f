//! Services that charts and operators make, as others refer to them.

use crate::model::namespace::Namespace;
use crate::values::{Name, Port};

/// A Service that a chart or an operator makes. Only what admits its callers hands one out, such as
/// [`ToolPods::calls`](super::ToolPods::calls): an address that nobody admits cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRef {
    pub(crate) name: Name,
    pub(crate) namespace: Namespace,
    pub(crate) port: Port,
}

impl ServiceRef {
    /// Name of the Service.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Where it lives.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Port that it listens on.
    #[must_use]
    pub fn port(&self) -> Port {
        self.port
    }

    /// The host that every pod of the cluster resolves: `<name>.<namespace>.svc.cluster.local`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("{}.{}.svc.cluster.local", self.name, self.namespace)
    }

    /// `<host>:<port>`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}:{}", self.host(), self.port)
    }

    /// `http://<host>:<port>`.
    #[must_use]
    pub fn http_url(&self) -> String {
        format!("http://{}", self.address())
    }
}
