//! Data in a folder of whichever node a pod is on.

use crate::check::{At, Family, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Pod, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unpinned-node-folder",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "A pod keeps data in a folder of its node, and may move to another node",
    consequence: "after a drain, an eviction or a rollout the pod finds an empty folder, and its data stays behind on a node that may be \
                  deleted",
    explanation: "A `hostPath` that a Deployment, ReplicaSet or StatefulSet mounts to write, outside of what a node has for itself \
                  (`/dev`, `/etc`, `/proc`, `/run`, `/sys`, `/var/run`, …), while nothing binds the pod to a node by its name: \
                  `nodeName`, or `kubernetes.io/hostname` in `nodeSelector` or an affinity. Clusters with one node are left out, where \
                  that is known.",
    remedy: "take a claim; or, where the folder has to be, a `local` PersistentVolume, which brings the pod to its node",
    upstream: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    check: |graph, findings| {
        if has_one_node(graph) {
            return;
        }
        let replaced = ["Deployment", "ReplicaSet", "StatefulSet"];
        for pod in graph.pods.iter().filter(|pod| pod.owner.identity.group == "apps") {
            if !replaced.contains(&pod.owner.identity.kind.as_str()) || is_pinned(pod) {
                continue;
            }
            for volume in list(&pod.spec["volumes"]) {
                let path = &volume["hostPath"]["path"];
                let Some(folder) = text(path) else { continue };
                if !belongs_to_node(folder, &volume["hostPath"]["type"]) && is_written(pod, volume)
                {
                    let message = format!("{folder} is another folder on each node");
                    findings.add(pod.owner, At::Value(path), message);
                }
            }
        }
    },
};

fn has_one_node(graph: &Graph<'_>) -> bool {
    let groups = &graph.environment.cluster.nodes;
    !groups.is_empty() && groups.iter().map(|nodes| nodes.count).sum::<u64>() == 1
}

fn is_pinned(pod: &Pod<'_>) -> bool {
    const HOSTNAME: &str = "kubernetes.io/hostname";
    let required =
        &pod.spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    !pod.spec["nodeName"].is_null()
        || !pod.spec["nodeSelector"][HOSTNAME].is_null()
        || list(&required["nodeSelectorTerms"]).iter().any(|term| {
            !list(&term["matchFields"]).is_empty()
                || list(&term["matchExpressions"])
                    .iter()
                    .any(|expression| text(&expression["key"]) == Some(HOSTNAME))
        })
}

/// Whether it is a part of the node, which is there on each.
fn belongs_to_node(folder: &str, kind: &Value) -> bool {
    const OF_NODES: [&str; 14] = [
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/proc",
        "/run",
        "/sys",
        "/tmp",
        "/usr",
        "/var/lib/containerd",
        "/var/lib/docker",
        "/var/lib/kubelet",
        "/var/log",
        "/var/run",
    ];
    let is_no_folder =
        text(kind).is_some_and(|kind| !["", "Directory", "DirectoryOrCreate"].contains(&kind));
    is_no_folder || folder == "/" || OF_NODES.iter().any(|own| super::is_below(folder, own))
}

fn is_written(pod: &Pod<'_>, volume: &Value) -> bool {
    pod.running().any(|container| {
        list(&container.json["volumeMounts"]).iter().any(|mount| {
            mount["name"] == volume["name"] && mount["readOnly"].as_bool() != Some(true)
        })
    })
}
