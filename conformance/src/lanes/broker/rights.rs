//! What a rendered user must not: write elsewhere, and declare or delete anything.

use std::collections::BTreeSet;

use harness::{Failure, Report};
use serde_json::{Value, json};

use super::client::{Client, message};
use super::server::{Answer, path};

/// How RabbitMQ calls the exchange without a name, which leads to every queue.
const DEFAULT_EXCHANGE: &str = "amq.default";

/// Asks for all of it as the user; RabbitMQ has to refuse each.
pub fn check(client: &Client<'_>, report: &mut Report) -> Result<(), Failure> {
    let mut refused = 0;
    let mut expect = |what: String, answer: &Answer| {
        if answer.is_refusal() {
            refused += 1;
            return Ok(());
        }
        if answer.is_success() {
            report.finding(format!(
                "{}: its user {} may {what}",
                client.environment, client.account.name
            ));
            return Ok(());
        }
        Err(Failure::new(format!(
            "RabbitMQ does not say whether {} may {what}: {answer}; correct conformance/src/lanes/broker/rights.rs",
            client.account.name
        )))
    };
    for exchange in other_exchanges(client)? {
        let answer = client.publish(&exchange, "", "written elsewhere")?;
        expect(format!("write to the exchange {exchange}"), &answer)?;
    }
    let elsewhere = path(&["exchanges", "/", "amq.fanout", "publish"]);
    let answer = client.ask("POST", &elsewhere, &message("", "written elsewhere"))?;
    expect("write in another virtual host".to_owned(), &answer)?;

    let quorum = json!({"durable": true, "arguments": {"x-queue-type": "quorum"}});
    let direct = json!({"type": "direct", "durable": true});
    let working = client.topology.working_bindings();
    let names = working.iter().map(|binding| format!("{}.new", binding.source));
    let names: BTreeSet<String> = names.chain(["new".to_owned()]).collect();
    for name in &names {
        for (kind, body) in [("queues", &quorum), ("exchanges", &direct)] {
            let answer = client.ask("PUT", &path(&[kind, client.vhost, name]), body)?;
            expect(format!("declare {name} in {kind}"), &answer)?;
        }
    }
    for (kind, places) in
        [("queues", &client.topology.queues), ("exchanges", &client.topology.exchanges)]
    {
        for place in places.iter().filter(|place| place.vhost == client.vhost) {
            let path = path(&[kind, client.vhost, &place.name]);
            let answer = client.ask("DELETE", &path, &Value::Null)?;
            expect(format!("delete {}", place.name), &answer)?;
        }
    }
    report.compared(refused, format!("requests of a user of {} refused", client.environment));
    Ok(())
}

/// Every exchange of the virtual host that has no queue to work on, RabbitMQ's own among them.
fn other_exchanges(client: &Client<'_>) -> Result<BTreeSet<String>, Failure> {
    let exchanges =
        client.server.must_administer("GET", &path(&["exchanges", client.vhost]), &Value::Null)?;
    let working = client.topology.working_bindings();
    Ok(exchanges
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|exchange| exchange["name"].as_str())
        .map(|name| if name.is_empty() { DEFAULT_EXCHANGE } else { name })
        .filter(|name| working.iter().all(|binding| binding.source != *name))
        .map(str::to_owned)
        .collect())
}
