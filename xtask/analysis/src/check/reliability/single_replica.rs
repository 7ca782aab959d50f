//! Servers of production that are alone.

use std::collections::HashSet;

use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;
use crate::objects::{Value, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "single-replica",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A server of a production environment has one pod",
    consequence: "each drained node, each eviction and each crash is an outage for whoever calls its Service",
    explanation: "Deployments with one replica, or none written, behind a Service, in an environment, a namespace or with a label `env` \
                  that is called production (`prd`, `prod`, `production`). One pod is meant where `strategy.type` is `Recreate`, and \
                  where it mounts a claim: there may be no second one. An autoscaler counts with its `minReplicas`; what may go down to \
                  nothing is meant as well.",
    remedy: "set replicas: 2, or say by an exception why one is enough",
    upstream: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
    check: |graph, findings| {
        let with_claim: HashSet<_> =
            graph.named_by(Relation::Claim).map(|reference| &reference.from.identity).collect();
        let mut told = HashSet::new();
        for service in graph.objects().of_kind("", "Service") {
            for pod in graph.behind(service) {
                let server = pod.owner;
                let spec = &server.json["spec"];
                let is_alone = server.is("apps", "Deployment")
                    && graph.replicas(server) == Some(1)
                    && text(&spec["strategy"]["type"]) != Some("Recreate")
                    && !with_claim.contains(&server.identity);
                if is_alone
                    && graph.environment.is_production(server)
                    && told.insert(&server.identity)
                {
                    let at = match &spec["replicas"] {
                        Value::Null => At::Missing(spec, "replicas"),
                        replicas => At::Value(replicas),
                    };
                    findings
                        .add(server, at, format!("{} leads to one pod", service.identity))
                        .side("requests come from here", service, At::Object);
                }
            }
        }
    },
};
