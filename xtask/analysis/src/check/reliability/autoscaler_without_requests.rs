//! Autoscalers that cannot compute what they scale by.

use std::collections::HashSet;

use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;
use crate::objects::{Object, Pod, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "autoscaler-without-requests",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "An autoscaler scales by a share of what its pods request, and a container requests nothing",
    consequence: "it never scales: FailedGetResourceMetric, missing request for cpu in container",
    explanation: "A HorizontalPodAutoscaler with `averageUtilization` of `cpu` or `memory`, or with \
                  `targetCPUUtilizationPercentage`: the share is one of the requests of all containers of the pod, or of the one that a \
                  `ContainerResource` names. A limit counts as a request of the same size. Namespaces with a `LimitRange`, which may add \
                  requests, are left out.",
    remedy: "give each container of the pods resources.requests for it",
    upstream: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",
    check: |graph, findings| {
        let limited: HashSet<&str> =
            graph.objects().of_kind("", "LimitRange").map(Object::namespace).collect();
        for reference in graph.named_by(Relation::ScaleTarget) {
            let autoscaler = reference.from;
            let pod = graph.objects().get(&reference.target).and_then(Pod::of);
            let Some(pod) = pod.filter(|pod| pod.owner.is_written()) else { continue };
            if !autoscaler.is("autoscaling", "HorizontalPodAutoscaler")
                || limited.contains(pod.namespace())
            {
                continue;
            }
            let spec = &autoscaler.json["spec"];
            let mut shares = Vec::new();
            if !spec["targetCPUUtilizationPercentage"].is_null() {
                shares.push(("cpu", None, &spec["targetCPUUtilizationPercentage"]));
            }
            for metric in list(&spec["metrics"]) {
                for kind in ["resource", "containerResource"] {
                    let source = &metric[kind];
                    let share = &source["target"]["averageUtilization"];
                    if let (Some(name), false) = (text(&source["name"]), share.is_null()) {
                        shares.push((name, text(&source["container"]), share));
                    }
                }
            }
            for (what, of_container, share) in shares {
                let without = pod.running().find(|container| {
                    let resources = &container.json["resources"];
                    of_container.is_none_or(|name| name == container.name())
                        && [resources, &pod.spec["resources"]].iter().all(|resources| {
                            resources["requests"][what].is_null()
                                && resources["limits"][what].is_null()
                        })
                });
                if let Some(container) = without {
                    let message = format!(
                        "it is {share} % of the {what} that {} does not request",
                        container.name()
                    );
                    findings.add(autoscaler, At::Value(share), message).side(
                        "the container is here",
                        pod.owner,
                        At::Value(container.json),
                    );
                }
            }
        }
    },
};
