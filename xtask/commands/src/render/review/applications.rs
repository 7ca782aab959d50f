//! The App of Apps: waves, projects, and what is never pruned.

use custom_resources::argoproj::v1alpha1::Application;
use manifests_lib::delivery::gitops::{application_name, team_of_project};
use manifests_lib::platform::{BuiltBundle, BuiltPlatform};

/// A line for each Application, below the one that holds it.
pub(super) fn tree(platform: &BuiltPlatform) -> Vec<String> {
    let all = all(platform);
    let mut lines = Vec::new();
    // Those that deploy themselves.
    for (bundle, application) in &all {
        if application_name(&bundle.name) == name(application) {
            add(&all, application, 0, &mut lines);
        }
    }
    lines
}

/// Every Application, with the bundle whose folder holds it.
fn all(platform: &BuiltPlatform) -> Vec<(&BuiltBundle, &Application)> {
    let of = |bundle| move |application| (bundle, application);
    let bundles = platform.bundles.iter();
    bundles
        .flat_map(|bundle| {
            bundle.resources.iter().filter_map(|resource| resource.get()).map(of(bundle))
        })
        .collect()
}

fn add(
    all: &[(&BuiltBundle, &Application)],
    application: &Application,
    depth: usize,
    lines: &mut Vec<String>,
) {
    let automated =
        application.spec.sync_policy.as_ref().and_then(|policy| policy.automated.as_ref());
    let prunes = automated.and_then(|automated| automated.prune) == Some(true);
    let sources = application.spec.sources.iter().flatten();
    let of_others: Vec<String> = sources
        .filter(|source| !source.path.iter().any(|path| path.starts_with("snapshots/")))
        .map(|source| {
            let name = source.chart.as_deref().unwrap_or(&source.repo_url);
            format!(", {name} {}", source.target_revision.as_deref().unwrap_or_default())
        })
        .collect();
    lines.push(format!(
        "{:indent$}{} {}: {}{}{}",
        "",
        wave(application),
        name(application),
        team_of_project(&application.spec.project),
        of_others.concat(),
        if prunes { "" } else { ", never pruned" },
        indent = depth * 2
    ));
    let mut children: Vec<_> = all
        .iter()
        .filter(|(bundle, child)| {
            application_name(&bundle.name) == name(application) && name(child) != name(application)
        })
        .map(|(_, child)| *child)
        .collect();
    children.sort_by_key(|child| (wave(child), name(child).to_owned()));
    for child in children {
        add(all, child, depth + 1, lines);
    }
}

fn name(application: &Application) -> &str {
    application.metadata.name.as_deref().unwrap_or_default()
}

fn wave(application: &Application) -> i64 {
    let annotations = application.metadata.annotations.as_ref();
    let wave = annotations.and_then(|all| all.get("argocd.argoproj.io/sync-wave"));
    wave.and_then(|wave| wave.parse().ok()).unwrap_or_default()
}
