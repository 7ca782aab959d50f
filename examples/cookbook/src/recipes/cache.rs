//! A cache
//!
//! Valkey in a container on a laptop, ElastiCache by TLS in production.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web};

pub(crate) fn recipe(Kitchen { team, cache, .. }: &Kitchen) {
    let sessions = team.bundle(name!("sessions"), &SHOP).app(&NODES);
    let cache = sessions.cache(cache.clone());
    let server = sessions.deployment(2).container(web());
    server.env([cache.url("REDIS_URL")]);
}
