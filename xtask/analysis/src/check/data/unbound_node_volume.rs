//! Volumes of one node that are offered to pods on all.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unbound-node-volume",
    family: Family::Data,
    severity: Severity::Error,
    summary: "A volume on a node does not say on which",
    consequence: "the API server refuses a `local` volume; with `hostPath`, a pod that moves to another node finds an empty folder",
    explanation: "`local` volumes need a `nodeAffinity`. So does a `hostPath` as soon as there are several nodes: Kubernetes does not \
                  bring the pod back to the node where its data is.",
    remedy: "give the volume a nodeAffinity for the node, or the group of nodes with the same folder",
    upstream: "https://kubernetes.io/docs/concepts/storage/volumes/#local",
    check: |graph, findings| {
        for volume in graph.objects().of_kind("", "PersistentVolume") {
            let spec = &volume.json["spec"];
            if !spec["nodeAffinity"]["required"].is_null() {
                continue;
            }
            for (field, what) in [("local", "a disk"), ("hostPath", "a folder")] {
                if spec[field].is_object() {
                    let message = format!("it is {what} of some node, and pods may be on any");
                    findings.add(volume, At::Value(&spec[field]), message);
                }
            }
        }
    },
};
