//! What the values of all parts of the chart have in common.

use k8s_openapi::api::core::v1 as core;
use manifests_lib::model::Namespace;
use manifests_lib::observability::WebUiHandle;
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;
use manifests_lib::workload::volume_claim;

use crate::site::Site;

/// Where all three run.
pub(super) const NAMESPACE: Namespace = Namespace::new(name!("prometheus"));

/// What the values of all parts of the chart need.
pub(super) struct Context<'a> {
    pub(super) site: &'a Site,
    pub(super) bundle: &'a Bundle,
    pub(super) prometheus: WebUiHandle,
    pub(super) alertmanager: WebUiHandle,
    pub(super) grafana: WebUiHandle,
}

/// A volume of the environment's class for one pod, as the operator takes it.
pub(super) fn claim(storage_class: &Name, size: Bytes) -> core::PersistentVolumeClaimTemplate {
    core::PersistentVolumeClaimTemplate { metadata: None, spec: volume_claim(size, storage_class) }
}

/// What a process needs that has little to do.
pub(super) fn small(memory: Bytes) -> core::ResourceRequirements {
    Resources { cpu: millicores(20), memory }.requirements()
}
