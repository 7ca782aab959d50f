//! The control plane.

use std::collections::BTreeMap;

use custom_resources::istio::telemetry::v1 as telemetry;
use helm_values::{HelmChart, istiod as chart};
use k8s_openapi::api::{
    admissionregistration::v1 as admission, apps::v1 as apps, core::v1 as core,
    policy::v1 as policy, rbac::v1 as rbac,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use manifests_lib::{
    Bundle, Chart, ChartHandle, ChartVersion, Kind, mebibytes, millicores, name, spread,
};

use super::{REVISION, Revisions, SYSTEM, mutating_webhooks, validating_webhooks};
use crate::environment::Environment;
use crate::infra::jaeger;
use crate::node_group;

/// The release that the type of the values comes from.
const TYPED: ChartVersion = ChartVersion::from_static(chart::Values::VERSION);

/// Name by which the Telemetry object finds the collector of traces.
const TRACES: &str = "jaeger";

/// The control plane of all pods that do not ask for another one.
pub(super) fn stable(env: &Environment) -> Bundle {
    let istiod = Bundle::new(name!("istio-istiod"), &SYSTEM, &env.name);
    let tags = vec![REVISION.to_string()];
    let revision = stable_revision(&env.mesh.revisions);
    let source = add(&istiod, values(env, revision, tags), env.mesh.replicas);
    if let Revisions::Canary { stable } = &env.mesh.revisions {
        source.release(stable);
    }
    // Its own webhook checks the object, also while it is not there yet: where an older control plane made the webhook strict.
    istiod.add(trace_everything()).after_the_rest();
    istiod
}

/// The control plane of the pods that ask for its revision.
pub(super) fn canary(env: &Environment) -> Option<Bundle> {
    let Revisions::Canary { .. } = env.mesh.revisions else {
        return None;
    };
    let name = name!("istio-istiod").of_version(&TYPED);
    let istiod = Bundle::new(name, &SYSTEM, &env.name);
    let values = values(env, TYPED.dashed(), vec![]);
    add(&istiod, values, env.mesh.replicas);
    Some(istiod)
}

/// The revision of the stable control plane.
pub(super) fn stable_revision(revisions: &Revisions) -> String {
    match revisions {
        Revisions::Stable => TYPED.dashed(),
        Revisions::Canary { stable } => stable.dashed(),
    }
}

fn add(istiod: &Bundle, values: chart::Values, replicas: u16) -> ChartHandle {
    let mut kinds = vec![
        Kind::of::<admission::MutatingWebhookConfiguration>(),
        Kind::of::<admission::ValidatingWebhookConfiguration>(),
        Kind::of::<apps::Deployment>(),
        Kind::of::<core::ConfigMap>(),
        Kind::of::<core::Service>(),
        Kind::of::<core::ServiceAccount>(),
        Kind::of::<rbac::ClusterRole>(),
        Kind::of::<rbac::ClusterRoleBinding>(),
        Kind::of::<rbac::Role>(),
        Kind::of::<rbac::RoleBinding>(),
    ];
    if replicas > 1 {
        kinds.push(Kind::of::<policy::PodDisruptionBudget>());
    }
    let source = istiod.chart(Chart {
        // The same for every revision: it is a label of the pods, which must not restart when a canary becomes the stable one.
        release: name!("istiod"),
        values,
        kinds,
        installs: vec![],
    });
    istiod.ignore_difference(mutating_webhooks());
    istiod.ignore_difference(validating_webhooks());
    // Proxies of the old revision run on until their pods have been restarted.
    istiod.keep();
    istiod.take_over();
    source
}

fn values(env: &Environment, revision: String, tags: Vec<String>) -> chart::Values {
    let pods = BTreeMap::from([
        ("app".to_owned(), "istiod".to_owned()),
        ("istio.io/rev".to_owned(), revision.clone()),
    ]);
    chart::Values::with(|values| {
        values.revision = Some(revision);
        values.revision_tags = Some(tags);
        values.autoscale_enabled = Some(false);
        values.replica_count = Some(env.mesh.replicas.into());
        values.topology_spread_constraints = (env.mesh.replicas > 1).then(|| spread(&pods));
        values.node_selector = Some(node_group::SYSTEM.node_selector());
        values.resources = Some(core::ResourceRequirements {
            requests: Some(BTreeMap::from([
                ("cpu".to_owned(), millicores(100).into()),
                ("memory".to_owned(), mebibytes(256).into()),
            ])),
            limits: Some(BTreeMap::from([("memory".to_owned(), mebibytes(1024).into())])),
            claims: None,
        });
        values.seccomp_profile = Some(default_seccomp());
        values.cni.enabled = Some(true);
        values.env = Some(BTreeMap::from(
            // Gateways of the Gateway API are another tool's: the right to create Deployments in every namespace goes with it.
            [
                "PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER",
                "PILOT_ENABLE_GATEWAY_API_GATEWAYCLASS_CONTROLLER",
            ]
            .map(|name| (name.to_owned(), "false".to_owned())),
        ));
        // What no Service and no ServiceEntry names is not reached.
        values.mesh_config.outbound_traffic_policy.mode = Some("REGISTRY_ONLY".to_owned());
        values.mesh_config.access_log_file = Some("/dev/stdout".to_owned());
        values.mesh_config.extension_providers = Some(vec![traces()]);
        values.global.proxy.seccomp_profile = Some(default_seccomp());
    })
}

fn traces() -> chart::MeshConfigExtensionProvider {
    chart::MeshConfigExtensionProvider {
        name: Some(TRACES.to_owned()),
        // A pod without a proxy: proxies send to it in plain text by themselves.
        opentelemetry: Some(chart::MeshConfigExtensionProviderOpentelemetry {
            service: Some(jaeger::COLLECTOR.host()),
            port: Some(jaeger::COLLECTOR.port.into()),
            ..chart::MeshConfigExtensionProviderOpentelemetry::default()
        }),
        ..chart::MeshConfigExtensionProvider::default()
    }
}

/// Every request of every proxy becomes a trace: in the namespace of the control plane, the object holds for the whole mesh.
///
/// Upstream: <https://istio.io/latest/docs/tasks/observability/distributed-tracing/telemetry-api/>
fn trace_everything() -> telemetry::Telemetry {
    telemetry::Telemetry {
        metadata: ObjectMeta { name: Some("traces".to_owned()), ..ObjectMeta::default() },
        spec: Some(telemetry::TelemetrySpec {
            tracing: Some(vec![telemetry::TelemetryTracing {
                providers: Some(vec![telemetry::ProviderRef { name: TRACES.to_owned() }]),
                random_sampling_percentage: Some(100.0),
                ..telemetry::TelemetryTracing::default()
            }]),
            ..telemetry::TelemetrySpec::default()
        }),
    }
}

/// The container runtime's own filter of system calls.
pub(super) fn default_seccomp() -> core::SeccompProfile {
    core::SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }
}
