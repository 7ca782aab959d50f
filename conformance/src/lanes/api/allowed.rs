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
pub const WRITTEN_TWICE: &[&str] = &["Gateway", "PersistentVolumeClaim"];

/// The kinds with pods, as far as they are rendered.
const POD_TEMPLATES: &[&str] = &["Deployment", "StatefulSet"];

/// Everything that may be filled in. An entry that no object needs any more is a finding.
#[rustfmt::skip]
pub const ALLOWED: &[Allowed] = &[
    // Pods: what the API server fills in.
    (POD_TEMPLATES, "spec.template.spec.containers[].livenessProbe.successThreshold", "1"),
    (POD_TEMPLATES, "spec.template.spec.containers[].readinessProbe.successThreshold", "1"),
    (POD_TEMPLATES, "spec.template.spec.containers[].startupProbe.successThreshold", "1"),
    (POD_TEMPLATES, "spec.template.spec.containers[].terminationMessagePath", r#""/dev/termination-log""#),
    (POD_TEMPLATES, "spec.template.spec.containers[].terminationMessagePolicy", r#""File""#),
    (POD_TEMPLATES, "spec.template.spec.dnsPolicy", r#""ClusterFirst""#),
    (POD_TEMPLATES, "spec.template.spec.restartPolicy", r#""Always""#),
    (POD_TEMPLATES, "spec.template.spec.schedulerName", r#""default-scheduler""#),
    (POD_TEMPLATES, "spec.template.spec.terminationGracePeriodSeconds", "30"),
    // The older name of serviceAccountName, kept equal to it.
    (POD_TEMPLATES, "spec.template.spec.serviceAccount", ANY),
    (&["Deployment"], "spec.template.spec.containers[].livenessProbe.httpGet.scheme", r#""HTTP""#),
    (&["Deployment"], "spec.template.spec.containers[].readinessProbe.httpGet.scheme", r#""HTTP""#),
    (&["Deployment"], "spec.template.spec.containers[].startupProbe.httpGet.scheme", r#""HTTP""#),

    // Workloads.
    (&["Deployment"], "spec.progressDeadlineSeconds", "600"),
    (&["StatefulSet"], "spec.podManagementPolicy", r#""OrderedReady""#),
    (&["StatefulSet"], "spec.updateStrategy", r#"{"rollingUpdate": {"partition": 0}, "type": "RollingUpdate"}"#),
    (&["StatefulSet"], "spec.volumeClaimTemplates[].spec.volumeMode", r#""Filesystem""#),
    (&["StatefulSet"], "spec.volumeClaimTemplates[].status", r#"{"phase": "Pending"}"#),

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
    written_twice: Vec<(&'static str, bool)>,
}

struct Entry {
    kind: &'static str,
    path: &'static str,
    stored: &'static str,
    used: bool,
}

impl Table {
    /// One entry for each kind of each line, and the kinds of [`WRITTEN_TWICE`].
    pub fn new(lines: &[Allowed]) -> Self {
        let filled_in = lines
            .iter()
            .flat_map(|&(kinds, path, stored)| {
                kinds.iter().map(move |&kind| Entry { kind, path, stored, used: false })
            })
            .collect();
        Self { filled_in, written_twice: WRITTEN_TWICE.iter().map(|&kind| (kind, false)).collect() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.filled_in.len() + self.written_twice.len()
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
    pub fn allows_second_write(&mut self, kind: &str) -> bool {
        let mut allowed = false;
        for (listed, used) in &mut self.written_twice {
            if *listed == kind {
                *used = true;
                allowed = true;
            }
        }
        allowed
    }

    /// Kind and path of the entries that were not needed.
    pub fn unused(&self) -> BTreeSet<(&'static str, &'static str)> {
        let filled_in = self.filled_in.iter().filter(|entry| !entry.used);
        let written_twice = self.written_twice.iter().filter(|(_, used)| !used);
        filled_in
            .map(|entry| (entry.kind, entry.path))
            .chain(written_twice.map(|(kind, _)| (*kind, "metadata.resourceVersion")))
            .collect()
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
        assert!(table.unused().contains(&("Service", "spec.clusterIP")));
    }

    #[test]
    fn a_second_write_is_allowed_by_kind_only() {
        let mut table = Table::new(LINES);
        let claim = ("PersistentVolumeClaim", "metadata.resourceVersion");
        assert!(!table.allows_second_write("Service"));
        assert!(table.unused().contains(&claim));
        assert!(table.allows_second_write("PersistentVolumeClaim"));
        assert!(!table.unused().contains(&claim));
        let version = filled_in("metadata.resourceVersion", json!("2"));
        assert!(!table.allows("PersistentVolumeClaim", &version));
    }

    #[test]
    fn names_each_kind_that_does_not_need_its_entry() {
        let mut table = Table::new(LINES);
        table.allows("StatefulSet", &filled_in("spec.type", json!("Recreate")));
        for kind in WRITTEN_TWICE {
            table.allows_second_write(kind);
        }
        let unused: Vec<_> = table.unused().into_iter().collect();
        assert_eq!(unused, [("Deployment", "spec.type"), ("Service", "spec.clusterIP")]);
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
