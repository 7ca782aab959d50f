//! A role in Kubernetes
//!
//! What the pods may do in the cluster's API, in their own namespace. Only then they carry a token, and reach the API server.

use k8s_openapi::api::coordination::v1 as coordination;
use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, api_server, .. }: &Kitchen) {
    let scheduler = team.bundle(name!("scheduler"), &SHOP).app(&NODES);
    scheduler.role(Role {
        rules: vec![
            RoleRule::of::<coordination::Lease>([Verb::Get, Verb::Update])
                .named([name!("scheduler")]),
            RoleRule::of::<coordination::Lease>([Verb::Create]),
        ],
        reason: "elects a leader",
        api_server,
    });
    scheduler.deployment(2).portless_container(worker());
}
