//! Argo CD as described by its own bundle, and the steps that install it in a cluster.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use custom_resources::argoproj::v1alpha1::{AppProject, Application};
use k8s_openapi::api::core::v1::Namespace;
use manifests_lib::delivery::gitops::{ROOT, application_name, team_of_project};
use manifests_lib::delivery::{Source, SourceFrom};
use manifests_lib::model::Resource;
use manifests_lib::platform::BuiltBundle;
use manifests_lib::values::Name;
use manifests_lib::yaml;
use serde_json::Value;

use super::credentials::Credentials;
use super::records::Records;
use crate::environment::{Built, EnvironmentName};
use crate::render;
use programs::Versions;
use programs::{Invocation, Program};
use support::{Failure, in_workspace};

/// Under whose name server-side apply writes what Argo CD deploys as well: its own. What belonged to another writer would stay in
/// the cluster after it has left Git.
///
/// Upstream: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers>
const ARGO_CD: &str = "argocd-controller";

/// Under whose name it writes what is not in Git.
const BOOTSTRAP: &str = "manifests-bootstrap";

/// Time limit for pulling the images and starting.
pub const PATIENCE: Duration = Duration::from_mins(10);

/// What bootstrap needs of the rendered platform.
pub struct ArgoCd {
    namespace: String,
    namespace_file: PathBuf,
    release: Name,
    chart: String,
    version: String,
    /// The chart's repository, as helm takes it.
    released: Vec<String>,
    values: Value,
    /// The CRDs that must exist before anything can be applied.
    definitions: Vec<String>,
    project_files: Vec<PathBuf>,
    root_file: PathBuf,
    /// The repository that the root Application reads.
    repository: String,
    /// Name of its web UI; its Deployment has the same name as the web UI's Service.
    pub web_ui: Name,
    server: Name,
}

/// A command and its title.
pub struct Step {
    pub title: String,
    action: Action,
}

/// What a step does.
enum Action {
    /// Runs a command.
    Run(Invocation),
    /// Waits for a helm that works, and removes the records of those that were killed.
    Settle(Records),
}

impl Step {
    /// Does it.
    pub fn run(&self) -> Result<(), Failure> {
        match &self.action {
            Action::Run(invocation) => invocation.run(),
            Action::Settle(records) => records.settle(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "# {}", self.title)?;
        match &self.action {
            Action::Run(invocation) => writeln!(formatter, "{invocation}"),
            Action::Settle(records) => writeln!(formatter, "{records}"),
        }
    }
}

impl ArgoCd {
    /// Finds Argo CD in the platform; its files must be up to date.
    pub fn of(name: EnvironmentName, built: &Built) -> Result<Self, Failure> {
        let platform = &built.platform;
        let missing = |what: &str| {
            Failure::new(format!(
                "the platform of {name} has no {what}, which bootstrap needs: deploy Argo CD with \
                 the chart of the bundle that creates its namespace"
            ))
        };
        let root = platform
            .bundles
            .iter()
            .find(|bundle| bundle.name == ROOT)
            .ok_or_else(|| missing("root bundle"))?;
        let bundle = platform
            .bundles
            .iter()
            .find(|bundle| {
                let installs = bundle.sources.iter().flat_map(|source| &source.crd_groups);
                installs.into_iter().any(|group| *group == group_of_argocd())
            })
            .ok_or_else(|| missing("chart of Argo CD"))?;
        let source = bundle.sources.first();
        let (Some(SourceFrom::Chart { name: chart, version, release, values, .. }), Some(released)) =
            (source.map(|source| &source.from), source.and_then(Source::helm_arguments))
        else {
            return Err(missing("chart of Argo CD"));
        };
        let web_ui = platform
            .web_uis
            .iter()
            .find(|web_ui| *web_ui.service.namespace() == bundle.namespace)
            .ok_or_else(|| missing("web UI of Argo CD"))?;
        let files = Files { name, built };
        let is_namespace = |resource: &Resource| resource.get::<Namespace>().is_some();
        // The root Application brings those of bundles.
        let is_project = |resource: &Resource| {
            let name = &resource.object_ref().name;
            resource.get::<AppProject>().is_some() && team_of_project(name) == name
        };
        let is_root = |resource: &Resource| {
            resource.get::<Application>().is_some()
                && resource.object_ref().name == application_name(&root.name)
        };
        let repository = root
            .resources
            .iter()
            .find(|resource| is_root(resource))
            .and_then(|resource| resource.get::<Application>()?.spec.sources.as_ref()?.first())
            .map(|source| source.repo_url.clone())
            .ok_or_else(|| missing("root Application with a repository"))?;
        let one =
            |files: Vec<PathBuf>, what: &str| files.into_iter().next().ok_or_else(|| missing(what));
        Ok(Self {
            namespace: bundle.namespace.to_string(),
            namespace_file: one(files.of(bundle, is_namespace)?, "namespace of Argo CD")?,
            release: release.clone(),
            chart: (*chart).to_owned(),
            version: version.clone(),
            released,
            values: values.clone(),
            definitions: ["applications", "appprojects"]
                .map(|kind| format!("crd/{kind}.{}", group_of_argocd()))
                .to_vec(),
            project_files: files.of(root, is_project)?,
            root_file: one(files.of(root, is_root)?, "root Application")?,
            repository,
            web_ui: web_ui.name.clone(),
            server: web_ui.service.name().clone(),
        })
    }

    /// All steps, in order. Each can be run again.
    pub fn steps(
        &self,
        context: &str,
        chart: Option<&Path>,
        helm: Helm,
        credentials: Option<Credentials>,
    ) -> Result<Vec<Step>, Failure> {
        let step = |title: String, invocation| Step { title, action: Action::Run(invocation) };
        let namespace = format!("--namespace={}", self.namespace);
        let timeout = timeout();
        let wait = |condition: &str, what: &[String]| {
            let words =
                ["wait".to_owned(), format!("--for=condition={condition}"), timeout.clone()];
            Invocation::kubectl(context, words.into_iter().chain(what.iter().cloned()))
        };
        let mut steps = vec![step(
            format!("Create the namespace {}", self.namespace),
            apply(context, [&self.namespace_file]),
        )];
        if let Some(credentials) = credentials {
            let secret = credentials.secret(&self.namespace, &self.repository)?;
            steps.push(step(
                format!("Let Argo CD log in to {}", self.repository),
                apply_as(BOOTSTRAP, context, ["-".to_owned()]).with_secret_input(secret),
            ));
        }
        steps.extend([
            Step {
                title: "Look for helm's record of a run that was interrupted, or of one that still works".to_owned(),
                action: Action::Settle(Records {
                    context: context.to_owned(),
                    namespace: self.namespace.clone(),
                    release: self.release.clone(),
                }),
            },
            step(
                format!("Install Argo CD: chart {} {}", self.chart, self.version),
                self.install(context, chart, helm)?,
            ),
            step(
                "Wait for Argo CD".to_owned(),
                wait("Available", &[namespace, format!("deployment/{}", self.server)]),
            ),
            // After the server, because kubectl takes a brand-new CRD for a failed one.
            step("Wait for Argo CD's CRDs".to_owned(), wait("Established", &self.definitions)),
            step("Apply the projects".to_owned(), apply(context, &self.project_files)),
            step(
                "Apply the root Application, which deploys the rest".to_owned(),
                apply(context, [&self.root_file]),
            ),
        ]);
        Ok(steps)
    }

    /// The command that shows Argo CD's progress.
    pub fn applications(&self, context: &str) -> Invocation {
        let words = [
            "get".to_owned(),
            format!("applications.{}", group_of_argocd()),
            format!("--namespace={}", self.namespace),
        ];
        Invocation::kubectl(context, words)
    }

    fn install(
        &self,
        context: &str,
        chart: Option<&Path>,
        helm: Helm,
    ) -> Result<Invocation, Failure> {
        let values = yaml::to_string(&self.values).map_err(|error| {
            Failure::new(format!("the values of {} cannot be written: {error}", self.chart))
        })?;
        let mut arguments =
            vec!["upgrade".to_owned(), "--install".to_owned(), self.release.to_string()];
        match chart {
            Some(chart) => arguments.push(chart.display().to_string()),
            None => arguments.extend_from_slice(&self.released),
        }
        arguments.extend([
            format!("--kube-context={context}"),
            format!("--namespace={}", self.namespace),
            timeout(),
            // From standard input: nothing is written to disk.
            "--values=-".to_owned(),
        ]);
        match helm {
            Helm::Three => {}
            // As Helm 3 does it: Argo CD takes over no fields that another server-side apply owns.
            Helm::Four => arguments.push("--server-side=false".to_owned()),
        }
        Ok(Invocation::new(Program::Helm, arguments).with_input(values))
    }
}

/// The time limit, as helm and kubectl take it.
fn timeout() -> String {
    format!("--timeout={}m", PATIENCE.as_secs() / 60)
}

/// The API group of Argo CD's kinds.
fn group_of_argocd() -> &'static str {
    <Application as k8s_openapi::Resource>::GROUP
}

/// The installed helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Helm {
    /// Always applies by the client.
    Three,
    /// Applies by the server unless told otherwise.
    Four,
}

impl Helm {
    /// The one that was found.
    pub fn of(versions: Versions) -> Self {
        if versions.helm() == Some(3) { Self::Three } else { Self::Four }
    }
}

/// Server-side apply: fields that Argo CD or an earlier run has written are taken over instead of a conflict.
fn apply<'a>(context: &str, files: impl IntoIterator<Item = &'a PathBuf>) -> Invocation {
    apply_as(ARGO_CD, context, files.into_iter().map(|file| file.display().to_string()))
}

fn apply_as(manager: &str, context: &str, files: impl IntoIterator<Item = String>) -> Invocation {
    let words = [
        "apply".to_owned(),
        "--server-side".to_owned(),
        "--force-conflicts".to_owned(),
        format!("--field-manager={manager}"),
    ];
    let files = files.into_iter().map(|file| format!("--filename={file}"));
    Invocation::kubectl(context, words.into_iter().chain(files))
}

/// Files of the snapshots.
struct Files<'a> {
    name: EnvironmentName,
    built: &'a Built,
}

impl Files<'_> {
    /// The files of the matching objects of a bundle. They must be up to date, because bootstrap applies what was reviewed.
    fn of(
        &self,
        bundle: &BuiltBundle,
        wanted: impl Fn(&Resource) -> bool,
    ) -> Result<Vec<PathBuf>, Failure> {
        let name = self.name;
        let folder = in_workspace("snapshots")?.join(name.to_string());
        let mut paths = Vec::new();
        for (path, resource, contents) in render::files::of_bundle(bundle)? {
            if !wanted(resource) {
                continue;
            }
            let path = folder.join(path);
            if std::fs::read_to_string(&path).ok().as_deref() != Some(contents.as_str()) {
                return Err(Failure::new(format!(
                    "{} is not what the code renders for {}, and bootstrap applies only what is in the snapshots: run `cargo xtask \
                     render {name}`, have the difference reviewed, then run again",
                    path.display(),
                    self.built.platform.environment
                )));
            }
            paths.push(path);
        }
        Ok(paths)
    }
}
