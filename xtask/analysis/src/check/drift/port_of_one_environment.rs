//! Ports that one environment has and another lacks.

use super::{Other, compared, has, lacking, tell};
use crate::check::{At, Family, Findings, Rule, Severity};
use crate::graph::Graph;
use crate::objects::{Object, Value, list};

pub(in crate::check) static RULE: Rule = Rule {
    name: "port-of-one-environment",
    family: Family::Drift,
    severity: Severity::Warning,
    summary: "A container or a Service has a port that it lacks in another environment",
    consequence: "what is reached in one environment is refused in the other",
    explanation: "Numbers of ports, not their names, of containers and Services that both environments have. A Service that no \
                  selector gives pods is passed over. Environments are compared that are checked together.",
    remedy: "open it in the others, remove it, or accept it with the reason",
    upstream: "https://12factor.net/dev-prod-parity",
    check,
};

fn check<'a>(graph: &Graph<'a>, findings: &mut Findings<'_>) {
    let others = Other::all(graph);
    let mut one = |object: &Object,
                   port: &Value,
                   field: &str,
                   there: &dyn Fn(&Other<'a>) -> Option<&'a [Value]>| {
        let lacking = lacking(&others, |other| Some(has(there(other)?, port, field)));
        let what = format!("the port {}", port[field]);
        tell(graph, findings, (object, At::Value(port)), &what, &lacking);
    };
    compared(graph, &others, |pod, container, same| {
        for port in container.ports() {
            one(pod.owner, port, "containerPort", &|other| Some(same(other)?.ports()));
        }
    });
    let services = graph.objects().of_kind("", "Service").filter(|service| service.is_written());
    for service in services.filter(|service| service.json["spec"]["selector"].is_object()) {
        for port in list(&service.json["spec"]["ports"]) {
            one(service, port, "port", &|other| {
                Some(list(&other.same(service)?.json["spec"]["ports"]))
            });
        }
    }
}
