//! What leaves the pods of a component: what it has declared, and nothing else, by the network and in its proxy.

use std::collections::BTreeSet;

use k8s_openapi::api::networking::v1 as networking;

use super::mesh;
use super::network_policy::{let_ask_dns, let_out, only_to, range};
use super::tool::Pods;
use crate::model::bundle::Output;
use crate::model::component::Component;
use crate::model::label::{SelectorLabels, matching};
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::values::{Cidr, Port};

/// Where pods of a component send to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Destination {
    /// Who receives it.
    pub(crate) receiver: Receiver,
    /// Where the receiver listens.
    pub(crate) port: Port,
    /// What the proxy has to know to send there.
    pub(crate) hosts: Vec<MeshHost>,
}

/// Who receives what pods send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Receiver {
    /// Pods of the cluster.
    Pods(Pods),
    /// Any of these addresses.
    Range(Cidr),
}

impl Destination {
    /// Whether the host is one of its own.
    pub(crate) fn leads_to(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| is_below(host, &known.host))
    }
}

/// Whether a host is that of a Service, or of one of its pods: those of a StatefulSet have names below it.
pub(crate) fn is_below(host: &str, service: &str) -> bool {
    host.strip_suffix(service).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// A host of the mesh's registry, and the namespace of the Service or ServiceEntry that it is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MeshHost {
    pub(crate) namespace: Namespace,
    pub(crate) host: String,
}

/// A tool that every pod of the mesh sends to by itself, such as the control plane.
#[derive(Clone, Debug)]
pub(crate) struct OpenToMesh(pub(crate) Destination);

/// What leaves pods of this namespace is limited to what is declared.
#[derive(Clone, Debug)]
pub(crate) struct DeniedByDefault {
    pub(crate) namespace: Namespace,
    /// Pods of the Prometheus that reads metrics there.
    pub(crate) scraper: Pods,
}

impl Receiver {
    fn peer(&self) -> networking::NetworkPolicyPeer {
        match self {
            Self::Pods(pods) => pods.peer(),
            Self::Range(addresses) => range(addresses),
        }
    }
}

impl Component {
    /// Lets the pods of the component send there.
    pub(crate) fn sends_to(&self, destination: Destination) {
        self.bundle.send(self.name(), destination);
    }
}

/// Whether pods of the namespace send only to where they have declared.
pub(crate) fn is_denied_by_default(output: &Output<'_>, namespace: &Namespace) -> bool {
    !scrapers_of(output, namespace).is_empty()
}

/// Pods that read metrics in the namespace.
pub(crate) fn scrapers_of(output: &Output<'_>, namespace: &Namespace) -> BTreeSet<Pods> {
    let denied = output.declared.all::<DeniedByDefault>().iter();
    denied.filter(|it| it.namespace == *namespace).map(|it| it.scraper.clone()).collect()
}

/// Limits what leaves the pods of a component, in a namespace that denies by default. The NetworkPolicy is complete in itself: applied
/// before the namespace's own, it cuts nothing that is declared.
pub(crate) fn limit(output: &mut Output<'_>, origin: Origin, component: &Component) {
    let namespace = &component.bundle.namespace;
    if !is_denied_by_default(output, namespace) {
        return;
    }
    let pods = component.selected_by(SelectorLabels::AppComponent);
    let declared = component.bundle.destinations(component.name());
    let tools: BTreeSet<_> =
        output.declared.all::<OpenToMesh>().iter().map(|OpenToMesh(tool)| tool.clone()).collect();
    let destinations = tools.iter().chain(&declared);
    let hosts = destinations.clone().flat_map(|destination| destination.hosts.clone()).collect();
    let rules = destinations.map(|to| let_out(to.receiver.peer(), to.port));
    let rules = [let_ask_dns()].into_iter().chain(rules).collect();
    output.add(
        origin,
        networking::NetworkPolicy {
            metadata: component.metadata("egress-network-policy"),
            spec: Some(only_to(matching(pods.clone()), rules)),
        },
    );
    mesh::limit_proxy(output, origin, component, pods, &hosts);
}
