//! Several pods that may all be on one node.

use super::{replicated, servers};
use crate::check::{At, Family, Rule, Severity};
use crate::objects::list;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-spread",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "Nothing keeps the pods of a workload apart",
    consequence: "all of them may be on one node or in one zone, and go with it: several pods are then no more than one",
    explanation: "Deployments, StatefulSets and what else has replicas and says two pods or more, by themselves or by an autoscaler, \
                  without `topologySpreadConstraints` and without `podAntiAffinity`. Kubernetes by itself tolerates a difference of three \
                  pods between nodes and five between zones. Pods that take a port of their node are apart by that.",
    remedy: "add topologySpreadConstraints for kubernetes.io/hostname and topology.kubernetes.io/zone, with whenUnsatisfiable: ScheduleAnyway",
    upstream: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    check: |graph, findings| {
        for pod in servers(graph) {
            let Some(pods) = replicated(graph, pod.owner) else { continue };
            let takes_port = || {
                let mut ports = pod.containers().flat_map(|container| container.ports());
                pod.spec["hostNetwork"].as_bool() == Some(true)
                    || ports.any(|port| !port["hostPort"].is_null())
            };
            if list(&pod.spec["topologySpreadConstraints"]).is_empty()
                && pod.spec["affinity"]["podAntiAffinity"].is_null()
                && !takes_port()
            {
                let message = format!("its {pods} pods may be on one node");
                findings.add(
                    pod.owner,
                    At::Missing(pod.spec, "topologySpreadConstraints"),
                    message,
                );
            }
        }
    },
};
