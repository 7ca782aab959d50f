//! What must be reached is let through.

pub(super) mod refused_call;
pub(super) mod refused_control_plane;
pub(super) mod refused_gateway;
pub(super) mod refused_name_resolution;
pub(super) mod refused_scrape;
pub(super) mod refused_webhook;

use super::{Added, At, Findings};
use crate::graph::network::{Connection, End, Gate, Port};
use crate::graph::{Graph, Outcome};
use crate::objects::{FieldPath, Object};

/// What must get through: who connects, to what, and where that is declared.
struct Needed<'n, 'a> {
    /// The object that declares it.
    from: &'n Object,
    /// The place in it.
    at: At<'n>,
    /// Who connects, in words.
    who: String,
    /// What is to be reached, in words.
    what: String,
    /// What lets it in.
    to: End<'n, 'a>,
    /// The port there.
    port: Port<'n>,
}

/// Tells who refuses a connection; nothing where nobody does for sure.
fn tell(findings: &mut Findings<'_>, needed: &Needed<'_, '_>, connection: &Connection<'_>) {
    let Needed { from, at, who, what, to, port } = needed;
    let Some(first) = connection.refusals().next() else { return };
    let Some(policy) = first.policies.first() else { return };
    let arrives = match (to, port.number) {
        (End::Pod(pod), Some(number)) => {
            format!(", which is port {number} of {}", pod.owner.identity)
        }
        _ => String::new(),
    };
    let message =
        format!("{who} cannot reach {what}{arrives}: {} {}", policy.identity, first.words(*port));
    let help = help(first, policy, who, *port);
    let mut added = findings.add(from, *at, message).help(help);
    for gate in connection.refusals() {
        added = sides(added, gate);
    }
}

/// The policies of a gate: the nearest with the rule of it that comes near.
fn sides<'f>(mut added: Added<'f>, gate: &Gate<'_>) -> Added<'f> {
    // All others that select the pod say nothing more.
    for policy in gate.policies.iter().take(1) {
        let rule = gate.rule.filter(|rule| FieldPath::of(&policy.json, rule).is_some());
        let at = rule.map_or(At::Object, At::Value);
        let words = match (gate.what, rule) {
            ("egress", Some(_)) => "what it may reach is limited here, by the nearest rule",
            ("egress", None) => "what it may reach is limited here",
            ("mutual TLS", _) => "mutual TLS is asked for here",
            (_, Some(_)) => "who may come in is limited here, by the nearest rule",
            (_, None) => "who may come in is limited here",
        };
        added = added.side(words, policy, at);
    }
    added
}

fn help(gate: &Gate<'_>, policy: &Object, who: &str, port: Port<'_>) -> String {
    let number =
        port.number.map_or_else(|| "its port".to_owned(), |number| format!("port {number}"));
    let protocol =
        if port.protocol == "TCP" { String::new() } else { format!(" ({})", port.protocol) };
    match gate.what {
        "egress" => format!(
            "let it out to {number}{protocol} there, in {policy} or a policy beside it",
            policy = policy.identity
        ),
        "mutual TLS" => format!("bring {who} into the mesh, or take plain connections at {number}"),
        "authorization" => {
            format!("admit it at {number} in {}, or in a policy beside it", policy.identity)
        }
        _ => format!(
            "let it in at {number}{protocol}, in {policy} or a policy beside it",
            policy = policy.identity
        ),
    }
}

/// The connections to each end, if all of them are refused for sure; none is where there are no ends.
fn all_refused<'e, 'a>(
    graph: &Graph<'a>,
    from: &[End<'e, 'a>],
    to: &[(End<'e, 'a>, Port<'e>)],
) -> Option<(Connection<'a>, End<'e, 'a>, Port<'e>)> {
    let mut first = None;
    for (end, port) in to {
        for caller in from {
            let connection = graph.connection(*caller, *end, *port);
            if connection.outcome() != Outcome::Refused {
                return None;
            }
            first.get_or_insert((connection, *end, *port));
        }
    }
    first
}
