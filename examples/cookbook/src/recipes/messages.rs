//! A queue and a topic
//!
//! Each component is a user of the broker that may do what it has said: send to a queue, read it, publish events, subscribe to some. What
//! cannot be delivered goes to a dead-letter queue.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web, worker};

pub(crate) fn recipe(Kitchen { team, rabbitmq, .. }: &Kitchen) {
    let parcels = team.bundle(name!("parcels"), &SHOP).app(&NODES);
    let messages = parcels.messages(rabbitmq);
    let labels = messages.queue(name!("labels"));
    let events = messages.topic(name!("events"));
    let client = messages.client(&parcels);
    let server = parcels.deployment(2).container(web());
    server.env([
        client.url("AMQP_URL"),
        client.ca_certificate("AMQP_CA"),
        client.sends_to(&labels).exchange("LABELS_EXCHANGE"),
        client.publishes(&events).exchange("EVENTS_EXCHANGE"),
    ]);

    let printer = team.bundle(name!("printer"), &SHOP).app(&NODES);
    let client = messages.client(&printer);
    let keys = [binding_key!("parcel.*")];
    let worker = printer.deployment(1).portless_container(worker());
    worker.env([
        client.url("AMQP_URL"),
        client.ca_certificate("AMQP_CA"),
        client.consumes(&labels).queue("LABELS_QUEUE"),
        client.subscribes(&events, name!("printer"), keys).queue("EVENTS_QUEUE"),
    ]);
}
