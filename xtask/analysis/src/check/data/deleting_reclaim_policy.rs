//! Volumes that go with their claims.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "deleting-reclaim-policy",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "The volumes of a stateful workload are deleted with their claims",
    consequence: "who deletes a claim, or its namespace, by mistake has lost the data in the same second",
    explanation: "The storage class of a StatefulSet's claims is looked at, where it is written here: without a `reclaimPolicy`, a \
                  class deletes.",
    remedy: "give the class reclaimPolicy: Retain, and delete volumes by hand once nobody needs them",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
    check: |graph, findings| {
        for set in graph.objects().of_kind("apps", "StatefulSet") {
            for claim in list(&set.json["spec"]["volumeClaimTemplates"]) {
                let field = &claim["spec"]["storageClassName"];
                let class = text(field).and_then(|name| {
                    graph.objects().find("storage.k8s.io", "StorageClass", None, name)
                });
                let Some(class) = class.filter(|class| class.is_written()) else { continue };
                let policy = &class.json["reclaimPolicy"];
                if text(policy).unwrap_or("Delete") == "Delete" {
                    findings
                        .add(
                            set,
                            At::Value(field),
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
    },
};
