//! Versions of APIs that the cluster does not have any more.

use super::minor;
use crate::check::{At, Family, Rule, Severity};
use crate::schema::lifecycle;

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
        for object in graph.objects().written() {
            let Some(end) = lifecycle(&object.api_version, &object.identity.kind) else { continue };
            let Some(removed) = end.removed.filter(|removed| *removed <= minor(graph)) else {
                continue;
            };
            let (version, kind) = (&object.api_version, &object.identity.kind);
            let message = format!("{version} of {kind} is gone since Kubernetes 1.{removed}");
            let added = findings.add(object, At::Value(&object.json["apiVersion"]), message);
            if let Some(instead) = end.instead {
                added.help(format!("write {instead} instead; fields may have other names there"));
            }
        }
    },
};
