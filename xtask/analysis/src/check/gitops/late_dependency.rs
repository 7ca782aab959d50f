//! Pods that need what comes after them.

use std::collections::HashMap;

use super::{is_upgrade_only, turn};
use crate::check::{At, Family, Rule, Severity};
use crate::graph::{Graph, Relation};
use crate::objects::{Identity, Object, Pod, secret_name, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "late-dependency",
    family: Family::Gitops,
    severity: Severity::Error,
    summary: "An object needs another one to get ready that is in a later wave or phase",
    consequence: "the first sync waits for ever: its wave ends when it is ready, and what it needs comes in the next one",
    explanation: "ConfigMaps, Secrets (and the ExternalSecrets and Certificates that make them), claims and ServiceAccounts of pods, and \
                  issuers of Certificates, among what one Application, bundle or folder deploys. Order is that of Argo CD: hooks before \
                  the sync, the sync, hooks after it, and within each the waves. Hooks of Helm count like those of Argo CD. What is \
                  `optional`, CronJobs, and hooks that run at upgrades alone are left out.",
    remedy: "give what is needed an earlier wave; for a hook before the sync, make it a hook of the same phase with an earlier wave",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/",
    check: |graph, findings| {
        let delivery = graph.delivery();
        let makers = makers(graph);
        for reference in graph.references.iter().filter(|reference| !reference.optional) {
            let from = reference.from;
            if !from.is_written() || !waits_for(from, reference.relation) || is_upgrade_only(from) {
                continue;
            }
            let target =
                graph.objects().get(&reference.target).filter(|target| target.is_written());
            let needed = target.or_else(|| makers.get(&reference.target).copied());
            let Some(needed) = needed else { continue };
            if turn(from) < turn(needed) && delivery.together(from, needed) {
                let message =
                    format!("{} comes before {} of {}", turn(from), turn(needed), needed.identity);
                findings.add(from, At::Value(reference.field), message).side(
                    "it is here",
                    needed,
                    At::Object,
                );
            }
        }
    },
};

/// Whether an object is not ready, and its wave not over, while something is not there.
fn waits_for(from: &Object, relation: Relation) -> bool {
    match relation {
        Relation::Issuer => from.is("cert-manager.io", "Certificate"),
        Relation::ConfigMap | Relation::Secret | Relation::Claim | Relation::ServiceAccount => {
            Pod::is_made_by(&from.identity.group, &from.identity.kind)
                && from.identity.kind != "CronJob"
        }
        _ => false,
    }
}

/// What makes the Secrets that nobody writes.
fn makers<'a>(graph: &Graph<'a>) -> HashMap<Identity, &'a Object> {
    let secret = |maker: &'a Object, name: &str| {
        (Identity::new("", "Secret", Some(maker.namespace()), name), maker)
    };
    let external = graph.objects().of_kind("external-secrets.io", "ExternalSecret");
    let certificates = graph.objects().of_kind("cert-manager.io", "Certificate");
    let of_certificate = certificates
        .filter_map(|maker| Some(secret(maker, text(&maker.json["spec"]["secretName"])?)));
    external.map(|maker| secret(maker, secret_name(maker))).chain(of_certificate).collect()
}
