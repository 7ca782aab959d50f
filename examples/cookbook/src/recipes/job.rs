//! A Job
//!
//! Runs with every version of its bundle, once everything else of it is healthy. What it does must be right a second time.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let offers = team.bundle(name!("offers"), &SHOP);
    let app = offers.app(&NODES);
    let service = app.deployment(2).container(web()).expose_http(port!(80));

    let warm_up = offers.component(name!("warm-up"), &NODES);
    let job = warm_up.job(Job { active_deadline: seconds(300) });
    job.backoff_limit(2);
    job.portless_container(worker()).env([warm_up.calls(&service).url("OFFERS_URL")]);
}
