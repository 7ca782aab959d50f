//! Fluent bit: a Helm chart.

use helm_values::{HelmChart, fluent_bit as chart};
use k8s_openapi::api::core::v1 as core;
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::prelude::*;

use super::shared::Infra;

/// Its namespace, outside the mesh.
const NAMESPACE: Namespace = Namespace::new(name!("fluent-bit"));

pub(crate) fn bundle(infra: &Infra) {
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    let fluent_bit = infra.bundle(name!("fluent-bit"), &NAMESPACE);
    fluent_bit.chart(Chart {
        release: name!("fluent-bit"),
        values: chart::Values::with(|values| values.metrics_port = Some(2020)),
        kinds: vec![GroupKind::of::<core::ConfigMap>()],
        crd_groups: vec![],
    });
}
