//! Folders that two Applications deploy.

use std::collections::HashMap;

use crate::check::{At, Family, Rule, Severity};
use crate::graph::delivery::{path_of, sources};
use crate::objects::{Object, Value, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "overlapping-applications",
    family: Family::Gitops,
    severity: Severity::Error,
    summary: "Two Applications deploy one folder to the same place",
    consequence: "both own the same objects (SharedResourceWarning): each takes them from the other in turn, and the first that is deleted \
                  takes them along",
    explanation: "Sources of Applications with the same repository, folder, cluster and namespace, and folders below one that is read \
                  with `directory.recurse`. Sources that a chart, Kustomize, a plugin or `include` and `exclude` make something else of \
                  are left out.",
    remedy: "remove one of the Applications, or give each a folder of its own",
    upstream: "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#fail-the-sync-if-a-shared-resource-is-found",
    check: |graph, findings| {
        let mut folders: HashMap<[&str; 5], (&Object, &Value)> = HashMap::new();
        let mut read = Vec::new();
        for application in graph.objects().of_kind("argoproj.io", "Application") {
            for source in sources(application).filter(|source| is_plain(source)) {
                let Some((place, path)) = place(application, source) else { continue };
                let key = |path| [place[0], place[1], place[2], place[3], path];
                if let Some((first, other)) = folders.get(&key(path)) {
                    if first.identity != application.identity {
                        let message = format!("{} deploys {path} as well", first.identity);
                        findings.add(application, At::Value(&source["path"]), message).side(
                            "the other one is here",
                            first,
                            At::Value(&other["path"]),
                        );
                    }
                } else {
                    folders.insert(key(path), (application, source));
                    read.push((place, path, application, source));
                }
            }
        }
        for (place, path, application, source) in read {
            let above = std::iter::successors(Some(path), |path| {
                (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(above, _)| above))
            });
            for path in above.skip(1) {
                let outer = folders.get(&[place[0], place[1], place[2], place[3], path]);
                if let Some((outer, other)) = outer.filter(|(outer, other)| {
                    other["directory"]["recurse"].as_bool() == Some(true)
                        && outer.identity != application.identity
                }) {
                    let message =
                        format!("{} deploys the folders below its own as well", outer.identity);
                    findings.add(application, At::Value(&source["path"]), message).side(
                        "it reads them by this",
                        outer,
                        At::Value(&other["directory"]["recurse"]),
                    );
                }
            }
        }
    },
};

/// Whether a source is deployed as it stands in its folder.
fn is_plain(source: &Value) -> bool {
    let is_changed = ["chart", "helm", "kustomize", "plugin", "ref"];
    let directory = &source["directory"];
    is_changed.iter().all(|field| source[*field].is_null())
        && directory["include"].is_null()
        && directory["exclude"].is_null()
        && directory["jsonnet"].is_null()
}

/// Where a source comes from and goes to, and its folder.
fn place<'a>(application: &'a Object, source: &'a Value) -> Option<([&'a str; 4], &'a str)> {
    let destination = &application.json["spec"]["destination"];
    let of = |field: &'a Value| text(field).unwrap_or_default();
    let repository = text(&source["repoURL"])?.trim_end_matches(".git");
    let place = [
        repository,
        of(&destination["server"]),
        of(&destination["name"]),
        of(&destination["namespace"]),
    ];
    Some((place, path_of(source)?))
}
