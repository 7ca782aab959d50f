//! Custom resources that come before their kind.

use std::collections::HashMap;

use super::wave;
use crate::check::{At, Family, Rule, Severity};
use crate::objects::text;

pub(in crate::check) static RULE: Rule = Rule {
    name: "late-definition",
    family: Family::Gitops,
    severity: Severity::Error,
    summary: "A custom resource is in an earlier wave than its CRD",
    consequence: "the sync fails: the server could not find the requested resource; the wave of the CRD is never reached",
    explanation: "Waves are `argocd.argoproj.io/sync-wave` of objects in one folder or bundle. In the same wave, Argo CD applies CRDs first \
                  by itself.",
    remedy: "put the CRD into an earlier wave, or leave out the waves of both",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/",
    check: |graph, findings| {
        let definitions: HashMap<_, _> = graph
            .objects()
            .of_kind("apiextensions.k8s.io", "CustomResourceDefinition")
            .filter_map(|definition| {
                let spec = &definition.json["spec"];
                Some(((text(&spec["group"])?, text(&spec["names"]["kind"])?), definition))
            })
            .collect();
        for object in graph.objects().written() {
            let kind = (object.identity.group.as_str(), object.identity.kind.as_str());
            let Some(definition) = definitions.get(&kind) else { continue };
            if definition.is_written()
                && definition.bundle == object.bundle
                && wave(object) < wave(definition)
            {
                let message = format!(
                    "wave {} comes before wave {} of its CRD",
                    wave(object),
                    wave(definition)
                );
                let annotation =
                    &object.json["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"];
                let at = if annotation.is_null() { At::Object } else { At::Value(annotation) };
                findings.add(object, at, message).side("the CRD is here", definition, At::Object);
            }
        }
    },
};
