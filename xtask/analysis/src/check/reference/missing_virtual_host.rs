//! Virtual hosts of RabbitMQ.

use crate::check::{At, Family, Findings, Rule, Severity, hint};
use std::collections::HashMap;

use crate::graph::Graph;
use crate::graph::messaging::broker;
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "missing-virtual-host",
    family: Family::Reference,
    severity: Severity::Error,
    summary: "A queue, an exchange or a permission belongs to a virtual host that nobody creates",
    consequence: "the operator creates nothing, and tries again until somebody creates the virtual host",
    explanation: "Names in RabbitMQ count, not those of the objects. A virtual host is told missing where one is \
                  written for the same cluster; `/` is always there.",
    remedy: "correct `vhost`, or create it by a Vhost",
    upstream: "https://www.rabbitmq.com/docs/vhosts",
    check,
};

fn check(graph: &Graph<'_>, findings: &mut Findings<'_>) {
    let mut known: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for vhost in graph.messaging("Vhost") {
        let name = text(&vhost.json["spec"]["name"]).unwrap_or(vhost.name());
        if let Some((namespace, cluster, _)) = broker(vhost) {
            known.entry((namespace, cluster)).or_default().push(name);
        }
    }
    for kind in [
        "Binding",
        "Exchange",
        "Federation",
        "OperatorPolicy",
        "Permission",
        "Policy",
        "Queue",
        "Shovel",
    ] {
        for object in graph.messaging(kind) {
            let field = &object.json["spec"]["vhost"];
            let Some((namespace, cluster, name)) =
                broker(object).filter(|(_, _, name)| *name != "/")
            else {
                continue;
            };
            let Some(known) =
                known.get(&(namespace, cluster)).filter(|known| !known.contains(&name))
            else {
                continue;
            };
            let hint = hint(name, known.iter().copied());
            let message = format!("nobody creates the virtual host {name} of {cluster}{hint}");
            findings.add(object, At::Value(field), message);
        }
    }
}
