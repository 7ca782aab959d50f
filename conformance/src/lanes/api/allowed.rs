//! Differences between what is written and what the API server stores that are as they should be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::compare::Difference;

/// Kinds, path of the field without list numbers, and what is stored, as JSON: [`ANY`] and [`GONE`] are no JSON.
pub type Allowed = (&'static [&'static str], &'static str, &'static str);

/// Whatever is stored.
pub const ANY: &str = "*";

/// The field is not stored.
pub const GONE: &str = "-";

/// Not a field of the object itself: the version that a second apply of the same object leaves.
pub const SECOND_APPLY: &str = "metadata.resourceVersion";

/// The kinds with pods, as far as they are rendered.
const POD_TEMPLATES: &[&str] = &["Deployment", "StatefulSet"];

/// Every difference that is as it should be. An entry that no object needs any more is a finding.
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

    // Services get their addresses here; "None" of a headless one is repeated in the list.
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
    // The first apply after its creation writes a claim once more, though nothing about it differs; a third does not.
    (&["PersistentVolumeClaim"], SECOND_APPLY, ANY),

    // Namespaces.
    (&["Namespace"], "metadata.labels[\"kubernetes.io/metadata.name\"]", ANY),
    (&["Namespace"], "spec", r#"{"finalizers": ["kubernetes"]}"#),

    // Custom resources: defaults of their schemas.
    (&["ExternalSecret"], "spec.refreshInterval", r#""1h0m0s""#),
    (&["ExternalSecret"], "spec.target.deletionPolicy", r#""Retain""#),
    (&["Password"], "spec.encoding", r#""raw""#),
];

/// The table while it is used.
pub struct Table {
    entries: Vec<Entry>,
}

struct Entry {
    kind: &'static str,
    path: &'static str,
    stored: &'static str,
    used: bool,
}

impl Table {
    /// One entry for each kind of each line.
    pub fn new(lines: &[Allowed]) -> Self {
        let entries = lines
            .iter()
            .flat_map(|&(kinds, path, stored)| {
                kinds.iter().map(move |&kind| Entry {
                    kind,
                    path,
                    stored,
                    used: false,
                })
            })
            .collect();
        Self { entries }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a difference is listed; notes the entry as used.
    pub fn allows(&mut self, kind: &str, difference: &Difference) -> bool {
        let mut allowed = false;
        for entry in &mut self.entries {
            if entry.kind == kind
                && entry.path == difference.pattern
                && is_stored(entry.stored, difference.stored.as_ref())
            {
                entry.used = true;
                allowed = true;
            }
        }
        allowed
    }

    /// Kind and path of the entries that were not needed.
    pub fn unused(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.entries
            .iter()
            .filter(|entry| !entry.used)
            .map(|entry| (entry.kind, entry.path))
            .collect()
    }
}

fn is_stored(expected: &str, stored: Option<&Value>) -> bool {
    match stored {
        None => expected == GONE,
        Some(stored) => {
            expected == ANY
                || serde_json::from_str::<Value>(expected).is_ok_and(|expected| expected == *stored)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LINES: &[Allowed] = &[
        (&["Service"], "spec.clusterIP", ANY),
        (&["Deployment", "StatefulSet"], "spec.type", "\"Recreate\""),
        (&["Service"], "spec.none", GONE),
    ];

    fn difference(pattern: &str, stored: Option<Value>) -> Difference {
        Difference {
            path: pattern.to_owned(),
            pattern: pattern.to_owned(),
            written: None,
            stored,
        }
    }

    #[test]
    fn allows_what_is_listed_by_kind_path_and_value() {
        let mut table = Table::new(LINES);
        assert!(table.allows(
            "Service",
            &difference("spec.clusterIP", Some(json!("10.0.0.1")))
        ));
        assert!(table.allows(
            "Deployment",
            &difference("spec.type", Some(json!("Recreate")))
        ));
        assert!(table.allows("Service", &difference("spec.none", None)));
        assert!(!table.allows("Service", &difference("spec.clusterIP", None)));
        assert!(!table.allows("Service", &difference("spec.none", Some(json!(1)))));
        assert!(!table.allows("Deployment", &difference("spec.type", Some(json!("Other")))));
        assert!(!table.allows("Deployment", &difference("spec.clusterIP", Some(json!("")))));
    }

    #[test]
    fn names_each_kind_that_does_not_need_its_entry() {
        let mut table = Table::new(LINES);
        table.allows("Service", &difference("spec.clusterIP", Some(json!(""))));
        table.allows(
            "StatefulSet",
            &difference("spec.type", Some(json!("Recreate"))),
        );
        let unused: Vec<_> = table.unused().into_iter().collect();
        assert_eq!(
            unused,
            [("Deployment", "spec.type"), ("Service", "spec.none")]
        );
    }

    #[test]
    fn every_listed_value_is_json() {
        for (_, path, stored) in ALLOWED {
            assert!(
                [ANY, GONE].contains(stored) || serde_json::from_str::<Value>(stored).is_ok(),
                "{path}: {stored}"
            );
        }
    }
}
