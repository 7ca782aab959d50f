//! Jaeger: keeps the traces that the proxies of the mesh send, and shows them.

use std::collections::BTreeMap;

use helm_values::{HelmChart, jaeger as chart};
use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, networking::v1 as networking};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use manifests_lib::network_policy::{admit, labelled, pods_of};
use manifests_lib::{
    Bundle, Bytes, Chart, Dashboard, Kind, Name, Namespace, Port, Scheme, ToolService, mebibytes,
    millicores, name, port,
};
use serde_json::json;

use super::admission::{internal_gateway, policy};
use super::{kiali, nginx, prometheus};
use crate::environment::Environment;
use crate::node_group;

/// Where Jaeger runs: outside the mesh, so that its own requests make no traces.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("jaeger"));

/// Where proxies send traces: OTLP over gRPC.
pub(crate) const COLLECTOR: ToolService = service(port!(4317));

/// The page, and the API that Kiali reads.
pub(crate) const DASHBOARD: Dashboard = Dashboard {
    name: name!("jaeger"),
    service: service(port!(16686)),
    scheme: Scheme::Http,
    local_port: port!(8081),
};

/// What Jaeger tells Prometheus of itself.
const METRICS: Port = port!(8888);

/// What the chart's probes ask.
const HEALTH: Port = port!(13133);

/// Name of the Helm release, and of all objects.
const RELEASE: Name = name!("jaeger");

/// Where the volume is mounted.
const DATA: &str = "/badger";

/// The volume on which Jaeger keeps traces, in an embedded Badger database. Such a database has one writer: Jaeger is one pod,
/// which is away for a moment when it is replaced. Proxies drop what they cannot send.
///
/// Upstream: <https://www.jaegertracing.io/docs/latest/storage/badger/>
#[derive(Clone, Debug)]
pub struct TraceStorage {
    /// How long a trace is kept, in hours.
    pub hours: u16,
    /// Size of the volume.
    pub size: Bytes,
}

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let jaeger = Bundle::new(name!("jaeger"), &NAMESPACE, &env.name);
    jaeger.chart(Chart {
        release: RELEASE,
        values: values(&env.traces),
        kinds: vec![
            Kind::of::<apps::Deployment>(),
            Kind::of::<core::ConfigMap>(),
            Kind::of::<core::Service>(),
            Kind::of::<core::ServiceAccount>(),
        ],
        installs: vec![],
    });
    jaeger.add(claim(env));
    jaeger.add(network_policy(env));
    nginx::dashboard(env, &jaeger, &DASHBOARD);
    jaeger
}

const fn service(port: Port) -> ToolService {
    ToolService { name: RELEASE, namespace: NAMESPACE, port }
}

fn values(traces: &TraceStorage) -> chart::Values {
    let restricted = core::SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(core::Capabilities { drop: Some(vec!["ALL".to_owned()]), add: None }),
        read_only_root_filesystem: Some(true),
        run_as_non_root: Some(true),
        seccomp_profile: Some(core::SeccompProfile {
            type_: "RuntimeDefault".to_owned(),
            localhost_profile: None,
        }),
        ..core::SecurityContext::default()
    };
    chart::Values::with(|values| {
        values.jaeger.replicas = Some(1);
        // The old pod gives up the database before the new one opens it.
        values.jaeger.strategy = Some(apps::DeploymentStrategy {
            type_: Some("Recreate".to_owned()),
            rolling_update: None,
        });
        values.jaeger.node_selector = Some(node_group::SYSTEM.node_selector());
        values.jaeger.resources = Some(core::ResourceRequirements {
            requests: Some(BTreeMap::from([
                ("cpu".to_owned(), millicores(100).into()),
                ("memory".to_owned(), mebibytes(256).into()),
            ])),
            limits: Some(BTreeMap::from([("memory".to_owned(), mebibytes(1024).into())])),
            claims: None,
        });
        values.jaeger.security_context = Some(restricted);
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
        values.userconfig = Some(configuration(traces));
    })
}

/// Configuration of the one process that collects, stores and shows.
///
/// The chart does not replace the pod when it changes: `kubectl --namespace jaeger rollout restart deployment jaeger`.
///
/// Upstream: <https://www.jaegertracing.io/docs/latest/deployment/configuration/>
fn configuration(traces: &TraceStorage) -> serde_json::Value {
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
                "http": listen(DASHBOARD.service.port),
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
                            "ttl": { "spans": format!("{}h", traces.hours) },
                        },
                    },
                },
            },
        },
        "receivers": {
            "otlp": { "protocols": { "grpc": listen(COLLECTOR.port) } },
        },
        "processors": { "batch": {} },
        "exporters": {
            "jaeger_storage_exporter": { "trace_storage": "badger" },
        },
    })
}

fn claim(env: &Environment) -> core::PersistentVolumeClaim {
    core::PersistentVolumeClaim {
        metadata: named(RELEASE.to_string()),
        spec: Some(core::PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
            storage_class_name: Some(env.storage_class.to_string()),
            resources: Some(core::VolumeResourceRequirements {
                requests: Some(BTreeMap::from([("storage".to_owned(), env.traces.size.into())])),
                limits: None,
            }),
            ..core::PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}

/// Pods of the mesh may send traces, Kiali and people of the internal gateway may read them, Prometheus may ask how Jaeger is.
fn network_policy(env: &Environment) -> networking::NetworkPolicy {
    let meshed = LabelSelector {
        match_expressions: Some(vec![LabelSelectorRequirement {
            key: "istio.io/rev".to_owned(),
            operator: "Exists".to_owned(),
            values: None,
        }]),
        match_labels: None,
    };
    let mesh = networking::NetworkPolicyPeer {
        namespace_selector: Some(meshed),
        ..networking::NetworkPolicyPeer::default()
    };
    let readers =
        [pods_of(&kiali::NAMESPACE, &kiali::APP_NAME)].into_iter().chain(internal_gateway(env));
    let mut admitted = vec![
        admit([mesh], [COLLECTOR.port]),
        admit([pods_of(&prometheus::NAMESPACE, &prometheus::APP_NAME)], [METRICS]),
    ];
    admitted.extend(readers.map(|reader| admit([reader], [DASHBOARD.service.port])));
    policy(RELEASE, labelled("app.kubernetes.io/instance", &RELEASE), admitted)
}

fn named(name: String) -> ObjectMeta {
    ObjectMeta { name: Some(name), ..ObjectMeta::default() }
}
