//! Queues and topics beside sagas: each client of a small platform may do what it has said, and nothing else.

use harness::{Failure, Report};
use manifests_lib::data::rabbitmq::RabbitmqClusterSpec;
use manifests_lib::network::Issuer;
use manifests_lib::network::network_policy::APP_NAME;
use manifests_lib::observability::Prometheus;
use manifests_lib::values::gibibytes;
use manifests_lib::{binding_key, name, public_image};
use serde_json::{Value, json};

use super::client::{Client, REJECT, REQUEUE};
use super::server::{Account, Server, path};
use super::topology::Topology;
use super::{QUORUM_QUEUES, declare, is_older, take_away};
use crate::lanes::data::world::{self, RESOURCES, server as pods};
use crate::lanes::small::NODES;
use crate::rendered::Rendered;

/// A shop that sends mails and publishes events, a mailer that reads both, and a bundle that hears of refunds alone.
pub fn rendered() -> Result<Rendered, Failure> {
    world::rendered(|team, shop| {
        let post = team.bundle(name!("post"), shop);
        let tool = |name| post.tool_pods(&APP_NAME, &name);
        let broker = post.rabbitmq_cluster(RabbitmqClusterSpec {
            name: name!("rabbit"),
            replicas: 1,
            image: public_image!("rabbitmq:4.2-management@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
            nodes: &NODES,
            resources: RESOURCES,
            storage: gibibytes(5),
            storage_class: &name!("fast"),
            issuer: &post.host_issuer(name!("everybody"), &Issuer::SelfSigned),
            topology_operator: &tool(name!("operator")),
            prometheus: &Prometheus::new(&tool(name!("scraper"))),
        });
        let [web, mailer, books] = [name!("web"), name!("mailer"), name!("books")]
            .map(|name| team.bundle(name, shop).app(&NODES));
        for component in [&web, &mailer, &books] {
            pods(component);
        }
        let messages = web.messages(&broker);
        let (mails, events) = (messages.queue(name!("mails")), messages.topic(name!("events")));
        let producer = messages.client(&web);
        producer.sends_to(&mails);
        producer.publishes(&events);
        let consumer = messages.client(&mailer);
        consumer.consumes(&mails);
        consumer.subscribes(&events, name!("mailer"), [binding_key!("order.*")]);
        let refunds = [binding_key!("refund.#"), binding_key!("order.cancelled")];
        messages.client(&books).subscribes(&events, name!("books"), refunds);
    })
}

/// Declares the platform, and sends, reads and tries what must not be as each of its users; RabbitMQ is left without it.
pub fn check(server: &Server, rendered: &Rendered, report: &mut Report) -> Result<(), Failure> {
    let topology = Topology::of(rendered, !is_older(server, QUORUM_QUEUES))?;
    if declare(server, &rendered.environment, &topology, report)? {
        let taken = topology.declarations.len();
        report.compared(taken, "objects of queues and topics taken by RabbitMQ");
        messages(server, &topology, report)?;
    }
    take_away(server, &topology)
}

/// What a user does, and whether it may.
enum Step<'a> {
    /// Sends a message with this key to an exchange.
    Send(&'a str, &'a str),
    /// Finds this message in a queue, and gives it back.
    Find(&'a str, &'a str),
    /// Rejects the message that is in a queue.
    Reject(&'a str, &'a str),
}

fn messages(server: &Server, topology: &Topology<'_>, report: &mut Report) -> Result<(), Failure> {
    let vhost = "web-messages";
    server.administer_messages(vhost)?;
    let account = |bundle: &str| {
        let account = Account::new(format!("{bundle}-app-web-user"))?;
        let body = json!({"password": account.password, "tags": ["management"]});
        server.must_administer("PUT", &path(&["users", &account.name]), &body)?;
        Ok::<_, Failure>(account)
    };
    let (web, mailer, books) = (account("web")?, account("mailer")?, account("books")?);
    let mut right = 0;
    for (account, step, may) in [
        (&web, Step::Send("mails", "mails"), true),
        (&web, Step::Send("events", "order.paid"), true),
        (&web, Step::Send("events", "order.cancelled"), true),
        (&web, Step::Send("events", "refund.full.late"), true),
        (&web, Step::Send("dead-letter", "mails"), false),
        (&web, Step::Send("amq.default", "mails"), false),
        (&web, Step::Find("mails", "mails"), false),
        (&web, Step::Find("events.mailer.app.mailer", "order.paid"), false),
        (&mailer, Step::Send("mails", "mails"), false),
        (&mailer, Step::Send("events", "order.paid"), false),
        (&mailer, Step::Find("mails", "mails"), true),
        (&mailer, Step::Reject("mails", "mails"), true),
        (&mailer, Step::Find("dead-letter.mails", "mails"), true),
        (&mailer, Step::Reject("events.mailer.app.mailer", "order.paid"), true),
        (&mailer, Step::Find("dead-letter.events.mailer.app.mailer", "order.paid"), true),
        (&mailer, Step::Find("events.mailer.app.mailer", "order.cancelled"), true),
        (&mailer, Step::Find("events.books.app.books", "order.cancelled"), false),
        (&books, Step::Find("mails", "mails"), false),
        (&books, Step::Find("dead-letter.mails", "mails"), false),
        (&books, Step::Reject("events.books.app.books", "order.cancelled"), true),
        (&books, Step::Find("events.books.app.books", "refund.full.late"), true),
        (&books, Step::Send("events", "refund.full"), false),
    ] {
        let client = Client { server, environment: "the small platform", topology, account, vhost };
        let (what, refused) = match step {
            Step::Send(exchange, key) => {
                let answer = client.publish(exchange, key, key)?;
                let refused = (!answer.is_success()).then(|| answer.to_string());
                (format!("send {key} to {exchange}"), refused)
            }
            Step::Find(queue, payload) => {
                let found = client.wait_for(queue, payload, REQUEUE)?;
                (format!("find {payload} in {queue}"), found.err())
            }
            Step::Reject(queue, payload) => {
                let found = client.wait_for(queue, payload, REJECT)?;
                (format!("reject {payload} of {queue}"), found.err())
            }
        };
        let name = &account.name;
        match (refused, may) {
            (None, true) => right += 1,
            (Some(reason), false)
                if reason.contains("ACCESS_REFUSED") || reason.contains("refused") =>
            {
                right += 1;
            }
            (Some(reason), _) => report.finding(format!("{name} does not {what}: {reason}")),
            (None, false) => report.finding(format!("{name} may {what}")),
        }
    }
    report.compared(
        right,
        "requests of clients of queues and topics done or refused as they have to be",
    );
    declares(server, &[&web, &mailer, &books], vhost, report)
}

/// Nobody declares or deletes.
fn declares(
    server: &Server,
    accounts: &[&Account],
    vhost: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut refused = 0;
    for account in accounts {
        let queue = json!({"durable": true, "arguments": {"x-queue-type": "quorum"}});
        for (method, kind, name, body) in [
            ("PUT", "queues", "new", &queue),
            ("DELETE", "queues", "mails", &Value::Null),
            ("DELETE", "exchanges", "events", &Value::Null),
        ] {
            let answer = server.ask(account, method, &path(&[kind, vhost, name]), body)?;
            if answer.is_refusal() {
                refused += 1;
            } else {
                report.finding(format!("{} may {method} {name} of {kind}: {answer}", account.name));
            }
        }
    }
    report.compared(refused, "declarations of clients of queues and topics refused");
    Ok(())
}
