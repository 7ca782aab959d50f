//! Data that Argo CD deletes with its manifest.

use crate::check::gitops::has_option;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "pruned-data",
    family: Family::Data,
    severity: Severity::Warning,
    summary: "Argo CD deletes a claim, a namespace or a kind as soon as its manifest is gone",
    consequence: "a renamed folder, a wrong branch or a deleted Application takes the data with it: a namespace everything in it, a CRD \
                  every object of its kind",
    explanation: "PersistentVolumeClaims, Namespaces and CustomResourceDefinitions that an Application deploys which prunes by itself \
                  (`automated.prune`), or deletes what it owns when it is deleted (its finalizer). `Prune=false` and `Delete=false` in \
                  `argocd.argoproj.io/sync-options` keep the object; so do `Prune=confirm` and `Delete=confirm`, which ask first. The \
                  Application is found by its folder, or by its bundle.",
    remedy: "annotate the object with argocd.argoproj.io/sync-options: Prune=false,Delete=false",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources",
    check: |graph, findings| {
        let delivery = graph.delivery();
        for (group, kind) in [
            ("", "PersistentVolumeClaim"),
            ("", "Namespace"),
            ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ] {
            for object in graph.objects().of_kind(group, kind).filter(|object| object.is_written())
            {
                let Some(application) = delivery.application(object) else { continue };
                let says = |option: &str| {
                    ["false", "confirm"].iter().any(|answer| {
                        let option = format!("{option}={answer}");
                        has_option(object, &option) || has_option(application, &option)
                    })
                };
                let prune = &application.json["spec"]["syncPolicy"]["automated"]["prune"];
                let prunes = prune.as_bool() == Some(true) && !says("Prune");
                let finalizers = list(&application.json["metadata"]["finalizers"]);
                let cascade = finalizers.iter().find(|finalizer| {
                    text(finalizer).is_some_and(|it| it.starts_with("resources-finalizer.argocd"))
                });
                let (at, message) = match cascade.filter(|_| !says("Delete")) {
                    _ if prunes => (prune, "it is deleted as soon as its manifest is gone"),
                    Some(finalizer) => (finalizer, "it is deleted with its Application"),
                    None => continue,
                };
                findings.add(object, At::Object, message).side(
                    format!("{} says so here", application.identity),
                    application,
                    At::Value(at),
                );
            }
        }
    },
};
