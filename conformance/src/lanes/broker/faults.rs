//! Faults for the lane `broker`.

use harness::{Failure, Programs, Report};
use serde_json::{Value, json};

use crate::lanes::Options;
use crate::lanes::broker::{self, Server, clients};
use crate::lanes::faults::{change, environment, expect, first, last, no_object};
use crate::rendered::Rendered;

/// A fault: the first object of the kind with another value at the path, and what has to be found.
struct Fault {
    name: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    value: Value,
    expected: &'static str,
}

/// What RabbitMQ refuses, and topologies in which messages are lost, go astray, or users may too much.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let server = Server::start(programs)?;
    let objects = environment()?.objects;
    let other_queue = objects[last(&objects, "Queue")?].value["spec"]["name"].clone();
    let definition = &["spec", "definition"];
    for fault in [
        Fault {
            name: "a policy with a key that RabbitMQ does not know",
            kind: "Policy",
            path: definition,
            value: json!({"delivery-limits": 5}),
            expected: "RabbitMQ does not take it",
        },
        Fault {
            name: "a policy whose pattern matches no queue",
            kind: "Policy",
            path: &["spec", "pattern"],
            value: json!("^no-such\\."),
            expected: "no policy applies to the queue saga.",
        },
        Fault {
            name: "a policy whose pattern matches queues of dead letters",
            kind: "Policy",
            path: &["spec", "pattern"],
            value: json!(""),
            expected: "applies to dead-letter.",
        },
        Fault {
            name: "dead letters without a policy that names their exchange",
            kind: "Policy",
            path: &["spec", "definition", "dead-letter-exchange"],
            value: json!("no-such-exchange"),
            expected: "that is rejected is no dead letter",
        },
        Fault {
            name: "a message that comes back for ever",
            kind: "Policy",
            path: definition,
            value: json!({"dead-letter-exchange": "dead-letter"}),
            expected: "says not how often a message comes back",
        },
        Fault {
            name: "a message that comes back less often than the policy says",
            kind: "Queue",
            path: &["spec", "arguments"],
            value: json!({"x-delivery-limit": 2}),
            expected: "returned 3 times, it is not in saga.",
        },
        Fault {
            name: "a binding that leads to another queue",
            kind: "Binding",
            path: &["spec", "destination"],
            value: other_queue,
            expected: "nothing leads to the queue saga.",
        },
        Fault {
            name: "a queue that its key does not lead to",
            kind: "Binding",
            path: &["spec", "routingKey"],
            value: json!("no-such-key"),
            expected: "no queue is bound to dead-letter with the key",
        },
        Fault {
            name: "a user that may declare",
            kind: "Permission",
            path: &["spec", "permissions", "configure"],
            value: json!("^new$"),
            expected: "may declare new in queues",
        },
        Fault {
            name: "a user that may write elsewhere",
            kind: "Permission",
            path: &["spec", "permissions", "write"],
            value: json!("^(saga|dead-letter)$"),
            expected: "may write to the exchange dead-letter",
        },
        Fault {
            name: "a user that may not write",
            kind: "Permission",
            path: &["spec", "permissions", "write"],
            value: json!("^$"),
            expected: "ACCESS_REFUSED",
        },
        Fault {
            name: "a user that may not read dead letters",
            kind: "Permission",
            path: &["spec", "permissions", "read"],
            value: json!("^saga\\."),
            expected: "cannot be fetched from dead-letter.",
        },
    ] {
        let mut rendered = environment()?;
        change(&mut rendered.objects, fault.kind, fault.path, fault.value)?;
        found(&server, &rendered, fault.name, &[fault.expected], report)?;
    }
    missing_object(&server, report)?;
    clients(&server, report)
}

/// Clients of queues and topics that may too much or too little, and events that go astray.
fn clients(server: &Server, report: &mut Report) -> Result<(), Failure> {
    let write = &["spec", "permissions", "write"][..];
    for (fault, kind, name, path, value, expected) in [
        (
            "a producer that may write everywhere",
            "Permission",
            "web-app-web-permission",
            write,
            json!(".*"),
            "web-app-web-user may send mails to dead-letter",
        ),
        (
            "a consumer that may not read",
            "Permission",
            "mailer-app-web-permission",
            &["spec", "permissions", "read"],
            json!("^$"),
            "mailer-app-web-user does not find mails in mails",
        ),
        (
            "a subscription to another key",
            "Binding",
            "books-app-messages-binding-web-events-books-refund.all",
            &["spec", "routingKey"],
            json!("refund"),
            "does not find refund.full.late in events.books",
        ),
        (
            "dead letters under the key of their event",
            "Policy",
            "mailer-app-messages-policy-web-events-mailer",
            &["spec", "definition"],
            json!({"dead-letter-exchange": "dead-letter"}),
            "does not find order.paid in dead-letter.events.mailer",
        ),
    ] {
        let mut rendered = clients::rendered()?;
        let place = rendered
            .objects
            .iter_mut()
            .find(|object| object.identity.kind == kind && object.identity.name == name)
            .ok_or_else(|| no_object(kind))?;
        *place = place.with_field(path, value)?;
        let mut found = Report::default();
        clients::check(server, &rendered, &mut found)?;
        expect(report, fault, &found.findings, &[expected]);
    }
    Ok(())
}

/// A binding of a queue that is not there.
fn missing_object(server: &Server, report: &mut Report) -> Result<(), Failure> {
    let mut rendered = environment()?;
    let queue = first(&rendered.objects, "Queue")?;
    rendered.objects.remove(queue);
    found(
        server,
        &rendered,
        "a queue that is not there",
        &["Binding", "RabbitMQ does not take it"],
        report,
    )
}

/// Runs the lane on a fault that it has to find.
fn found(
    server: &Server,
    rendered: &Rendered,
    fault: &str,
    expected: &[&str],
    report: &mut Report,
) -> Result<(), Failure> {
    let mut found = Report::default();
    broker::environment(server, rendered, &mut found)?;
    expect(report, fault, &found.findings, expected);
    Ok(())
}
