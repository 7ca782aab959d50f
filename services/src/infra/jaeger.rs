//! Jaeger: stores and shows the traces that the proxies of the mesh send.

use helm_values::{HelmChart, jaeger as chart};
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core};
use manifests_lib::delivery::{Chart, content_digest};
use manifests_lib::label_key;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity, named};
use manifests_lib::network::gateway_api::InternalAccess;
use manifests_lib::network::{ServiceRef, ToolService, network_policy};
use manifests_lib::observability::{
    MonitoredPods, PodMonitor, WebUiHandle, WebUiRequests, WebUiSpec, pod_metrics_port,
};
use manifests_lib::prelude::*;
use manifests_lib::values::Bytes;
use manifests_lib::workload::{restricted_security_context, volume_claim};
use serde_json::json;

use super::shared::Infra;
use crate::node_group;
use crate::site::Site;

/// Jaeger's namespace: outside the mesh, so that its own requests produce no traces.
const NAMESPACE: Namespace = Namespace::new(name!("jaeger"));

/// Port for traces: OTLP over gRPC.
const COLLECTOR: Port = port!(4317);

/// Port of the web UI and of the API that Kiali reads.
const QUERY: Port = port!(16686);

/// Port of Jaeger's own metrics.
const METRICS: Port = port!(8888);

/// Port that the chart's probes call.
const HEALTH: Port = port!(13133);

/// Name of the Helm release and of all objects.
const RELEASE: Name = name!("jaeger");

/// Mount path of the volume.
const DATA: &str = "/badger";

/// What differs between environments: how long traces are kept, on a volume with an embedded Badger database. Badger has a single
/// writer: Jaeger is one pod, which is down for a moment when it is replaced. Proxies drop traces that they cannot send.
///
/// Upstream: <https://www.jaegertracing.io/docs/latest/storage/badger/>
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long traces are kept, in hours.
    pub hours: u16,
    /// Size of the volume: `gibibytes(5)`.
    pub size: Bytes,
}

/// Jaeger's handles for other modules.
pub(crate) struct Jaeger {
    /// Endpoint that proxies send traces to.
    pub(crate) collector: ServiceRef,
    /// The web UI, and the API that Kiali reads.
    pub(crate) web_ui: WebUiHandle,
}

pub(crate) fn bundle(
    infra: &Infra,
    site: &Site,
    settings: Settings,
    internal: &InternalAccess,
    prometheus: &Prometheus,
) -> Jaeger {
    let Settings { hours, size } = settings;
    infra.namespace(&NAMESPACE, PodSecurity::Restricted);
    let jaeger = infra.bundle(name!("jaeger"), &NAMESPACE);
    jaeger.chart(Chart {
        release: RELEASE,
        values: values(hours),
        kinds: vec![
            GroupKind::of::<apps::Deployment>(),
            GroupKind::of::<core::ConfigMap>(),
            GroupKind::of::<core::Service>(),
            GroupKind::of::<core::ServiceAccount>(),
        ],
        crd_groups: vec![],
    });
    jaeger.add(core::PersistentVolumeClaim {
        metadata: named(RELEASE),
        spec: Some(volume_claim(size, &site.storage_class)),
        status: None,
    });

    let pods = jaeger.tool_pods(&network_policy::INSTANCE, &RELEASE);
    prometheus.scrapes(&pods, METRICS);
    prometheus.pod_monitor(PodMonitor {
        name: name!("jaeger"),
        pods: MonitoredPods::Labelled(
            &NAMESPACE,
            label_key!("app.kubernetes.io/instance"),
            RELEASE,
        ),
        // The chart gives its ports no names.
        endpoint: pod_metrics_port(METRICS),
    });
    let port = |port| pods.port(ToolService { name: RELEASE, port, target_port: port });
    Jaeger {
        collector: port(COLLECTOR).open_to_mesh(),
        web_ui: internal.web_ui(WebUiSpec {
            name: name!("jaeger"),
            port: &port(QUERY),
            requests: WebUiRequests::Reads,
            local_port: port!(8081),
        }),
    }
}

fn values(hours: u16) -> chart::Values {
    chart::Values::with(|values| {
        values.jaeger.replicas = Some(1);
        // The old pod must close the database before the new one opens it.
        values.jaeger.strategy = Some(apps::DeploymentStrategy {
            type_: Some("Recreate".to_owned()),
            rolling_update: None,
        });
        values.jaeger.node_selector = Some(node_group::SYSTEM.node_selector());
        // Not measured, and neither chart nor documentation has a number: Badger maps its tables into memory.
        let resources = Resources { cpu: millicores(100), memory: mebibytes(256) };
        let resources = resources.of_go_up_to(mebibytes(1024));
        values.jaeger.resources = Some(resources.requirements());
        values.jaeger.security_context = Some(restricted_security_context());
        values.jaeger.service_account.automount_service_account_token = Some(false);
        values.jaeger.extra_volumes = Some(vec![core::Volume {
            name: "traces".to_owned(),
            persistent_volume_claim: Some(core::PersistentVolumeClaimVolumeSource {
                claim_name: RELEASE.to_string(),
                read_only: None,
            }),
            ..core::Volume::default()
        }]);
        values.jaeger.extra_volume_mounts = Some(vec![core::VolumeMount {
            name: "traces".to_owned(),
            mount_path: DATA.to_owned(),
            ..core::VolumeMount::default()
        }]);
        let configuration = configuration(hours);
        values.jaeger.extra_env = Some(vec![
            resources.variable(),
            // The chart restarts no pod when the configuration changes, and mounts it in a way that it stays as it was.
            core::EnvVar {
                name: "CONFIGURATION_SHA256".to_owned(),
                value: Some(content_digest(&configuration)),
                value_from: None,
            },
        ]);
        values.userconfig = Some(configuration);
    })
}

/// Configuration of the single process that collects, stores and shows traces.
///
/// Upstream: <https://www.jaegertracing.io/docs/latest/deployment/configuration/>
fn configuration(hours: u16) -> serde_json::Value {
    let listen = |port: Port| json!({ "endpoint": format!("0.0.0.0:{port}") });
    json!({
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["batch"],
                    "exporters": ["jaeger_storage_exporter"],
                },
            },
            "telemetry": {
                "resource": { "service.name": "jaeger" },
                "metrics": {
                    "level": "normal",
                    "readers": [{
                        "pull": {
                            "exporter": {
                                "prometheus": { "host": "0.0.0.0", "port": METRICS.number() },
                            },
                        },
                    }],
                },
            },
        },
        "extensions": {
            "healthcheckv2": { "use_v2": true, "http": listen(HEALTH) },
            "jaeger_query": {
                "storage": { "traces": "badger" },
                "http": listen(QUERY),
            },
            "jaeger_storage": {
                "backends": {
                    "badger": {
                        "badger": {
                            "directories": {
                                "keys": format!("{DATA}/keys"),
                                "values": format!("{DATA}/values"),
                            },
                            "ephemeral": false,
                            "ttl": { "spans": format!("{hours}h") },
                        },
                    },
                },
            },
        },
        "receivers": {
            "otlp": { "protocols": { "grpc": listen(COLLECTOR) } },
        },
        "processors": { "batch": {} },
        "exporters": {
            "jaeger_storage_exporter": { "trace_storage": "badger" },
        },
    })
}
