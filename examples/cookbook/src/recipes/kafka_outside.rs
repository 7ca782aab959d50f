//! Kafka or MongoDB outside
//!
//! The members of a cluster by their names, straight to their addresses. Clients get all of them in one variable.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let fraud = team.bundle(name!("fraud"), &SHOP).app(&NODES);
    let brokers = [host!("b-1.kafka.example.com"), host!("b-2.kafka.example.com")];
    let brokers = brokers.map(|host| {
        let way = Way::To(&[cidr!("192.168.64.0/18")]);
        fraud.external_service(ExternalService { host, port: port!(9094), protocol: Tls, way })
    });
    let worker = fraud.deployment(1).portless_container(worker());
    worker.env([fraud.calls_all(&brokers).addresses("KAFKA_BROKERS")]);
}
