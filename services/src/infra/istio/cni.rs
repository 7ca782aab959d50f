//! The CNI plugin that redirects the traffic of meshed pods to their proxies. Without it, every pod would need an init
//! container with `NET_ADMIN`, which Pod Security rejects from `baseline` on.

use helm_values::{HelmChart, cni as chart};
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, rbac::v1 as rbac};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind};
use manifests_lib::name;

/// A DaemonSet that writes to `/opt/cni/bin` and `/etc/cni/net.d` of the nodes: the chart's defaults, and the folders that
/// containerd reads on Minikube and on EKS.
pub(super) fn add(cni: &Bundle) {
    cni.chart(Chart {
        release: name!("istio-cni"),
        values: chart::Values::with(|values| {
            // The field of the security context does the same; the annotation is only needed before Kubernetes 1.30.
            values.use_app_armor_annotation = Some(false);
        }),
        kinds: vec![
            GroupKind::of::<apps::DaemonSet>(),
            GroupKind::of::<core::ConfigMap>(),
            GroupKind::of::<core::ServiceAccount>(),
            GroupKind::of::<rbac::ClusterRole>(),
            GroupKind::of::<rbac::ClusterRoleBinding>(),
        ],
        crd_groups: vec![],
    });
}
