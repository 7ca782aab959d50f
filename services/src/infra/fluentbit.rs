//! Fluent Bit: collects the logs of all containers.

use std::collections::BTreeMap;
use std::fmt::Debug;

use custom_resources::coreos::monitoring::v1 as monitoring;
use helm_values::{HelmChart, fluent_bit as chart};
use k8s_openapi::api::{apps, core, rbac};
use manifests_lib::cluster::{Arn, IamPolicy, Statement};
use manifests_lib::delivery::Chart;
use manifests_lib::model::{GroupKind, Namespace, PodSecurity};
use manifests_lib::network::network_policy;
use manifests_lib::observability::{MonitoredPods, PodMonitor, pod_metrics_endpoint};
use manifests_lib::prelude::*;
use manifests_lib::values::{LogGroup, Region};
use manifests_lib::workload::restricted_security_context;

use super::shared::Infra;
use crate::site::{Aws, Laptop, Site};

/// Fluent Bit's namespace.
const NAMESPACE: Namespace = Namespace::new(name!("fluentbit"));

/// Service account of its pods.
const SERVICE_ACCOUNT: Name = name!("fluent-bit");

/// What differs between environments.
#[derive(Debug)]
pub struct Settings<K: Sinks> {
    /// Destination of the logs.
    pub sink: K::Sink,
}

/// The log sink of each kind of place.
pub trait Sinks {
    /// Its sink.
    type Sink: Into<Sink> + Debug;
}

impl Sinks for Laptop {
    type Sink = Stdout;
}

impl Sinks for Aws {
    type Sink = CloudwatchLogs;
}

/// Destination of the logs.
#[derive(Clone, Debug)]
pub enum Sink {
    /// Fluent Bit's own output.
    Stdout,
    /// CloudWatch Logs.
    Cloudwatch(CloudwatchLogs),
}

/// Fluent Bit's own output: `kubectl logs` shows the logs of a whole node, with namespace and pod.
#[derive(Debug)]
pub struct Stdout;

/// A log group of CloudWatch Logs, with a stream for each container.
///
/// Fluent Bit creates the group. It has no access keys: EKS Pod Identity lets its pods write to this group.
///
/// Upstream: <https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch>
#[derive(Clone, Debug)]
pub struct CloudwatchLogs {
    /// AWS region: `region!("ap-northeast-1")`.
    pub region: Region,
    /// The log group: `log_group!("/prd/services")`.
    pub log_group: LogGroup,
    /// How long logs are kept.
    pub retention: Retention,
}

/// A retention period of CloudWatch Logs.
///
/// Upstream: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// 30 days.
    Days30,
    /// 90 days.
    Days90,
    /// 365 days.
    Days365,
}

impl Retention {
    fn days(self) -> u16 {
        match self {
            Self::Days30 => 30,
            Self::Days90 => 90,
            Self::Days365 => 365,
        }
    }
}

impl From<Stdout> for Sink {
    fn from(Stdout: Stdout) -> Self {
        Self::Stdout
    }
}

impl From<CloudwatchLogs> for Sink {
    fn from(logs: CloudwatchLogs) -> Self {
        Self::Cloudwatch(logs)
    }
}

impl CloudwatchLogs {
    /// The actions that Fluent Bit's output calls, on its own log group only.
    ///
    /// Upstream: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>
    fn iam_policy(&self) -> IamPolicy {
        IamPolicy::Statements(vec![Statement {
            actions: vec![
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "logs:PutRetentionPolicy",
            ],
            resources: vec![Arn::LogGroup {
                region: self.region.clone(),
                name: self.log_group.clone(),
            }],
            conditions: BTreeMap::new(),
        }])
    }
}

pub(crate) fn bundle<K: Sinks>(
    infra: &Infra,
    site: &Site,
    settings: Settings<K>,
    prometheus: &Prometheus,
) {
    let Settings { sink } = settings;
    let sink = sink.into();
    // Its pods read the logs of the node.
    infra.namespace(&NAMESPACE, PodSecurity::Privileged);
    let fluentbit = infra.bundle(name!("fluentbit"), &NAMESPACE);
    if let Sink::Cloudwatch(logs) = &sink {
        fluentbit.pod_identity(SERVICE_ACCOUNT, logs.iam_policy());
    }
    fluentbit.chart(Chart {
        release: name!("fluent-bit"),
        values: values(site, &sink),
        kinds: vec![
            GroupKind::of::<apps::v1::DaemonSet>(),
            GroupKind::of::<core::v1::ConfigMap>(),
            GroupKind::of::<core::v1::Service>(),
            GroupKind::of::<core::v1::ServiceAccount>(),
            GroupKind::of::<rbac::v1::ClusterRole>(),
            GroupKind::of::<rbac::v1::ClusterRoleBinding>(),
        ],
        crd_groups: Vec::new(),
    });
    let pods = fluentbit.tool_pods(&network_policy::APP_NAME, &name!("fluent-bit"));
    prometheus.scrapes(&pods, HTTP);
    prometheus.pod_monitor(PodMonitor {
        name: name!("fluentbit"),
        pods: MonitoredPods::In(&NAMESPACE),
        endpoint: monitoring::PodMonitorPodMetricsEndpoint {
            path: Some("/api/v2/metrics/prometheus".to_owned()),
            ..pod_metrics_endpoint("http")
        },
    });
}

/// Port of metrics and health checks.
const HTTP: Port = port!(2020);

/// Below this folder the kubelet links the log of every container.
const LOGS: &str = "/var/log";

/// Fluent Bit's read positions are kept here, so that a restart neither repeats nor misses a line.
const STATE: &str = "/var/lib/fluent-bit";

fn values(site: &Site, sink: &Sink) -> chart::Values {
    chart::Values::with(|values| {
        values.labels = Some([("env".to_owned(), site.name.to_string())].into());
        values.config.service = Some(service());
        values.config.inputs = Some(input());
        values.config.filters = Some(filter());
        values.config.outputs = Some(output(sink));
        values.metrics_port = Some(HTTP.into());
        values.service_account.name = Some(SERVICE_ACCOUNT.to_string());
        // The chart's own example, of which 16 MB are the buffer.
        let resources = Resources { cpu: millicores(50), memory: mebibytes(128) };
        values.resources = Some(resources.requirements());
        // Logs belong to root, so it runs as root, without any other privilege.
        values.security_context = Some(core::v1::SecurityContext {
            run_as_non_root: None,
            ..restricted_security_context()
        });
        values.daemon_set_volumes = Some(vec![
            host_folder(VARLOG, LOGS, "Directory"),
            host_folder(STATE_VOLUME, STATE, "DirectoryOrCreate"),
        ]);
        values.daemon_set_volume_mounts = Some(vec![
            core::v1::VolumeMount {
                name: VARLOG.to_string(),
                mount_path: LOGS.to_owned(),
                read_only: Some(true),
                ..core::v1::VolumeMount::default()
            },
            core::v1::VolumeMount {
                name: STATE_VOLUME.to_string(),
                mount_path: STATE.to_owned(),
                ..core::v1::VolumeMount::default()
            },
        ]);
        // Every node has logs, whatever its taints.
        values.tolerations = Some(vec![core::v1::Toleration {
            operator: Some("Exists".to_owned()),
            ..core::v1::Toleration::default()
        }]);
    })
}

const VARLOG: Name = name!("varlog");

const STATE_VOLUME: Name = name!("state");

fn host_folder(name: Name, path: &str, kind: &str) -> core::v1::Volume {
    core::v1::Volume {
        name: name.to_string(),
        host_path: Some(core::v1::HostPathVolumeSource {
            path: path.to_owned(),
            type_: Some(kind.to_owned()),
        }),
        ..core::v1::Volume::default()
    }
}

/// A section of Fluent Bit's configuration.
///
/// Upstream: <https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode/format-schema>
fn section(name: &str, entries: &[(&str, &str)]) -> String {
    let mut section = format!("[{name}]\n");
    for (key, value) in entries {
        section.push_str("    ");
        section.push_str(key);
        section.push(' ');
        section.push_str(value);
        section.push('\n');
    }
    section
}

fn service() -> String {
    section(
        "SERVICE",
        &[
            ("Daemon", "Off"),
            ("Flush", "1"),
            ("Log_Level", "info"),
            ("HTTP_Server", "On"),
            ("HTTP_Listen", "0.0.0.0"),
            ("HTTP_Port", &HTTP.to_string()),
            ("Health_Check", "On"),
        ],
    )
}

/// Tag of a log: the prefix that the filter expects, and the path.
const TAG: &str = "kube.*";

fn input() -> String {
    section(
        "INPUT",
        &[
            ("Name", "tail"),
            ("Tag", TAG),
            ("Path", &format!("{LOGS}/containers/*.log")),
            // Its own output would be read and written again, without end.
            ("Exclude_Path", &format!("{LOGS}/containers/*_{NAMESPACE}_*.log")),
            ("multiline.parser", "cri"),
            // Read new files from the start: written before its first start on the node, or while it was down.
            ("Read_from_Head", "On"),
            ("DB", &format!("{STATE}/tail.db")),
            // No other process opens the database, so it may be locked, which is faster.
            ("DB.locking", "On"),
            // Above this limit it pauses reading until the sink catches up; the log files are the buffer.
            ("Mem_Buf_Limit", "16MB"),
            ("Buffer_Max_Size", "256KB"),
            ("Skip_Long_Lines", "On"),
            ("Refresh_Interval", "10"),
        ],
    )
}

/// Adds namespace, pod, container and labels.
fn filter() -> String {
    section(
        "FILTER",
        &[
            ("Name", "kubernetes"),
            ("Match", TAG),
            // Parse JSON logs, under a key of their own, apart from the metadata.
            ("Merge_Log", "On"),
            ("Merge_Log_Key", "fields"),
            ("Keep_Log", "Off"),
            ("Annotations", "Off"),
            // A pod whose description is larger than this gets no metadata.
            ("Buffer_Size", "256KB"),
        ],
    )
}

fn output(sink: &Sink) -> String {
    match sink {
        Sink::Stdout => {
            section("OUTPUT", &[("Name", "stdout"), ("Match", TAG), ("Format", "json_lines")])
        }
        Sink::Cloudwatch(CloudwatchLogs { region, log_group, retention }) => section(
            "OUTPUT",
            &[
                ("Name", "cloudwatch_logs"),
                ("Match", TAG),
                ("region", region.as_str()),
                ("log_group_name", log_group.as_str()),
                ("log_retention_days", &retention.days().to_string()),
                ("auto_create_group", "On"),
                (
                    "log_stream_template",
                    "$kubernetes['namespace_name'].$kubernetes['pod_name'].$kubernetes['container_name']",
                ),
                // For logs of pods that the API server no longer knows.
                ("log_stream_prefix", "unknown-"),
                // After this many attempts a chunk is dropped, so that it does not block the ones after it.
                ("Retry_Limit", "10"),
            ],
        ),
    }
}
