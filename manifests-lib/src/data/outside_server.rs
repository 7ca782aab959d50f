//! Servers with data of one's own outside the cluster, known to the mesh by name.

use custom_resources::istio::networking::v1 as networking;

use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::facts::Facts;
use crate::model::origin::Origin;
use crate::network::mesh::{self, ConnectionFact};
use crate::network::protocol::Tcp;
use crate::outside::{DatabaseOutside, Literal};
use crate::values::Port;

/// A server with data of one's own outside the cluster. Becomes a ServiceEntry that only the own namespace sees, where
/// there is a mesh.
pub(crate) struct OutsideServer {
    pub(crate) component: Component,
    pub(crate) origin: Origin,
    pub(crate) port: Port,
    pub(crate) host: String,
    /// The line that names the server.
    pub(crate) literal: Option<Origin>,
}

impl Part for OutsideServer {
    fn declare(&self, declared: &mut Facts) {
        declared.push(ConnectionFact {
            host: self.host.clone(),
            port: self.port,
            from: self.component.bundle.namespace.clone(),
            origin: self.origin,
        });
    }

    fn build(&self, output: &mut Output<'_>) {
        Literal::tell(output.facts, &self.host, self.literal, self.origin);
        output.facts.push(DatabaseOutside { host: self.host.clone(), origin: self.origin });
        if !output.conventions.has_mesh() {
            return;
        }
        let from = &self.component.bundle.namespace;
        output.errors.extend(ConnectionFact::indistinct(output.declared, |fact| {
            fact.host == self.host && fact.from == *from && fact.origin == self.origin
        }));
        output.add(
            self.origin,
            networking::ServiceEntry {
                metadata: self.component.metadata("service-entry"),
                spec: mesh::external_service::<Tcp>(
                    &self.host,
                    self.port,
                    self.component.bundle.name.as_str(),
                    mesh::own_namespace(),
                ),
            },
        );
    }
}
