//! Projects of Argo CD that are no border.

use crate::check::{At, Family, Rule, Severity};
use crate::objects::{list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "wildcard-project",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A project of Argo CD lets its Applications deploy anything anywhere",
    consequence: "who may write to one repository of the project may change every namespace, and the rights of the cluster itself",
    explanation: "Of an AppProject: `*` as namespace of a destination, `*` as source, and `*` for both group and kind of what belongs to \
                  the whole cluster.",
    remedy: "list the repositories, the namespaces and the kinds that its Applications use",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
    check: |graph, findings| {
        for project in graph.objects().of_kind("argoproj.io", "AppProject") {
            let spec = &project.json["spec"];
            for repository in
                list(&spec["sourceRepos"]).iter().filter(|source| text(source) == Some("*"))
            {
                findings.add(
                    project,
                    At::Value(repository),
                    "its Applications come from any repository",
                );
            }
            for destination in list(&spec["destinations"]) {
                let namespace = &destination["namespace"];
                if text(namespace) == Some("*") {
                    findings.add(
                        project,
                        At::Value(namespace),
                        "its Applications go to any namespace",
                    );
                }
            }
            for kind in list(&spec["clusterResourceWhitelist"]) {
                if [&kind["group"], &kind["kind"]].iter().all(|part| text(part) == Some("*")) {
                    findings.add(
                        project,
                        At::Value(kind),
                        "its Applications change whatever belongs to the whole cluster",
                    );
                }
            }
        }
    },
};
