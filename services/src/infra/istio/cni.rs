//! The network plugin that leads the traffic of meshed pods into their proxies: without it, every pod would need `NET_ADMIN`
//! for its init container, which Pod Security `baseline` refuses.

use helm_values::{HelmChart, cni as chart};
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, rbac::v1 as rbac};
use manifests_lib::{Bundle, Chart, Kind, name};

use super::SYSTEM;
use crate::environment::Environment;

/// A DaemonSet that writes into the nodes' `/opt/cni/bin` and `/etc/cni/net.d`: the chart's defaults, and where containerd
/// reads both on Minikube and on EKS.
pub(super) fn bundle(env: &Environment) -> Bundle {
    let cni = Bundle::new(name!("istio-cni"), &SYSTEM, &env.name);
    cni.chart(Chart {
        release: name!("istio-cni"),
        values: chart::Values::with(|values| {
            // The field of the security context does the same; the annotation is for Kubernetes before 1.30.
            values.use_app_armor_annotation = Some(false);
        }),
        kinds: vec![
            Kind::of::<apps::DaemonSet>(),
            Kind::of::<core::ConfigMap>(),
            Kind::of::<core::ServiceAccount>(),
            Kind::of::<rbac::ClusterRole>(),
            Kind::of::<rbac::ClusterRoleBinding>(),
        ],
        installs: vec![],
    });
    cni
}
