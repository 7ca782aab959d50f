//! Syncs that wait for a Job without end.

use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "endless-hook",
    family: Family::Gitops,
    severity: Severity::Warning,
    summary: "A sync waits for a Job that may never end",
    consequence: "an image that cannot be pulled or a server that does not answer holds the sync, and every later one, until somebody \
                  terminates it by hand",
    explanation: "Jobs that are hooks of Argo CD (`argocd.argoproj.io/hook`) or have a wave, without `activeDeadlineSeconds`. A \
                  `backoffLimit` counts pods that have failed; one that never starts never fails.",
    remedy: "set activeDeadlineSeconds: how long it may take at most, retries included",
    upstream: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
    check: |graph, findings| {
        for job in graph.objects().of_kind("batch", "Job") {
            let annotations = &job.json["metadata"]["annotations"];
            let hook = &annotations["argocd.argoproj.io/hook"];
            let is_waited_for = match hook.as_str() {
                Some(phase) => phase != "Skip",
                None => !annotations["argocd.argoproj.io/sync-wave"].is_null(),
            };
            let spec = &job.json["spec"];
            if is_waited_for && spec["activeDeadlineSeconds"].is_null() {
                let message = "nothing ends it when it hangs";
                findings.add(job, At::Missing(spec, "activeDeadlineSeconds"), message);
            }
        }
    },
};
