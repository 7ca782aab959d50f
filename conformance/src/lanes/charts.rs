//! Lane `charts`: what helm and kustomize make of the charts that the platform deploys is what its bundles say, is accepted
//! by a real API server, and runs on the environment's cluster.

mod documents;
mod effects;
pub mod faults;
mod package;
mod reload;
mod render;

use std::collections::{BTreeMap, BTreeSet};

use harness::{Cluster, Failure, Programs, Report, progress};
use manifests_lib::delivery::Source;
use manifests_lib::model::GroupKind;

use super::{Options, api, apply, in_cluster, schedule};
use crate::rendered::{self, Object, Rendered};

use documents::Made;
use effects::Effects;
pub use render::Renderer;

/// Kinds by which the API server asks others, who do not run here.
const ASKS_OTHERS: [&str; 3] =
    ["APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Renders, applies and rolls out every environment with all its charts.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut effects = Effects::default();
    for rendered in rendered::environments()? {
        environment(programs, options, &rendered, &mut effects, report)?;
    }
    effects.compare_reloads(report);
    if options.accept {
        report.note(effects.accept()?);
    } else {
        effects.compare(report)?;
    }
    Ok(())
}

/// Everything that the lane does with one environment.
fn environment(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    effects: &mut Effects,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let charts = Renderer::new(programs, options.charts.as_deref(), &rendered.objects)?;
    let mut whole = rendered.clone();
    for source in &rendered.sources {
        progress(format_args!("charts: {name}: rendering {source}"));
        package::judge(&charts, name, source, report)?;
        let made = charts.render(source)?;
        report.compared(made.objects.len(), format!("objects of {name} made by {source}"));
        for finding in differences(&source.spec, &made) {
            report.finding(format!("{name}: {source} ({}): {finding}", source.spec.origin));
        }
        effects.look(&charts, name, source, &made, report)?;
        whole.objects.extend(made.objects);
    }
    for finding in owned_twice(&whole.objects) {
        report.finding(format!("{name}: {finding}"));
    }
    in_cluster(programs, options, name, report, |cluster, report| accept(cluster, &whole, report))?;
    whole.objects.retain(|object| !ASKS_OTHERS.contains(&object.identity.kind));
    schedule::environment(programs, options, &whole, schedule::volumes, report)
}

/// Where the bundle says otherwise than the chart does.
fn differences(source: &Source, made: &Made) -> Vec<String> {
    let mut findings = Vec::new();
    let mut kinds: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for GroupKind { group, kind, .. } in &source.kinds {
        kinds.insert((group, kind), false);
    }
    let namespaces: BTreeSet<&str> = [&source.namespace]
        .into_iter()
        .chain(&source.other_namespaces)
        .map(|namespace| namespace.name().as_str())
        .collect();
    let mut installed = BTreeSet::new();
    let mut unexpected = BTreeSet::new();
    for object in &made.objects {
        let identity = &object.identity;
        if identity.kind == "CustomResourceDefinition" {
            installed.insert(object.value["spec"]["group"].as_str().unwrap_or_default());
        } else if let Some(seen) = kinds.get_mut(&(identity.group, identity.kind)) {
            *seen = true;
        } else {
            unexpected.insert(format!(
                "it makes {object}, but `kinds` does not list {}: Argo CD would refuse it",
                identity.kind
            ));
        }
        if let Some(namespace) = identity.namespace.as_deref()
            && !namespaces.contains(namespace)
        {
            unexpected.insert(format!(
                "it writes {object}, but the bundle does not say so: Argo CD would refuse it; add `.also_writes_to`"
            ));
        }
    }
    findings.extend(unexpected);
    for ((_, kind), _) in kinds.into_iter().filter(|(_, seen)| !seen) {
        findings.push(format!(
            "it makes no {kind}: remove the kind, which only widens what Argo CD admits"
        ));
    }
    let declared: BTreeSet<&str> = source.crd_groups.iter().copied().collect();
    for group in installed.difference(&declared) {
        findings.push(format!("it installs CRDs of {group}, which `crd_groups` does not list"));
    }
    for group in declared.difference(&installed) {
        findings.push(format!("it installs no CRD of {group}, which `crd_groups` lists"));
    }
    findings
}

/// Objects that two Applications would write.
fn owned_twice(objects: &[Object]) -> Vec<String> {
    let mut first: BTreeMap<_, &Object> = BTreeMap::new();
    let mut findings = Vec::new();
    for object in objects {
        if let Some(other) = first.insert(object.identity.clone(), object) {
            findings.push(format!(
                "{object} is written by {} and by {}: Argo CD would refuse the second",
                other.origin, object.origin
            ));
        }
    }
    findings
}

/// Has the API server accept everything, the charts' CRDs first.
fn accept(cluster: &mut Cluster, whole: &Rendered, report: &mut Report) -> Result<(), Failure> {
    let name = &whole.environment;
    let (crds, others): (Vec<Object>, Vec<Object>) = whole
        .objects
        .iter()
        .filter(|object| !ASKS_OTHERS.contains(&object.identity.kind))
        .cloned()
        .partition(|object| object.identity.kind == "CustomResourceDefinition");
    progress(format_args!(
        "charts: {name}: applying {} CRDs and {} objects",
        crds.len(),
        others.len()
    ));
    let mut apply =
        |folder: &str, objects: &[Object], cluster: &mut Cluster| -> Result<(), Failure> {
            let folder = cluster.folder(folder)?;
            let files = rendered::write(objects, &folder)?;
            let applied = apply::apply(cluster, objects, &files)?;
            api::refusals(name, &applied, report);
            Ok(())
        };
    apply("crds", &crds, cluster)?;
    apply::wait_until_established(cluster)?;
    apply("objects", &others, cluster)?;
    report.compared(
        crds.len() + others.len(),
        format!("objects of {name} applied with strict validation, those of its charts among them"),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendered::RenderedSource;
    use crate::rendered::tests::service;
    use manifests_lib::delivery::SourceFrom;

    #[test]
    fn helm_and_kustomize_are_those_that_argo_cd_embeds() {
        for environment in rendered::environments().unwrap() {
            let is_argo_cd = |source: &&RenderedSource| source.spec.crd_groups == ["argoproj.io"];
            let argo_cd = environment.sources.iter().find(is_argo_cd).unwrap();
            let SourceFrom::Chart { values, .. } = &argo_cd.spec.from else { panic!("{argo_cd}") };
            assert_eq!(
                values["global"]["image"]["tag"], "v3.5.3",
                "another Argo CD: pin helm4_version and kustomize5_version of its hack/tool-versions.sh in \
                 harness/programs, and name them in README.md"
            );
            // That of the harness.
            assert_eq!(::charts::argocd::helm("v3.5.3"), Some(4));
        }
    }

    #[test]
    fn two_owners_of_one_object_are_found() {
        let objects = [service("web"), service("other"), service("web")];
        let findings = owned_twice(&objects);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}
