//! istiod, the control plane.

use std::collections::BTreeMap;

use custom_resources::istio::telemetry::v1 as telemetry;
use helm_values::{HelmChart, istiod as chart};
use k8s_openapi::api::{
    admissionregistration::v1 as admission, apps::v1 as apps, core::v1 as core,
    policy::v1 as policy, rbac::v1 as rbac,
};
use manifests_lib::delivery::{Chart, HelmRelease, SourceHandle};
use manifests_lib::model::{Bundle, GroupKind, named};
use manifests_lib::network::ServiceRef;
use manifests_lib::observability::Prometheus;
use manifests_lib::values::{ChartVersion, Name, mebibytes, millicores};
use manifests_lib::workload::{Resources, runtime_default_seccomp, spread};
use manifests_lib::{label_key, name, port};

use super::parts::{REVISION, Revisions, mutating_webhooks, validating_webhooks};
use crate::node_group;

/// The release that the types of the chart's values come from.
const TYPED: ChartVersion = ChartVersion::from_static(chart::Values::VERSION);

/// Name of the trace collector in the mesh's configuration, which the Telemetry object refers to.
const TRACES: &str = "jaeger";

/// The control plane of all pods that do not select a revision.
pub(super) fn add_stable(
    istiod: &Bundle,
    revisions: &Revisions,
    replicas: u16,
    traces: &ServiceRef,
) {
    let tags = vec![REVISION.to_string()];
    let values = values(stable_revision(revisions), tags, replicas, traces);
    let chart = add(istiod, values, replicas);
    if let Revisions::Canary { stable } = revisions {
        chart.release(stable);
    }
    istiod.add(trace_everything());
    // For every pod of the mesh; gateways choose for each of their ports.
    istiod.strict_mutual_tls();
}

/// Name of the bundle of the canary control plane.
pub(super) fn canary_name() -> Name {
    name!("istio-istiod").of_version(&TYPED)
}

/// The canary: the control plane of the pods that select its revision.
pub(super) fn add_canary(istiod: &Bundle, replicas: u16, traces: &ServiceRef) {
    add(istiod, values(TYPED.dashed(), vec![], replicas, traces), replicas);
}

/// Who reaches the pods of every control plane: proxies for their configuration and certificates, the API server for the webhooks, and
/// Prometheus.
///
/// Upstream: <https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio>
pub(super) fn admit(istiod: &Bundle, prometheus: &Prometheus) {
    let pods = istiod.tool_pods(&label_key!("app"), &name!("istiod"));
    pods.open_to_mesh(port!(15012));
    pods.admit_api_server(port!(15017));
    prometheus.scrapes(&pods, port!(15014));
}

/// The revision of the stable control plane.
pub(super) fn stable_revision(revisions: &Revisions) -> String {
    match revisions {
        Revisions::Stable => TYPED.dashed(),
        Revisions::Canary { stable } => stable.dashed(),
    }
}

fn add(istiod: &Bundle, values: chart::Values, replicas: u16) -> SourceHandle<HelmRelease> {
    let mut kinds = vec![
        GroupKind::of::<admission::MutatingWebhookConfiguration>(),
        GroupKind::of::<admission::ValidatingWebhookConfiguration>(),
        GroupKind::of::<apps::Deployment>(),
        GroupKind::of::<core::ConfigMap>(),
        GroupKind::of::<core::Service>(),
        GroupKind::of::<core::ServiceAccount>(),
        GroupKind::of::<rbac::ClusterRole>(),
        GroupKind::of::<rbac::ClusterRoleBinding>(),
        GroupKind::of::<rbac::Role>(),
        GroupKind::of::<rbac::RoleBinding>(),
    ];
    if replicas > 1 {
        kinds.push(GroupKind::of::<policy::PodDisruptionBudget>());
    }
    let source = istiod.chart(Chart {
        // The same for every revision: it is a label of the pods, which must not restart when a canary becomes stable.
        release: name!("istiod"),
        values,
        kinds,
        crd_groups: vec![],
    });
    istiod.ignore_difference(mutating_webhooks());
    istiod.ignore_difference(validating_webhooks());
    // Proxies of the old revision run on until their pods have been restarted.
    istiod.never_prune();
    istiod.adopt();
    source
}

fn values(
    revision: String,
    tags: Vec<String>,
    replicas: u16,
    collector: &ServiceRef,
) -> chart::Values {
    let pods = BTreeMap::from([
        ("app".to_owned(), "istiod".to_owned()),
        ("istio.io/rev".to_owned(), revision.clone()),
    ]);
    chart::Values::with(|values| {
        values.revision = Some(revision);
        values.revision_tags = Some(tags);
        values.autoscale_enabled = Some(false);
        values.replica_count = Some(replicas.into());
        values.topology_spread_constraints = (replicas > 1).then(|| spread(&pods));
        values.node_selector = Some(node_group::SYSTEM.node_selector());
        // Measured with this platform: 150 MiB.
        let resources = Resources { cpu: millicores(100), memory: mebibytes(256) };
        let resources = resources.of_go_up_to(mebibytes(1024));
        values.resources = Some(resources.requirements());
        values.seccomp_profile = Some(runtime_default_seccomp());
        values.cni.enabled = Some(true);
        // NGINX serves the Gateway API; without these controllers, istiod may not create Deployments in every namespace.
        let controllers = [
            "PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER",
            "PILOT_ENABLE_GATEWAY_API_GATEWAYCLASS_CONTROLLER",
        ]
        .map(|name| (name.to_owned(), "false".to_owned()));
        values.env = Some(controllers.into_iter().chain([resources.entry()]).collect());
        // Only hosts of a Service or ServiceEntry can be reached.
        values.mesh_config.outbound_traffic_policy.mode = Some("REGISTRY_ONLY".to_owned());
        values.mesh_config.access_log_file = Some("/dev/stdout".to_owned());
        values.mesh_config.extension_providers = Some(vec![traces(collector)]);
        values.global.proxy.seccomp_profile = Some(runtime_default_seccomp());
    })
}

fn traces(collector: &ServiceRef) -> chart::MeshConfigExtensionProvider {
    chart::MeshConfigExtensionProvider {
        name: Some(TRACES.to_owned()),
        // The collector's pod has no proxy: proxies send to it in plain text automatically.
        opentelemetry: Some(chart::MeshConfigExtensionProviderOpentelemetry {
            service: Some(collector.host()),
            port: Some(collector.port().into()),
            ..chart::MeshConfigExtensionProviderOpentelemetry::default()
        }),
        ..chart::MeshConfigExtensionProvider::default()
    }
}

/// Traces every request of every proxy: in the namespace of the control plane, the object applies to the whole mesh.
///
/// Upstream: <https://istio.io/latest/docs/tasks/observability/distributed-tracing/telemetry-api/>
fn trace_everything() -> telemetry::Telemetry {
    telemetry::Telemetry {
        metadata: named("traces"),
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
