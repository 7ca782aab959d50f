//! Claims whose wave never ends.

use std::collections::HashMap;

use super::turn;
use crate::check::data::class_of;
use crate::check::{At, Family, Rule, Severity};
use crate::graph::{Graph, Relation};
use crate::objects::{Identity, Object, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "waiting-claim",
    family: Family::Gitops,
    severity: Severity::Error,
    summary: "A claim that waits for its first pod is in an earlier wave than every pod that mounts it",
    consequence: "the sync waits for ever: the wave ends when the claim is bound, the claim is bound when a pod mounts it, and the pods \
                  come in the next wave",
    explanation: "Classes with `volumeBindingMode: WaitForFirstConsumer`, where they are here, and `local-path`. Waves are those of \
                  objects that one Application, bundle or folder deploys.",
    remedy: "give the claim the wave of its pods",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/",
    check: |graph, findings| {
        let delivery = graph.delivery();
        let mut first: HashMap<&Identity, &Object> = HashMap::new();
        for reference in graph.named_by(Relation::Claim) {
            let user = first.entry(&reference.target).or_insert(reference.from);
            if turn(reference.from) < turn(user) {
                *user = reference.from;
            }
        }
        for claim in graph.objects().of_kind("", "PersistentVolumeClaim") {
            let Some(user) = first.get(&claim.identity) else { continue };
            if waits(graph, claim) && turn(claim) < turn(user) && delivery.together(claim, user) {
                let message =
                    format!("{} comes before {} of the first pod", turn(claim), turn(user));
                findings.add(claim, At::Object, message).side(
                    "it is mounted here",
                    user,
                    At::Object,
                );
            }
        }
    },
};

fn waits(graph: &Graph<'_>, claim: &Object) -> bool {
    let class = class_of(graph, &claim.json);
    let mode = class.and_then(|class| text(&class.json["volumeBindingMode"]));
    mode == Some("WaitForFirstConsumer")
        || class.is_none() && text(&claim.json["spec"]["storageClassName"]) == Some("local-path")
}
