//! Configuration that no running pod reads again.

use std::collections::HashSet;

use super::is_restarted;
use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;
use crate::graph::reading::ReadOnce;
use crate::objects::{Container, Pod};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unnoticed-configuration",
    family: Family::Lifetime,
    severity: Severity::Warning,
    summary: "A changed ConfigMap would not reach the pods that read it",
    consequence: "a change is deployed, everything is green, and the running pods keep the old configuration until something restarts them",
    explanation: "ConfigMaps that are written here and read as variables, or mounted by `subPath`, by pods whose template has no digest of \
                  them (an annotation such as `checksum/config`) and that no Reloader restarts. A ConfigMap that is `immutable`, or whose \
                  name has a digest, is another one when it changes. Jobs and CronJobs start anew anyway.",
    remedy: "put a digest of the ConfigMap into an annotation of the pod template, or give it a name with a digest, as kustomize does",
    upstream: "https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically",
    check: |graph, findings| {
        let mut told = HashSet::new();
        let read = ReadOnce::of(&graph.pods, Container::is_running);
        for reference in graph.named_by(Relation::ConfigMap) {
            let Some(pod) = Pod::of(reference.from).filter(|pod| !is_restarted(pod)) else {
                continue;
            };
            let map = graph.objects().get(&reference.target).filter(|map| map.is_written());
            let Some(map) = map.filter(|map| map.json["immutable"].as_bool() != Some(true)) else {
                continue;
            };
            if pod.owner.identity.group == "batch"
                || ends_in_digest(map.name())
                || !read.at_all(reference.field)
                || !told.insert((&pod.owner.identity, &map.identity))
            {
                continue;
            }
            findings
                .add(
                    reference.from,
                    At::Value(reference.field),
                    format!("{} is read only when these pods start", map.identity),
                )
                .side("it is here", map, At::Object);
        }
    },
};

/// Names of kustomize's generators end in ten letters and digits of a digest.
fn ends_in_digest(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() >= 8
            && end.bytes().any(|byte| byte.is_ascii_digit())
            && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
