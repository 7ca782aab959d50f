//! Lane `delivery`: a real Argo CD, with the settings of the environments, deploys a small platform and its changes.

pub mod faults;
mod platform;
mod refusals;
mod settings;
mod story;
mod trial;

use harness::{Failure, Programs, Report, progress};
use manifests_lib::delivery::gitops::application_name;

use super::Options;
use crate::rendered::{self, Object, Rendered};

use settings::Settings;
use trial::Trial;

/// What Argo CD is tried with.
pub struct Subject {
    /// Its settings.
    settings: Settings,
    /// The environments that have them; their projects are tried, too.
    environments: Vec<Rendered>,
    /// What is done to the small platform before each commit; nothing but by faults.
    change: fn(&mut Vec<Object>) -> Result<(), Failure>,
}

/// Deploys the small platform with the settings of every environment; once for those that have the same.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    for subject in subjects()? {
        let mut names: Vec<&str> = Vec::new();
        names.extend(subject.environments.iter().map(|rendered| rendered.environment.as_str()));
        report.note(format!("Argo CD's settings are those of {}", names.join(" and ")));
        subject.deploy(programs, options, report, story::tell)?;
    }
    Ok(())
}

/// Every settings that an environment has, without a fault.
fn subjects() -> Result<Vec<Subject>, Failure> {
    let mut subjects: Vec<Subject> = Vec::new();
    for rendered in rendered::environments()? {
        let settings = Settings::of(&rendered)?;
        match subjects.iter_mut().find(|subject| subject.settings == settings) {
            Some(subject) => subject.environments.push(rendered),
            None => subjects.push(Subject {
                settings,
                environments: vec![rendered],
                change: |_| Ok(()),
            }),
        }
    }
    Ok(subjects)
}

/// The Application that deploys Argo CD itself.
const ARGOCD: &str = "argocd-application";

impl Subject {
    /// Has one Application deploy what bootstrap has installed, as the environments' Argo CD deploys itself.
    fn deploy_itself(&self, objects: &mut [Object]) -> Result<(), Failure> {
        let all = self.environments.iter().flat_map(|rendered| &rendered.objects);
        let argocd = all
            .filter(|object| object.identity.kind == "Application")
            .find(|object| object.identity.name == ARGOCD);
        let argocd = argocd.ok_or_else(|| {
            Failure::new(format!(
                "no environment has {ARGOCD}: correct conformance/src/lanes/delivery.rs"
            ))
        })?;
        let own = application_name(&platform::ITSELF);
        for object in objects.iter_mut().filter(|object| object.identity.name == own) {
            *object = object.with(|value| {
                let annotations = argocd.value["metadata"]["annotations"].as_object();
                for (key, text) in annotations.into_iter().flatten() {
                    if key.contains("apply-migration") {
                        value["metadata"]["annotations"][key] = text.clone();
                    }
                }
                value["spec"]["syncPolicy"]["syncOptions"] =
                    argocd.value["spec"]["syncPolicy"]["syncOptions"].clone();
            })?;
        }
        Ok(())
    }

    /// Starts a cluster and Argo CD and has a story told with them.
    fn deploy(
        &self,
        programs: &Programs,
        options: &Options,
        report: &mut Report,
        story: fn(&mut Trial, &mut Report) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        progress("delivery: starting a cluster and Argo CD");
        super::in_cluster(
            programs,
            options,
            platform::ENVIRONMENT.as_str(),
            report,
            |cluster, report| {
                let mut trial = Trial::start(self, programs, options, cluster)?;
                story(&mut trial, report)
            },
        )
    }
}
