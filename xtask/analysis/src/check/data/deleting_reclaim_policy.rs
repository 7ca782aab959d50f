//! Volumes that go with their claims.

use super::class_of;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "deleting-reclaim-policy",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "The volumes of a stateful workload are deleted with their claims",
    consequence: "who deletes a claim, or its namespace, by mistake has lost the data in the same second",
    explanation: "The storage class of a StatefulSet's claims is looked at, where it is written here: the one that they name, or the \
                  default one. Without a `reclaimPolicy`, a class deletes. Volumes that are written by hand count where they say \
                  `persistentVolumeReclaimPolicy: Delete`; without it, they stay.",
    remedy: "give the class reclaimPolicy: Retain, and delete volumes by hand once nobody needs them",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
    check: |graph, findings| {
        for set in graph.objects().of_kind("apps", "StatefulSet") {
            for claim in list(&set.json["spec"]["volumeClaimTemplates"]) {
                let Some(class) = class_of(graph, claim).filter(|class| class.is_written()) else {
                    continue;
                };
                let policy = &class.json["reclaimPolicy"];
                if text(policy).unwrap_or("Delete") == "Delete" {
                    let named = &claim["spec"]["storageClassName"];
                    findings
                        .add(
                            set,
                            At::Value(if named.is_null() { claim } else { named }),
                            format!("{} deletes volumes with their claims", class.identity),
                        )
                        .side(
                            "the class is here",
                            class,
                            if policy.is_null() { At::Object } else { At::Value(policy) },
                        );
                }
            }
        }
        for volume in graph.objects().of_kind("", "PersistentVolume") {
            let policy = &volume.json["spec"]["persistentVolumeReclaimPolicy"];
            if text(policy) == Some("Delete") {
                findings
                    .add(volume, At::Value(policy), "it is deleted with its claim")
                    .help("set persistentVolumeReclaimPolicy: Retain");
            }
        }
    },
};
