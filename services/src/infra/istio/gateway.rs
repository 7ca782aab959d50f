//! The gateways: standalone proxies, whose image the control plane's webhook fills in.

use std::collections::BTreeMap;

use helm_values::{HelmChart, gateway as chart};
use k8s_openapi::api::{
    apps::v1 as apps, core::v1 as core, policy::v1 as policy, rbac::v1 as rbac,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::check::CheckRule;
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind};
use manifests_lib::network::mesh::{EgressGatewaySpec, Exposure, IngressGatewaySpec};
use manifests_lib::observability::Prometheus;
use manifests_lib::values::Name;
use manifests_lib::workload::{runtime_default_seccomp, spread};

use super::parts::{EGRESS, INGRESS};
use crate::node_group;

pub(super) fn add_ingress(
    ingress: &Bundle,
    replicas: u16,
    exposure: Exposure,
    prometheus: &Prometheus,
) {
    let pods = Pods { selector: &INGRESS.selector, replicas, exposure: Some(&exposure) };
    add(ingress, &INGRESS.name, &pods);
    let gateway =
        ingress.ingress_gateway(IngressGatewaySpec { gateway: &INGRESS, exposure, prometheus });
    gateway.accept::<core::Service>(
        CheckRule::PORT_OF_ONE_ENVIRONMENT,
        "15021 tells in the cluster whether it is ready; a port of every node for that would be open to everybody",
    );
}

pub(super) fn add_egress(egress: &Bundle, replicas: u16, prometheus: &Prometheus) {
    let pods = Pods { selector: &EGRESS.selector, replicas, exposure: None };
    add(egress, &EGRESS.name, &pods);
    egress.egress_gateway(EgressGatewaySpec { gateway: &EGRESS, prometheus });
}

/// The pods of a gateway.
struct Pods<'a> {
    selector: &'a Name,
    replicas: u16,
    /// From where requests come into the mesh, if they do.
    exposure: Option<&'a Exposure>,
}

fn add(bundle: &Bundle, name: &Name, pods: &Pods<'_>) {
    let mut kinds =
        vec![GroupKind::of::<apps::Deployment>(), GroupKind::of::<core::ServiceAccount>()];
    if pods.replicas > 1 {
        kinds.push(GroupKind::of::<policy::PodDisruptionBudget>());
    }
    if pods.has_certificate() {
        kinds.push(GroupKind::of::<rbac::Role>());
        kinds.push(GroupKind::of::<rbac::RoleBinding>());
    }
    bundle.chart(Chart { release: name.clone(), values: pods.values(), kinds, crd_groups: vec![] });
}

/// How long a proxy that is stopped answers requests which still come: until every sender knows that its pod has gone.
const DRAIN: &str = "20s";

impl Pods<'_> {
    fn has_certificate(&self) -> bool {
        matches!(self.exposure, Some(Exposure::ApiGateway { .. }))
    }

    /// The proxies' own part of the mesh's configuration.
    ///
    /// Upstream: <https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig>
    fn proxy_config(&self) -> String {
        let trusted_proxies = self.exposure.map_or(0, Exposure::trusted_proxies);
        format!(
            r#"{{"gatewayTopology":{{"numTrustedProxies":{trusted_proxies}}},"terminationDrainDuration":"{DRAIN}"}}"#
        )
    }

    fn values(&self) -> chart::Values {
        let &Self { selector, replicas, .. } = self;
        let pods = BTreeMap::from([("istio".to_owned(), selector.to_string())]);
        chart::Values::with(|values| {
            values.labels = Some(pods.clone());
            values.pod_annotations =
                Some(BTreeMap::from([("proxy.istio.io/config".to_owned(), self.proxy_config())]));
            values.node_selector = Some(node_group::INGRESS.node_selector());
            values.autoscaling.enabled = Some(false);
            values.replica_count = Some(replicas.into());
            if replicas > 1 {
                values.pod_disruption_budget.max_unavailable = Some(IntOrString::Int(1));
                values.topology_spread_constraints = Some(spread(&pods));
            }
            values.security_context = Some(core::PodSecurityContext {
                seccomp_profile: Some(runtime_default_seccomp()),
                // Lets the proxy bind ports below 1024 without a capability.
                sysctls: Some(vec![core::Sysctl {
                    name: "net.ipv4.ip_unprivileged_port_start".to_owned(),
                    value: "0".to_owned(),
                }]),
                ..core::PodSecurityContext::default()
            });
            // The control plane hands a certificate to proxies only that may read the Secrets of their namespace.
            values.rbac.enabled = Some(self.has_certificate());
            // The bundle adds the Service itself, with the ports that routes open.
            values.service.type_ = Some("None".to_owned());
        })
    }
}
