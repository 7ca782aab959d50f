//! The gateways: standalone proxies, whose image the control plane's webhook fills in.

use std::collections::BTreeMap;

use helm_values::{HelmChart, gateway as chart};
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, policy::v1 as policy};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind};
use manifests_lib::network::mesh::{Exposure, GatewayService};
use manifests_lib::values::Name;
use manifests_lib::workload::{runtime_default_seccomp, spread};

use super::parts::{EGRESS, INGRESS};
use crate::node_group;

pub(super) fn add_ingress(ingress: &Bundle, replicas: u16, exposure: Exposure) {
    add(ingress, &INGRESS.name, &INGRESS.selector, replicas);
    ingress.gateway_service(GatewayService { gateway: &INGRESS, exposure });
}

pub(super) fn add_egress(egress: &Bundle, replicas: u16) {
    add(egress, &EGRESS.name, &EGRESS.selector, replicas);
    egress.egress_gateway_service(&EGRESS);
}

fn add(bundle: &Bundle, name: &Name, selector: &Name, replicas: u16) {
    let mut kinds =
        vec![GroupKind::of::<apps::Deployment>(), GroupKind::of::<core::ServiceAccount>()];
    if replicas > 1 {
        kinds.push(GroupKind::of::<policy::PodDisruptionBudget>());
    }
    bundle.chart(Chart {
        release: name.clone(),
        values: values(selector, replicas),
        kinds,
        crd_groups: vec![],
    });
}

fn values(selector: &Name, replicas: u16) -> chart::Values {
    let pods = BTreeMap::from([("istio".to_owned(), selector.to_string())]);
    chart::Values::with(|values| {
        values.labels = Some(pods.clone());
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
        // These rights are for reading certificates from Secrets; no Gateway refers to one.
        values.rbac.enabled = Some(false);
        // The bundle adds the Service itself, with the ports that routes open.
        values.service.type_ = Some("None".to_owned());
    })
}
