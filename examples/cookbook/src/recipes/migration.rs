//! A migration before a Deployment
//!
//! The Deployment changes only once the Job has succeeded. While it runs, the old pods go on.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, web, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let invoices = team.bundle(name!("invoices"), &SHOP);
    let migration = invoices.component(name!("migration"), &NODES);
    let migrate = migration.job(Job { active_deadline: seconds(600) });
    migrate.portless_container(worker()).arguments(["migrate"]);

    let deployment = invoices.app(&NODES).deployment(2);
    deployment.container(web());
    deployment.after(&migrate);
}
