//! What a proxy knows of the mesh: what its component has declared, and nothing else.

use std::collections::BTreeSet;

use custom_resources::istio::networking::v1 as networking;

use crate::model::bundle::Output;
use crate::model::component::Component;
use crate::model::label::Labels;
use crate::model::namespace::Namespace;
use crate::model::origin::Origin;
use crate::network::outbound::MeshHost;

/// How the mesh writes that nothing is known.
const NOTHING: &str = "~/*";

/// Lets the proxies of these pods know these hosts alone: under the outbound traffic policy `REGISTRY_ONLY`, requests to all others end
/// in the proxy.
///
/// Becomes a Sidecar, where there is a mesh.
///
/// Upstream: <https://istio.io/latest/docs/reference/config/networking/sidecar/>
pub(crate) fn limit_proxy(
    output: &mut Output<'_>,
    origin: Origin,
    component: &Component,
    pods: Labels,
    hosts: &BTreeSet<MeshHost>,
) {
    if !output.conventions.has_mesh() {
        return;
    }
    let own = &component.bundle.namespace;
    let known: BTreeSet<_> = hosts.iter().map(|host| host.seen_from(own)).collect();
    let known =
        if known.is_empty() { vec![NOTHING.to_owned()] } else { known.into_iter().collect() };
    output.add(
        origin,
        networking::Sidecar {
            metadata: component.metadata("sidecar"),
            spec: Some(networking::SidecarSpec {
                egress: Some(vec![networking::SidecarEgress { hosts: known }]),
                workload_selector: Some(networking::WorkloadSelector { labels: Some(pods) }),
            }),
        },
    );
}

impl MeshHost {
    /// `<namespace>/<host>`; a dot stands for the own namespace.
    fn seen_from(&self, own: &Namespace) -> String {
        let Self { namespace, host } = self;
        if namespace == own { format!("./{host}") } else { format!("{namespace}/{host}") }
    }
}
