//! Istio's CRDs and the webhook that validates its custom resources.

use helm_values::{HelmChart, base as chart};
use k8s_openapi::api::{admissionregistration::v1 as admission, core::v1 as core};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{Bundle, GroupKind};
use manifests_lib::name;

use super::istiod;
use super::parts::{Revisions, validating_webhooks};

pub(super) fn add(base: &Bundle, revisions: &Revisions) {
    base.chart(Chart {
        release: name!("istio-base"),
        values: chart::Values::with(|values| {
            values.default_revision = Some(istiod::stable_revision(revisions));
        }),
        kinds: vec![
            GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
            GroupKind::of::<core::ServiceAccount>(),
        ],
        crd_groups: vec![
            "extensions.istio.io",
            "networking.istio.io",
            "security.istio.io",
            "telemetry.istio.io",
        ],
    });
    base.ignore_difference(validating_webhooks());
}
