//! What the values of all parts of the chart share.

use k8s_openapi::api::core::v1 as core;
use manifests_lib::model::Namespace;
use manifests_lib::observability::WebUiHandle;
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;
use manifests_lib::workload::volume_claim;

use crate::site::Site;

/// Namespace of all but the node exporter.
pub(super) const NAMESPACE: Namespace = Namespace::new(name!("prometheus"));

/// Namespace of the node exporter, apart from what holds credentials and alerts.
pub(super) const NODE_EXPORTER: Namespace = Namespace::new(name!("node-exporter"));

/// The inputs of the values of all parts of the chart.
pub(super) struct Context<'a> {
    pub(super) site: &'a Site,
    pub(super) bundle: &'a Bundle,
    pub(super) prometheus: WebUiHandle,
    pub(super) alertmanager: WebUiHandle,
    pub(super) grafana: WebUiHandle,
}

/// Claim template for the volume of one pod, in the form that the operator takes.
pub(super) fn claim(storage_class: &Name, size: Bytes) -> core::PersistentVolumeClaimTemplate {
    core::PersistentVolumeClaimTemplate { metadata: None, spec: volume_claim(size, storage_class) }
}

/// 20 millicores and this much memory, for a process that has little to do.
pub(super) fn low_cpu(memory: Bytes) -> Resources {
    Resources { cpu: millicores(20), memory }
}
