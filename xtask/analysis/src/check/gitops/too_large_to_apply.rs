//! Objects that do not fit into their own annotation.

use manifests_lib::check::size::ANNOTATIONS;

use super::has_option;
use crate::check::{At, Family, Rule, Severity};

pub(in crate::check) static RULE: Rule = Rule {
    name: "too-large-to-apply",
    family: Family::Gitops,
    severity: Severity::Warning,
    summary: "An object is too large to be applied by the client",
    consequence: "kubectl and Argo CD keep a copy of it in an annotation, which may have 262144 bytes: metadata.annotations: Too long",
    explanation: "Objects whose JSON is larger, such as large CRDs and dashboards, unless they, or the Application of their bundle, are \
                  applied by the server.",
    remedy: "apply it by the server: the sync option ServerSideApply=true, or kubectl apply --server-side",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#server-side-apply",
    check: |graph, findings| {
        for object in graph.objects().written() {
            let size = object.json.to_string().len();
            if size <= ANNOTATIONS
                || has_option(object, "ServerSideApply=true")
                || has_option(object, "Replace=true")
            {
                continue;
            }
            let application = graph.delivery().application(object);
            if !application
                .is_some_and(|application| has_option(application, "ServerSideApply=true"))
            {
                findings.add(object, At::Object, format!("it has {size} bytes"));
            }
        }
    },
};
