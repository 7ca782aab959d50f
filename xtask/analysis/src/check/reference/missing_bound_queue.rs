//! What bindings of RabbitMQ join.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use std::collections::HashMap;

use crate::graph::Graph;
use crate::graph::messaging::{Broker, broker};
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-bound-queue",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A Binding joins an exchange or a queue that is not there",
    consequence: "the operator cannot create the binding, and messages go nowhere",
    explanation: "Names in RabbitMQ count, not those of the objects. An exchange or queue is told missing where one of \
                  its kind is written for the same cluster and virtual host; `amq.` begins those of RabbitMQ itself.",
    remedy: "correct `source`, `destination` or `destinationType`: they name what RabbitMQ has, not the objects",
    upstream: "https://www.rabbitmq.com/kubernetes/operator/using-topology-operator#queues-policies",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<(&str, Broker<'_>), Vec<&str>> = HashMap::new();
    for kind in ["Exchange", "Queue"] {
        for object in graph.messaging(kind) {
            let name = text(&object.json["spec"]["name"]).unwrap_or(object.name());
            if let Some(broker) = broker(object) {
                known.entry((kind, broker)).or_default().push(name);
            }
        }
    }
    for binding in graph.messaging("Binding") {
        let spec = &binding.json["spec"];
        let Some(broker) = broker(binding) else { continue };
        let kind =
            if text(&spec["destinationType"]) == Some("exchange") { "Exchange" } else { "Queue" };
        for (field, kind) in [(&spec["source"], "Exchange"), (&spec["destination"], kind)] {
            let Some(name) =
                text(field).filter(|name| !name.is_empty() && !name.starts_with("amq."))
            else {
                continue;
            };
            let Some(known) = known.get(&(kind, broker)).filter(|known| !known.contains(&name))
            else {
                continue;
            };
            let (_, cluster, host) = broker;
            let hint = hint(name, known.iter().copied());
            let message =
                format!("there is no {kind} {name} in the virtual host {host} of {cluster}{hint}");
            findings.add(binding, At::Value(field), message);
        }
    }
}
