//! Services that charts and operators make, as others refer to them.

use crate::model::namespace::Namespace;
use crate::values::{Name, Port};

/// A Service that a chart or an operator makes: name, namespace and port stand once, beside the chart's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRef {
    /// Name of the Service.
    pub name: Name,
    /// Where it lives.
    pub namespace: Namespace,
    /// Port that it listens on.
    pub port: Port,
}

impl ServiceRef {
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
