//! Waypoints that are not there.

use crate::check::{At, Family, Findings, Rule, Severity};

use crate::graph::Graph;
use crate::graph::mesh::waypoints;
use crate::objects::{Object, Value, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-waypoint",
    family: Family::Mesh,
    severity: Severity::Error,
    summary: "A label sends traffic by a waypoint that is not there",
    consequence: "traffic goes without it: routes, and what policies say of requests, are in force nowhere",
    explanation: "`istio.io/use-waypoint` of Namespaces, Services, ServiceEntries and pods names a Gateway of the class \
                  `istio-waypoint`, in the same namespace or the one of `istio.io/use-waypoint-namespace`. A Gateway is \
                  told missing where one is written in its namespace.",
    remedy: "correct the name, or add the Gateway with `gatewayClassName: istio-waypoint`",
    upstream: "https://istio.io/latest/docs/ambient/usage/waypoint/",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut look = |object: &Object, labels: &Value, own: &str| {
        let field = &labels[waypoints::USE];
        let Some(target) = waypoints::named(labels, own) else { return };
        let Some(gateway) = graph.objects().get(&target) else {
            if graph.is_missing(&target) {
                findings.add(object, At::Value(field), format!("{target} is not there"));
            }
            return;
        };
        let class = &gateway.json["spec"]["gatewayClassName"];
        if text(class).is_some_and(|class| !class.contains("waypoint")) {
            findings.add(object, At::Value(field), format!("{target} is no waypoint")).side(
                "its class is here",
                gateway,
                At::Value(class),
            );
        }
    };
    for namespace in graph.objects().of_kind("", "Namespace") {
        look(namespace, &namespace.json["metadata"]["labels"], namespace.name());
    }
    for (group, kind) in [("", "Service"), (crate::graph::mesh::ROUTING, "ServiceEntry")] {
        for object in graph.objects().of_kind(group, kind) {
            look(object, &object.json["metadata"]["labels"], object.namespace());
        }
    }
    for pod in &graph.pods {
        look(pod.owner, pod.labels(), pod.namespace());
    }
}
