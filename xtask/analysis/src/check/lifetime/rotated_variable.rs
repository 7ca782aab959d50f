//! Secrets that change while pods keep the old ones.

use std::collections::HashMap;

use super::is_restarted;
use crate::check::{At, Family, Rule, Severity};
use crate::graph::Relation;
use crate::graph::reading::ReadOnce;
use crate::objects::{Container, Object, Pod, secret_name, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "rotated-variable",
    family: Family::Lifetime,
    severity: Severity::Warning,
    summary: "A Secret is brought up to date, and pods read it once",
    consequence: "after a rotation the running pods keep the old value, and fail when it is switched off, hours or days later",
    explanation: "The Secret of an `ExternalSecret` with a `refreshInterval`, read as a variable by pods that nothing restarts: no digest \
                  in the annotations of the template, no Reloader. Files of volumes are brought up to date by themselves, but not those \
                  of a `subPath`.",
    remedy: "mount it as a file that the program reads again, have Reloader restart the pods, or set refreshInterval: \"0\" and rotate by hand",
    upstream: "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables",
    check: |graph, findings| {
        let read = ReadOnce::of(&graph.pods, Container::is_running);
        let mut sources = HashMap::new();
        for source in graph.objects().of_kind("external-secrets.io", "ExternalSecret") {
            let secret = (source.namespace(), secret_name(source));
            sources.entry(secret).or_insert(source);
        }
        for reference in graph.named_by(Relation::Secret) {
            let Some(pod) = Pod::of(reference.from).filter(|pod| !is_restarted(pod)) else {
                continue;
            };
            if pod.owner.identity.group == "batch" || !read.as_variable(reference.field) {
                continue;
            }
            let secret = (pod.namespace(), reference.target.name.as_str());
            let refreshed =
                |source: &&&Object| refreshes(text(&source.json["spec"]["refreshInterval"]));
            let Some(source) = sources.get(&secret).filter(refreshed) else { continue };
            let message = format!(
                "{} is refreshed, and these pods read it only when they start",
                reference.target
            );
            findings.add(reference.from, At::Value(reference.field), message).side(
                "it is refreshed here",
                source,
                At::Object,
            );
        }
    },
};

fn refreshes(interval: Option<&str>) -> bool {
    interval.is_some_and(|interval| interval.bytes().any(|byte| (b'1'..=b'9').contains(&byte)))
}
