//! Fluent Bit: collects the logs of all containers.

use helm_values::{HelmChart, fluent_bit as chart};
use k8s_openapi::api::{apps, core, rbac};
use manifests_lib::{
    Bundle, Chart, Kind, LogGroup, Name, Namespace, Port, Region, Resources, mebibytes, millicores,
    name, port,
};

use crate::environment::Environment;

/// Where Fluent Bit runs.
pub(crate) const NAMESPACE: Namespace = Namespace::new(name!("fluentbit"));

/// The service account of its pods.
pub(crate) const SERVICE_ACCOUNT: Name = name!("fluent-bit");

/// Where logs go.
#[derive(Clone, Debug)]
pub(crate) enum LogSink {
    /// To Fluent Bit's own output: `kubectl logs` shows those of a whole node, with namespace and pod.
    Stdout,
    /// To AWS.
    Cloudwatch(CloudwatchLogs),
}

/// A log group of CloudWatch Logs, with a stream for each container.
///
/// Fluent Bit creates the group. It has no keys: the cluster gives its pods the right to write to this group.
///
/// Upstream: <https://docs.fluentbit.io/manual/data-pipeline/outputs/cloudwatch>
#[derive(Clone, Debug)]
pub struct CloudwatchLogs {
    /// The region.
    pub region: Region,
    /// The log group.
    pub log_group: LogGroup,
    /// How long a log is kept.
    pub retention: Retention,
}

/// A time that CloudWatch Logs can keep a log for.
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

pub(crate) fn bundle(env: &Environment) -> Bundle {
    let fluentbit = Bundle::new(name!("fluentbit"), &NAMESPACE, &env.name);
    fluentbit.chart(Chart {
        release: name!("fluent-bit"),
        values: values(env),
        kinds: vec![
            Kind::of::<apps::v1::DaemonSet>(),
            Kind::of::<core::v1::ConfigMap>(),
            Kind::of::<core::v1::Service>(),
            Kind::of::<core::v1::ServiceAccount>(),
            Kind::of::<rbac::v1::ClusterRole>(),
            Kind::of::<rbac::v1::ClusterRoleBinding>(),
        ],
        installs: Vec::new(),
    });
    fluentbit
}

/// Metrics and health.
const HTTP: Port = port!(2020);

/// Where the kubelet links the log of every container.
const LOGS: &str = "/var/log";

/// Where Fluent Bit keeps how far it has read, so that a restart neither repeats nor misses a line.
const STATE: &str = "/var/lib/fluent-bit";

fn values(env: &Environment) -> chart::Values {
    chart::Values::with(|values| {
        values.labels = Some([("env".to_owned(), env.name.to_string())].into());
        values.config.service = Some(service());
        values.config.inputs = Some(input());
        values.config.filters = Some(filter());
        values.config.outputs = Some(output(&env.logs));
        values.metrics_port = Some(HTTP.into());
        values.service_account.name = Some(SERVICE_ACCOUNT.to_string());
        let resources = Resources { cpu: millicores(50), memory: mebibytes(128) };
        values.resources = Some(resources.requirements());
        // Logs belong to root; what else root may do is taken away.
        values.security_context = Some(core::v1::SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(core::v1::Capabilities {
                add: None,
                drop: Some(vec!["ALL".to_owned()]),
            }),
            read_only_root_filesystem: Some(true),
            seccomp_profile: Some(core::v1::SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                localhost_profile: None,
            }),
            ..core::v1::SecurityContext::default()
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
        // Every node has logs, whatever it keeps away.
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
            // What it writes to its own output, it would read again, and write again.
            ("Exclude_Path", &format!("{LOGS}/containers/*_{NAMESPACE}_*.log")),
            ("multiline.parser", "cri"),
            // A log that it does not know yet, all of it: of before its first start on a node, or begun while it was away.
            ("Read_from_Head", "On"),
            ("DB", &format!("{STATE}/tail.db")),
            // Nobody else has the database open: locking it makes it faster.
            ("DB.locking", "On"),
            // Above this it stops reading until the sink has taken what was read; the logs are the buffer.
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
            // Fields of a log in JSON, apart from those that say where it comes from.
            ("Merge_Log", "On"),
            ("Merge_Log_Key", "fields"),
            ("Keep_Log", "Off"),
            ("Annotations", "Off"),
            // A pod that is described in more than this gets no metadata.
            ("Buffer_Size", "256KB"),
        ],
    )
}

fn output(sink: &LogSink) -> String {
    match sink {
        LogSink::Stdout => {
            section("OUTPUT", &[("Name", "stdout"), ("Match", TAG), ("Format", "json_lines")])
        }
        LogSink::Cloudwatch(CloudwatchLogs { region, log_group, retention }) => section(
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
                // For a log of which the API server knows no pod any more.
                ("log_stream_prefix", "unknown-"),
                // What is refused as often is dropped, so that it does not hold up what comes after it.
                ("Retry_Limit", "10"),
            ],
        ),
    }
}
