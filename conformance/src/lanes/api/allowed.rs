//! Differences between what is written and what the API server stores that are as they should be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::compare::Difference;

/// What the API server fills in where nothing was written: kinds, path of the field without list numbers, and what is
/// stored, as JSON or [`ANY`].
pub type Allowed = (&'static [&'static str], &'static str, &'static str);

/// Whatever is filled in.
pub const ANY: &str = "*";

/// Kinds whose objects the first apply after their creation writes once more with the same contents; a third does not.
///
/// The API server clears the status of a new claim after it has filled in the defaults, so it keeps it without `phase`. Who
/// reads it gets the default, `Pending`, and the next write, whatever it is, keeps that. In a cluster it is the volume
/// controller's. The same holds for the default that the schema of the Gateway API's Gateway has for its status.
pub const WRITTEN_TWICE: &[(&str, &str)] =
    &[("gateway.networking.k8s.io", "Gateway"), ("", "PersistentVolumeClaim")];

/// The kinds with pods, as far as they are rendered.
const POD_TEMPLATES: &[&str] = &["DaemonSet", "Deployment", "Job", "StatefulSet"];

/// Those whose pods end.
const CRON_JOB: &[&str] = &["CronJob"];

/// Everything that may be filled in. An entry is a finding if objects leave its field out and none gets it; a platform without such
/// objects keeps it.
#[rustfmt::skip]
pub const ALLOWED: &[Allowed] = &[
    // Pods: what the API server fills in.
    (POD_TEMPLATES, "spec.template.spec.containers[].livenessProbe.successThreshold", "1"),
    (POD_TEMPLATES, "spec.template.spec.containers[].readinessProbe.successThreshold", "1"),
    (POD_TEMPLATES, "spec.template.spec.containers[].startupProbe.successThreshold", "1"),
    (POD_TEMPLATES, "spec.template.spec.containers[].terminationMessagePath", r#""/dev/termination-log""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].terminationMessagePolicy", r#""File""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].env[].valueFrom.fieldRef.apiVersion", r#""v1""#),
    (POD_TEMPLATES, "spec.template.spec.dnsPolicy", r#""ClusterFirst""#),
    (POD_TEMPLATES, "spec.template.spec.volumes[].configMap.defaultMode", "420"),
    (POD_TEMPLATES, "spec.template.spec.restartPolicy", r#""Always""#),
    (POD_TEMPLATES, "spec.template.spec.schedulerName", r#""default-scheduler""#),
    (POD_TEMPLATES, "spec.template.spec.terminationGracePeriodSeconds", "30"),
    // The older name of serviceAccountName, kept equal to it.
    (POD_TEMPLATES, "spec.template.spec.serviceAccount", ANY),
    (POD_TEMPLATES, "spec.template.spec.containers[].livenessProbe.httpGet.scheme", r#""HTTP""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].readinessProbe.httpGet.scheme", r#""HTTP""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].startupProbe.httpGet.scheme", r#""HTTP""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].livenessProbe.grpc.service", r#""""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].readinessProbe.grpc.service", r#""""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].startupProbe.grpc.service", r#""""#),
    (POD_TEMPLATES, "spec.template.spec.initContainers[].terminationMessagePath", r#""/dev/termination-log""#),
    (POD_TEMPLATES, "spec.template.spec.initContainers[].terminationMessagePolicy", r#""File""#),

    // Workloads.
    (&["Deployment"], "spec.progressDeadlineSeconds", "600"),
    (&["StatefulSet"], "spec.podManagementPolicy", r#""OrderedReady""#),
    (&["StatefulSet"], "spec.updateStrategy", r#"{"rollingUpdate": {"partition": 0}, "type": "RollingUpdate"}"#),
    (&["StatefulSet"], "spec.volumeClaimTemplates[].spec.volumeMode", r#""Filesystem""#),
    (&["StatefulSet"], "spec.volumeClaimTemplates[].status", r#"{"phase": "Pending"}"#),

    // How often its pods have changed, as an older version of the API counted.
    (&["DaemonSet"], "metadata.annotations", r#"{"deprecated.daemonset.template.generation": "1"}"#),
    (&["DaemonSet"], "metadata.annotations[\"deprecated.daemonset.template.generation\"]", r#""1""#),
    (&["Job"], "spec.completionMode", r#""NonIndexed""#),
    (&["Job"], "spec.completions", "1"),
    (&["Job"], "spec.manualSelector", "false"),
    (&["Job"], "spec.parallelism", "1"),
    (&["Job"], "spec.podReplacementPolicy", r#""TerminatingOrFailed""#),
    (&["Job"], "spec.suspend", "false"),
    // What tells the pods of one Job from those of others.
    (&["Job"], "spec.selector", ANY),
    (&["Job"], "spec.template.metadata.labels[\"batch.kubernetes.io/controller-uid\"]", ANY),
    (&["Job"], "spec.template.metadata.labels[\"batch.kubernetes.io/job-name\"]", ANY),
    (&["Job"], "spec.template.metadata.labels.controller-uid", ANY),
    (&["Job"], "spec.template.metadata.labels.job-name", ANY),
    (CRON_JOB, "spec.failedJobsHistoryLimit", "1"),
    (CRON_JOB, "spec.successfulJobsHistoryLimit", "3"),
    (CRON_JOB, "spec.suspend", "false"),
    (CRON_JOB, "spec.jobTemplate.spec.template.spec.containers[].terminationMessagePath", r#""/dev/termination-log""#),
    (CRON_JOB, "spec.jobTemplate.spec.template.spec.containers[].terminationMessagePolicy", r#""File""#),
    (CRON_JOB, "spec.jobTemplate.spec.template.spec.dnsPolicy", r#""ClusterFirst""#),
    (CRON_JOB, "spec.jobTemplate.spec.template.spec.schedulerName", r#""default-scheduler""#),
    (CRON_JOB, "spec.jobTemplate.spec.template.spec.terminationGracePeriodSeconds", "30"),
    (CRON_JOB, "spec.jobTemplate.spec.template.spec.serviceAccount", ANY),
    // A Deployment that is scaled.
    (&["Deployment"], "spec.replicas", "1"),

    // Services get their addresses here; "None" of a headless one, which is written, is repeated in the list.
    (&["Service"], "spec.clusterIP", ANY),
    (&["Service"], "spec.clusterIPs", ANY),
    (&["Service"], "spec.internalTrafficPolicy", r#""Cluster""#),
    (&["Service"], "spec.ipFamilies", r#"["IPv4"]"#),
    (&["Service"], "spec.ipFamilyPolicy", r#""SingleStack""#),
    (&["Service"], "spec.sessionAffinity", r#""None""#),

    // Storage.
    (&["PersistentVolume", "PersistentVolumeClaim"], "spec.volumeMode", r#""Filesystem""#),
    (&["PersistentVolume"], "metadata.finalizers", r#"["kubernetes.io/pv-protection"]"#),
    (&["PersistentVolumeClaim"], "metadata.finalizers", r#"["kubernetes.io/pvc-protection"]"#),

    // Namespaces.
    (&["Namespace"], "metadata.labels[\"kubernetes.io/metadata.name\"]", ANY),
    (&["Namespace"], "spec", r#"{"finalizers": ["kubernetes"]}"#),

    // Custom resources: defaults of their schemas.
    (&["ExternalSecret"], "spec.refreshInterval", r#""1h0m0s""#),
    (&["ExternalSecret"], "spec.target.deletionPolicy", r#""Retain""#),
    (&["Password"], "spec.encoding", r#""raw""#),
    (&["ClusterSecretStore"], "spec.provider.aws.sessionTagsPolicy", r#""None""#),
    (&["RabbitmqCluster"], "spec.delayStartSeconds", "30"),
];

/// The table while it is used.
pub struct Table {
    filled_in: Vec<Entry>,
    written_twice: Vec<SecondWrite>,
}

struct SecondWrite {
    group: &'static str,
    kind: &'static str,
    has_occasion: bool,
    used: bool,
}

struct Entry {
    kind: &'static str,
    path: &'static str,
    stored: &'static str,
    /// Whether an object leaves the field out.
    has_occasion: bool,
    used: bool,
}

impl Table {
    /// One entry for each kind of each line, and the kinds of [`WRITTEN_TWICE`].
    pub fn new(lines: &[Allowed]) -> Self {
        let filled_in = lines
            .iter()
            .flat_map(|&(kinds, path, stored)| {
                kinds.iter().map(move |&kind| Entry {
                    kind,
                    path,
                    stored,
                    has_occasion: false,
                    used: false,
                })
            })
            .collect();
        let written_twice = WRITTEN_TWICE.iter().map(|&(group, kind)| SecondWrite {
            group,
            kind,
            has_occasion: false,
            used: false,
        });
        Self { filled_in, written_twice: written_twice.collect() }
    }

    /// Notes for which entries an object that is written is an occasion.
    pub fn sees(&mut self, group: &str, kind: &str, written: &Value) {
        for entry in self.filled_in.iter_mut().filter(|entry| entry.kind == kind) {
            entry.has_occasion |= leaves_out(written, entry.path);
        }
        for entry in self.second_writes(group, kind) {
            entry.has_occasion = true;
        }
    }

    fn second_writes<'a>(
        &'a mut self,
        group: &'a str,
        kind: &'a str,
    ) -> impl Iterator<Item = &'a mut SecondWrite> {
        let all = self.written_twice.iter_mut();
        all.filter(move |entry| entry.group == group && entry.kind == kind)
    }

    /// How many entries were needed.
    pub fn used(&self) -> usize {
        self.filled_in.iter().filter(|entry| entry.used).count()
            + self.written_twice.iter().filter(|entry| entry.used).count()
    }

    /// Whether a difference is something listed that was filled in; notes the entry as used.
    ///
    /// What was written and is stored in another way, or not at all, is never allowed.
    pub fn allows(&mut self, kind: &str, difference: &Difference) -> bool {
        let (None, Some(stored)) = (&difference.written, &difference.stored) else {
            return false;
        };
        let mut allowed = false;
        for entry in &mut self.filled_in {
            if entry.kind == kind
                && entry.path == difference.pattern
                && is_stored(entry.stored, stored)
            {
                entry.used = true;
                allowed = true;
            }
        }
        allowed
    }

    /// Whether a second apply may write objects of a kind although they do not differ; notes the entry as used.
    pub fn allows_second_write(&mut self, group: &str, kind: &str) -> bool {
        let mut allowed = false;
        for entry in self.second_writes(group, kind) {
            entry.used = true;
            allowed = true;
        }
        allowed
    }

    /// Kind and path of the entries that were not needed, although there was an occasion.
    pub fn unused(&self) -> BTreeSet<(&'static str, &'static str)> {
        let filled_in = self.filled_in.iter().filter(|entry| entry.has_occasion && !entry.used);
        let written_twice =
            self.written_twice.iter().filter(|entry| entry.has_occasion && !entry.used);
        filled_in
            .map(|entry| (entry.kind, entry.path))
            .chain(written_twice.map(|entry| (entry.kind, "metadata.resourceVersion")))
            .collect()
    }
}

/// Whether an object has the place of a field in its path without list numbers, and not the field itself.
fn leaves_out(value: &Value, path: &str) -> bool {
    if let Some(rest) = path.strip_prefix("[]") {
        let rest = rest.trim_start_matches('.');
        return value.as_array().is_some_and(|all| all.iter().any(|one| leaves_out(one, rest)));
    }
    let quoted = path.strip_prefix("[\"").and_then(|path| path.split_once("\"]"));
    let (key, rest) =
        quoted.unwrap_or_else(|| path.split_at(path.find(['.', '[']).unwrap_or(path.len())));
    let rest = rest.trim_start_matches('.');
    let Some(fields) = value.as_object() else { return false };
    match fields.get(key) {
        None => rest.is_empty(),
        Some(value) => !rest.is_empty() && leaves_out(value, rest),
    }
}

fn is_stored(expected: &str, stored: &Value) -> bool {
    expected == ANY
        || serde_json::from_str::<Value>(expected).is_ok_and(|expected| expected == *stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LINES: &[Allowed] = &[
        (&["Service"], "spec.clusterIP", ANY),
        (&["Deployment", "StatefulSet"], "spec.type", "\"Recreate\""),
    ];

    fn difference(pattern: &str, written: Option<Value>, stored: Option<Value>) -> Difference {
        Difference { path: pattern.to_owned(), pattern: pattern.to_owned(), written, stored }
    }

    fn filled_in(pattern: &str, stored: Value) -> Difference {
        difference(pattern, None, Some(stored))
    }

    #[test]
    fn allows_what_is_listed_by_kind_path_and_value() {
        let mut table = Table::new(LINES);
        let address = filled_in("spec.clusterIP", json!("10.0.0.1"));
        assert!(table.allows("Service", &address));
        assert!(!table.allows("Deployment", &address));
        assert!(table.allows("Deployment", &filled_in("spec.type", json!("Recreate"))));
        assert!(!table.allows("Deployment", &filled_in("spec.type", json!("Other"))));
    }

    #[test]
    fn what_was_written_is_not_filled_in() {
        let mut table = Table::new(LINES);
        let replaced = difference("spec.clusterIP", Some(json!("None")), Some(json!("10.0.0.1")));
        assert!(!table.allows("Service", &replaced));
        let gone = difference("spec.clusterIP", Some(json!("None")), None);
        assert!(!table.allows("Service", &gone));
        table.sees("", "Service", &json!({"spec": {}}));
        assert!(table.unused().contains(&("Service", "spec.clusterIP")));
    }

    #[test]
    fn a_second_write_is_allowed_by_kind_only() {
        let mut table = Table::new(LINES);
        let claim = ("PersistentVolumeClaim", "metadata.resourceVersion");
        assert!(!table.allows_second_write("", "Service"));
        table.sees("", "PersistentVolumeClaim", &json!({}));
        assert!(table.unused().contains(&claim));
        assert!(table.allows_second_write("", "PersistentVolumeClaim"));
        assert!(!table.unused().contains(&claim));
        let version = filled_in("metadata.resourceVersion", json!("2"));
        assert!(!table.allows("PersistentVolumeClaim", &version));
    }

    #[test]
    fn names_each_kind_that_does_not_need_its_entry() {
        let mut table = Table::new(LINES);
        table.allows("StatefulSet", &filled_in("spec.type", json!("Recreate")));
        // Nothing that is rendered could need them.
        assert!(table.unused().is_empty());
        for kind in ["Deployment", "Service", "StatefulSet"] {
            table.sees("", kind, &json!({"spec": {}}));
        }
        let unused: Vec<_> = table.unused().into_iter().collect();
        assert_eq!(unused, [("Deployment", "spec.type"), ("Service", "spec.clusterIP")]);
    }

    #[test]
    fn only_who_leaves_a_field_out_can_get_it() {
        let written = json!({
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"probe": {"grpc": {}}}, {"probe": {"http": {"scheme": "HTTPS"}}}]},
        });
        for path in [
            "status",
            "metadata.labels[\"kubernetes.io/metadata.name\"]",
            "spec.containers[].probe.grpc.service",
            "spec.containers[].probe.grpc",
        ] {
            assert!(leaves_out(&written, path), "{path}");
        }
        for path in [
            "spec",
            "spec.containers[].probe.http.scheme",
            "spec.containers[].probe.exec.command",
            "spec.initContainers[].name",
        ] {
            assert!(!leaves_out(&written, path), "{path}");
        }
    }

    #[test]
    fn every_listed_value_is_json() {
        for (_, path, stored) in ALLOWED {
            assert!(
                *stored == ANY || serde_json::from_str::<Value>(stored).is_ok(),
                "{path}: {stored}"
            );
        }
    }
}
