//! Versions of APIs that will be removed.

use super::minor;
use crate::check::{At, Family, Rule, Severity};
use crate::schema::lifecycle;

pub(in crate::check) static RULE: Rule = Rule {
    name: "deprecated-api-version",
    family: Family::Schema,
    severity: Severity::Warning,
    summary: "An object is of a version that will be removed",
    consequence: "an upgrade of the cluster, or of the CRD, brings it to the point where the object is refused",
    explanation: "Versions of Kubernetes' own kinds that the environment's cluster warns of; where its version is not known, those that the oldest \
                  one warns of that is still maintained. Versions of custom kinds that their CRD calls deprecated, or that the release which is \
                  known here does not serve any more.",
    remedy: "write it in the version that takes its place; fields may have other names there",
    upstream: "https://kubernetes.io/docs/reference/using-api/deprecation-policy/",
    check: |graph, findings| {
        for object in graph.objects().written() {
            let (version, kind) = (&object.api_version, &object.identity.kind);
            let at = At::Value(&object.json["apiVersion"]);
            if let Some(end) = lifecycle(version, kind) {
                let is_gone = end.removed.is_some_and(|removed| removed <= minor(graph));
                if is_gone || end.deprecated > minor(graph) {
                    continue;
                }
                let until = end
                    .removed
                    .map_or_else(String::new, |removed| format!(", and gone in 1.{removed}"));
                let since = end.deprecated;
                let message =
                    format!("{version} of {kind} is deprecated since Kubernetes 1.{since}{until}");
                let added = findings.add(object, at, message);
                if let Some(instead) = end.instead {
                    added.help(format!(
                        "write {instead} instead; fields may have other names there"
                    ));
                }
                continue;
            }
            let Some(known) = graph.kinds().kind(object) else { continue };
            let message = match &known.release {
                Some(release) if !known.is_served => {
                    format!("{version} of {kind} is not served any more in release {release}")
                }
                _ if known.is_deprecated => format!("{version} of {kind} is deprecated by its CRD"),
                _ => continue,
            };
            findings.add(object, at, message);
        }
    },
};
