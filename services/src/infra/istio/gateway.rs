//! The gateways: proxies without a service beside them, whose image and version the control plane's webhook fills in.

use std::collections::BTreeMap;

use helm_values::gateway as chart;
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, policy::v1 as policy};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind};
use manifests_lib::network::mesh::GatewayService;
use manifests_lib::values::Name;
use manifests_lib::workload::spread;

use super::{EGRESS, INGRESS, istiod};
use crate::environment::Environment;
use crate::node_group;

pub(super) fn ingress(env: &Environment) -> Bundle {
    let ingress = Bundle::new(INGRESS.name, &INGRESS.namespace, &env.name);
    add(&ingress, &INGRESS.name, &INGRESS.selector, env.mesh.replicas);
    ingress.gateway_service(GatewayService { gateway: &INGRESS, exposure: env.ingress });
    ingress
}

pub(super) fn egress(env: &Environment) -> Bundle {
    let egress = Bundle::new(EGRESS.name, &EGRESS.namespace, &env.name);
    add(&egress, &EGRESS.name, &EGRESS.selector, env.mesh.replicas);
    egress.egress_gateway_service(&EGRESS);
    egress
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
    chart::Values {
        labels: Some(pods.clone()),
        node_selector: Some(node_group::INGRESS.node_selector()),
        autoscaling: Some(chart::Autoscaling {
            enabled: Some(false),
            ..chart::Autoscaling::default()
        }),
        replica_count: Some(replicas.into()),
        pod_disruption_budget: (replicas > 1).then(|| chart::PodDisruptionBudget {
            max_unavailable: Some(IntOrString::Int(1)),
            ..chart::PodDisruptionBudget::default()
        }),
        topology_spread_constraints: (replicas > 1).then(|| spread(&pods)),
        security_context: Some(core::PodSecurityContext {
            seccomp_profile: Some(istiod::default_seccomp()),
            // Ports below 1024 without a capability.
            sysctls: Some(vec![core::Sysctl {
                name: "net.ipv4.ip_unprivileged_port_start".to_owned(),
                value: "0".to_owned(),
            }]),
            ..core::PodSecurityContext::default()
        }),
        // Certificates in Secrets are read with these rights; no Gateway names one.
        rbac: Some(chart::Rbac { enabled: Some(false) }),
        // The Service comes from what the bundles open.
        service: Some(chart::Service {
            type_: Some("None".to_owned()),
            ..chart::Service::default()
        }),
        ..chart::Values::default()
    }
}
