//! Services that charts and operators make, as others refer to them.

use crate::model::conventions::Conventions;
use crate::model::namespace::Namespace;
use crate::values::{Name, Port};

/// A Service that a chart or an operator makes. Only what admits its callers hands one out, such as
/// [`ToolPods::calls`](super::ToolPods::calls): an address that nobody admits cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRef {
    pub(crate) name: Name,
    pub(crate) namespace: Namespace,
    /// `<name>.<namespace>.svc.<domain of the cluster>`.
    pub(crate) host: String,
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

    /// The host that every pod of the cluster resolves: `<name>.<namespace>.svc.<domain of the cluster>`.
    #[must_use]
    pub fn host(&self) -> String {
        self.host.clone()
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

/// A port of a Service. No function of the type, which the compiler would advise whoever writes one out.
pub(crate) fn service_ref(
    name: Name,
    namespace: Namespace,
    port: Port,
    conventions: &Conventions,
) -> ServiceRef {
    let host = conventions.host(&name, &namespace);
    ServiceRef { name, namespace, host, port }
}
