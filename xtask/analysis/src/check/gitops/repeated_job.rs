//! Jobs that Argo CD makes again when they are cleaned up.

use super::is_hook;
use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "repeated-job",
    family: Family::Gitops,
    severity: Severity::Warning,
    summary: "A Job that removes itself is kept in place by Argo CD",
    consequence: "it runs again each time it has removed itself: a migration or an import, every few minutes, for ever",
    explanation: "Jobs with `ttlSecondsAfterFinished` that are no hooks, of an Application that mends drift by itself \
                  (`automated.selfHeal`): a Job that is gone is drift. The Application is found by its folder, or by its bundle.",
    remedy: "make it a hook (argocd.argoproj.io/hook: Sync, with hook-delete-policy: BeforeHookCreation), or leave out ttlSecondsAfterFinished",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/#sync-status-with-jobsworkflows-with-time-to-live-ttl",
    check: |graph, findings| {
        let delivery = graph.delivery();
        for job in graph.objects().of_kind("batch", "Job").filter(|job| !is_hook(job)) {
            let seconds = &job.json["spec"]["ttlSecondsAfterFinished"];
            let Some(application) = delivery.application(job).filter(|_| !seconds.is_null()) else {
                continue;
            };
            let heals = &application.json["spec"]["syncPolicy"]["automated"]["selfHeal"];
            if heals.as_bool() == Some(true) {
                let message = format!("it is made again {seconds} s after it has ended");
                findings.add(job, At::Value(seconds), message).side(
                    "what is gone is made again by this",
                    application,
                    At::Value(heals),
                );
            }
        }
    },
};
