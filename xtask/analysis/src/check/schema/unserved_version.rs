//! Versions that do not have the kind.

use super::is_newer;
use crate::check::{At, Family, Findings, Rule, Severity, hint};
use crate::graph::Graph;
use crate::objects::Object;
use crate::schema::{group_of, lifecycle, versions};

pub(in crate::check) static RULE: Rule = Rule {
    name: "unserved-version",
    family: Family::Schema,
    severity: Severity::Error,
    summary: "An object is of a kind that its API version does not have",
    consequence: "the API server refuses it: no matches for kind",
    explanation: "A kind in the wrong group, such as a Deployment of `v1`; a misspelt kind; a version that the CRD among the objects does not \
                  have, or does not serve.",
    remedy: "correct the apiVersion or the kind",
    upstream: "https://kubernetes.io/docs/reference/using-api/",
    check: |graph, findings| {
        for object in graph.objects().written() {
            if graph.kinds().versions(object).is_some() {
                custom(graph, object, findings);
            } else if !is_newer(graph) {
                built_in(object, findings);
            }
        }
    },
};

/// A version that the CRD among the objects does not serve.
fn custom(graph: &Graph<'_>, object: &Object, findings: &mut Findings<'_>) {
    let versions = graph.kinds().versions(object).unwrap_or_default();
    let own = object.api_version.rsplit('/').next().unwrap_or_default();
    let served: Vec<&str> =
        versions.iter().filter(|version| version.is_served).map(|version| version.name).collect();
    let Some(definition) = versions.first().map(|version| version.definition) else { return };
    if served.contains(&own) {
        return;
    }
    let is_known = versions.iter().any(|version| version.name == own);
    let what = if is_known { "does not serve" } else { "does not have" };
    findings
        .add(
            object,
            At::Value(&object.json["apiVersion"]),
            format!("the CRD {} {what} the version {own}", definition.name()),
        )
        .help(format!("write one of its versions: {}", served.join(", ")))
        .side("the CRD is here", definition, At::Value(&definition.json["spec"]["versions"]));
}

/// A kind that a version of Kubernetes' own does not have.
fn built_in(object: &Object, findings: &mut Findings<'_>) {
    let (version, kind) = (object.api_version.as_str(), object.identity.kind.as_str());
    let Some(kinds) = versions().get(version) else { return };
    // What is created below another object, and what has been removed, has rules and places of its own.
    if kinds.contains(kind) || lifecycle(version, kind).is_some() || OTHERS.contains(&kind) {
        return;
    }
    let group = group_of(version);
    let elsewhere =
        versions().iter().find(|(known, kinds)| kinds.contains(kind) && group_of(known) != group);
    let near = match elsewhere {
        Some((right, _)) => format!("; did you mean {right}?"),
        None => hint(kind, kinds.iter().copied()),
    };
    findings.add(
        object,
        At::Value(&object.json["apiVersion"]),
        format!("{version} has no kind {kind}{near}"),
    );
}

/// Kinds that nobody creates as objects of their own.
const OTHERS: [&str; 6] =
    ["ComponentStatus", "Eviction", "Scale", "Status", "TokenRequest", "DeleteOptions"];
