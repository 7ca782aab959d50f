//! The CRDs of Istio and the webhook that checks objects of their kinds.

use helm_values::{HelmChart, base as chart};
use k8s_openapi::api::{admissionregistration::v1 as admission, core::v1 as core};
use manifests_lib::{Bundle, Chart, Kind, name};

use super::{SYSTEM, istiod, validating_webhooks};
use crate::environment::Environment;

pub(super) fn bundle(env: &Environment) -> Bundle {
    let base = Bundle::new(name!("istio-base"), &SYSTEM, &env.name);
    base.chart(Chart {
        release: name!("istio-base"),
        values: chart::Values::with(|values| {
            values.default_revision = Some(istiod::stable_revision(&env.mesh.revisions));
        }),
        kinds: vec![
            Kind::of::<admission::ValidatingWebhookConfiguration>(),
            Kind::of::<core::ServiceAccount>(),
        ],
        installs: vec![
            "extensions.istio.io",
            "networking.istio.io",
            "security.istio.io",
            "telemetry.istio.io",
        ],
    });
    base.ignore_difference(validating_webhooks());
    base
}
