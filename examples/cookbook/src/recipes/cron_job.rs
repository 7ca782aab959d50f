//! A cron job
//!
//! Runs by the clock of a time zone. What happens when the last run goes on, and how late a run may start, is said each time.

use manifests_lib::prelude::*;

use crate::kitchen::{Kitchen, NODES, SHOP, worker};

pub(crate) fn recipe(Kitchen { team, .. }: &Kitchen) {
    let cleanup = team.bundle(name!("cleanup"), &SHOP).app(&NODES);
    let cron_job = cleanup.cron_job(CronJob {
        schedule: schedule!("17 3 * * *"),
        time_zone: time_zone!("Europe/Berlin"),
        concurrency: Concurrency::Forbid,
        starting_deadline: seconds(600),
        active_deadline: seconds(3600),
    });
    cron_job.portless_container(worker()).arguments(["--older-than", "30d"]);
}
