//! Versions of APIs that the cluster does not have any more.

use super::REMOVED;
use crate::check::{At, Family, Rule, Severity};

/// The oldest version of Kubernetes that its project still maintains: what a cluster has at least, where nobody says more.
const OLDEST: u16 = 33;

pub(in crate::check) static RULE: Rule = Rule {
    name: "removed-api-version",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "An object is of a version that Kubernetes has removed",
    consequence: "the API server refuses it: no matches for kind",
    explanation: "Versions of Kubernetes' own kinds, by the version of the environment's cluster; where that is not known, by the oldest \
                  one that is still maintained.",
    remedy: "write it in the version that took its place; fields may have other names there",
    upstream: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    check: |graph, findings| {
        let minor = graph.environment.cluster.kubernetes_minor.unwrap_or(OLDEST);
        for object in graph.objects().written() {
            let mut known = REMOVED.iter();
            let removed = known.find(|removed| {
                removed.kind == object.identity.kind && removed.api_version == object.api_version
            });
            if let Some(removed) = removed.filter(|removed| removed.gone_since <= minor) {
                findings
                    .add(
                        object,
                        At::Value(&object.json["apiVersion"]),
                        format!(
                            "{} of {} is gone since Kubernetes 1.{}",
                            removed.api_version, removed.kind, removed.gone_since
                        ),
                    )
                    .help(format!(
                        "write {} instead; fields may have other names there",
                        removed.instead
                    ));
            }
        }
    },
};
