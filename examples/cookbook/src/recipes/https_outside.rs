//! HTTPS to the outside
//!
//! The program speaks TLS itself; the egress gateway admits this component to this host and no other. Nobody else leaves by it.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, egress, .. }: &Kitchen) {
    let cards = team.bundle(name!("cards"), &SHOP).app(&NODES);
    let stripe = cards.external_service(ExternalService {
        host: host!("api.stripe.com"),
        port: port!(443),
        protocol: Tls,
        way: Way::Through(egress),
    });
    let server = cards.deployment(2).container(web());
    server.env([cards.calls(&stripe).url("STRIPE_URL")]);
}
