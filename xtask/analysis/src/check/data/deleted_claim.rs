//! Claims that go with their `StatefulSet`.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "deleted-claim",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "The claims of a StatefulSet are deleted with it, or with its last pods",
    consequence: "who renames the StatefulSet or scales it down for an hour deletes the data of its pods",
    explanation: "`persistentVolumeClaimRetentionPolicy` of a StatefulSet with claims: `whenDeleted` and `whenScaled` are `Retain` where \
                  nothing is said. It does not help that the volume is retained: the next pod gets a new, empty one.",
    remedy: "set both to Retain, and delete claims by hand once nobody needs them",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
    check: |graph, findings| {
        for set in graph.objects().of_kind("apps", "StatefulSet") {
            let spec = &set.json["spec"];
            if list(&spec["volumeClaimTemplates"]).is_empty() {
                continue;
            }
            for (field, when) in
                [("whenDeleted", "the StatefulSet is deleted"), ("whenScaled", "it is scaled down")]
            {
                let policy = &spec["persistentVolumeClaimRetentionPolicy"][field];
                if text(policy) == Some("Delete") {
                    findings.add(set, At::Value(policy), format!("its claims go when {when}"));
                }
            }
        }
    },
};
