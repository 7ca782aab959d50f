//! The schedule of a CronJob is none, or its time zone.

use super::validation::{Mistake, tell};
use crate::check::{Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "invalid-schedule",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "The schedule of a CronJob is none, or its time zone",
    consequence: "the API server refuses the object",
    explanation: "Five fields, each in its range, or a name such as `@daily`. Of time zones only their form is looked at.",
    remedy: "write five fields: minute, hour, day of the month, month, day of the week",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax",
    check: |graph, findings| tell(Mistake::Schedule, graph, findings),
};
