//! Containers behind Services without a readiness probe.

use std::collections::HashSet;

use super::runs_to_its_end;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::ContainerKind;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-readiness-probe",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "Pods behind a Service have no readiness probe",
    consequence: "a pod gets requests before it can answer them, at each start and each rollout",
    explanation: "Only pods that a Service selects are looked at, and it is enough that one of their containers has a readiness \
                  probe. Those of a headless Service that publishes addresses of pods that are not ready are left out.",
    remedy: "give the container that answers a readinessProbe",
    upstream: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/#readiness-probe",
    check: |graph, findings| {
        let mut told = HashSet::new();
        for service in graph.objects().of_kind("", "Service") {
            if service.json["spec"]["publishNotReadyAddresses"].as_bool() == Some(true) {
                continue;
            }
            for pod in graph.behind(service) {
                let is_probed =
                    pod.running().any(|container| container.json["readinessProbe"].is_object());
                if is_probed || runs_to_its_end(pod.owner) || !told.insert(&pod.owner.identity) {
                    continue;
                }
                let main = pod.containers().find(|container| container.kind == ContainerKind::Main);
                if let Some(container) = main {
                    findings
                        .add(
                            pod.owner,
                            At::Missing(container.json, "readinessProbe"),
                            format!("no container of these pods says when it is ready, and {} sends to them", service.identity),
                        )
                        .side("requests come from here", service, At::Object);
                }
            }
        }
    },
};
