//! Claims for one node that pods on several want.

use super::class_of;
use crate::check::{At, Family, Rule, Severity};
use crate::graph::{Graph, Relation};
use crate::objects::{Object, Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "claim-of-one-node",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "Pods that may be on several nodes mount a volume that one node can have",
    consequence: "a pod that lands on another node waits for ever (Multi-Attach error), and a rollout or the second replica with it",
    explanation: "A claim whose `accessModes` have neither `ReadWriteMany` nor `ReadOnlyMany`, mounted by a Deployment with several pods, \
                  or with one pod that is replaced by a rolling update: the new one starts before the old one has gone. Volumes that are \
                  bound to a node themselves bring their pods there, and are left out: those of a class without a provisioner or of \
                  `local-path`, and claims of a volume with `local`, `hostPath` or a `nodeAffinity`.",
    remedy: "with one pod, set strategy.type: Recreate; with several, take a volume with ReadWriteMany, or a StatefulSet with a claim for each pod",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",
    check: |graph, findings| {
        for reference in graph.named_by(Relation::Claim) {
            let deployment = reference.from;
            let Some(claim) = graph.objects().get(&reference.target) else { continue };
            if !deployment.is("apps", "Deployment") || is_shared(claim) || is_on_node(graph, claim)
            {
                continue;
            }
            let is_replaced_first = || {
                let strategy = &deployment.json["spec"]["strategy"];
                let update = &strategy["rollingUpdate"];
                let is_nothing = |value: &Value| *value == 0 || text(value) == Some("0%");
                text(&strategy["type"]) != Some("Recreate") && !is_nothing(&update["maxSurge"])
            };
            let message = match graph.replicas(deployment) {
                Some(1) if is_replaced_first() => {
                    format!(
                        "a rolling update starts a second pod while the first still has {}",
                        claim.identity
                    )
                }
                Some(0 | 1) | None => continue,
                Some(pods) => {
                    format!("{pods} pods share {}, which one node can have", claim.identity)
                }
            };
            findings.add(deployment, At::Value(reference.field), message).side(
                "the claim is here",
                claim,
                At::Value(&claim.json["spec"]["accessModes"]),
            );
        }
    },
};

fn is_shared(claim: &Object) -> bool {
    let modes = list(&claim.json["spec"]["accessModes"]);
    let is_of_many = |mode: &Value| text(mode).is_some_and(|mode| mode.ends_with("Many"));
    modes.is_empty() || modes.iter().any(is_of_many)
}

/// Whether its volume is on one node anyway, to which the scheduler brings all pods.
fn is_on_node(graph: &Graph<'_>, claim: &Object) -> bool {
    const ON_NODES: [&str; 3] =
        ["kubernetes.io/no-provisioner", "rancher.io/local-path", "k8s.io/minikube-hostpath"];
    let volume = text(&claim.json["spec"]["volumeName"])
        .and_then(|name| graph.objects().find("", "PersistentVolume", None, name));
    let is_bound = volume.is_some_and(|volume| {
        let spec = &volume.json["spec"];
        ["local", "hostPath", "nodeAffinity"].iter().any(|field| !spec[*field].is_null())
    });
    let class = class_of(graph, &claim.json);
    let provisioner = class.and_then(|class| text(&class.json["provisioner"]));
    let named = text(&claim.json["spec"]["storageClassName"]);
    is_bound
        || provisioner.is_some_and(|provisioner| ON_NODES.contains(&provisioner))
        || named
            .is_some_and(|class| class.is_empty() || class.contains("local") || class == "hostpath")
}
