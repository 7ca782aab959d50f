//! Jobs that may run beside themselves.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "overlapping-runs",
    family: Family::Reliability,
    severity: Severity::Warning,
    summary: "A CronJob does not say what happens when a run is still there at the next one",
    consequence: "the next run starts beside it: two backups, two clean-ups or two mailings at a time, and more the slower they get",
    explanation: "Without `concurrencyPolicy`, it is `Allow`. Write it where runs may overlap.",
    remedy: "set concurrencyPolicy: Forbid, or Allow where that is meant",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy",
    check: |graph, findings| {
        for job in graph.objects().of_kind("batch", "CronJob") {
            let spec = &job.json["spec"];
            if spec.is_object() && spec["concurrencyPolicy"].is_null() {
                let message = "a run that is late does not keep the next one from starting";
                findings.add(job, At::Missing(spec, "concurrencyPolicy"), message);
            }
        }
    },
};
