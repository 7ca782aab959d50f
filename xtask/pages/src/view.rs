//! An environment as pages see it: its bundles, their Applications, and who calls whom.

mod network;

use std::collections::{BTreeMap, HashMap};

use analysis::graph::Graph;
use analysis::objects::{Identity, Line, Object, Origin, Pod, list, text};
use analysis::trace::{Trace, overview};
use manifests_lib::delivery::gitops::{application_name, team_of_project};
use manifests_lib::platform::BuiltBundle;
use support::Failure;

use crate::Environment;
use crate::settings::{self, Group};
use crate::sources::Sources;

pub use network::{Edge, Kind, Network, Node, USERS};

/// An environment.
#[derive(Debug)]
pub struct View<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is made of.
    pub environment: &'a Environment<'a>,
    /// Its objects, and what holds between them.
    pub graph: Graph<'a>,
    /// Its bundles by their names.
    pub bundles: BTreeMap<&'a str, Bundle<'a>>,
    /// Its Applications by their names.
    pub applications: BTreeMap<&'a str, Application<'a>>,
    /// Its settings.
    pub settings: Vec<Group>,
    /// Every call and every way of users into the cluster, each with its steps.
    pub traces: Vec<Trace>,
    /// Who calls whom.
    pub network: Network,
}

/// A bundle: a service, a tool, or a part of one.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// As it was built.
    pub built: &'a BuiltBundle,
    /// Its objects.
    pub objects: Vec<&'a Object>,
    /// The objects that its module has written into other bundles.
    pub elsewhere: Vec<&'a Object>,
    /// The team that deploys it; `root` for what belongs to none.
    pub team: String,
}

/// An Application of Argo CD.
#[derive(Clone, Debug)]
pub struct Application<'a> {
    /// The object.
    pub object: &'a Object,
    /// The bundle that it deploys, where it deploys one.
    pub bundle: Option<&'a str>,
    /// The Application that holds it; none for the one that holds itself.
    pub parent: Option<String>,
    /// When it is deployed, among those beside it.
    pub wave: i64,
    /// Whether objects that leave Git are removed.
    pub prunes: bool,
}

impl<'a> View<'a> {
    /// Looks at an environment.
    ///
    /// # Errors
    /// If its settings cannot be told.
    pub fn of(environment: &'a Environment<'a>, sources: &Sources) -> Result<Self, Failure> {
        let graph = Graph::of(environment.checked);
        let mut bundles: BTreeMap<&str, Bundle<'_>> = BTreeMap::new();
        for built in &environment.platform.bundles {
            let (objects, elsewhere, team) = (Vec::new(), Vec::new(), "root".to_owned());
            bundles.insert(built.name.as_str(), Bundle { built, objects, elsewhere, team });
        }
        let by_file = files(&bundles);
        for object in environment.checked.objects.written() {
            let own = object.bundle.as_deref();
            if let Some(bundle) = own.and_then(|own| bundles.get_mut(own)) {
                bundle.objects.push(object);
            }
            let Some(line) = line(object) else { continue };
            for name in by_file.get(&*line.file).into_iter().flatten() {
                if let Some(bundle) = bundles.get_mut(name).filter(|_| own != Some(*name)) {
                    // Another bundle of the same module has written its own.
                    if own.is_none_or(|own| !by_file_has(&by_file, &line, own)) {
                        bundle.elsewhere.push(object);
                    }
                }
            }
        }
        let applications = applications(environment, &bundles);
        for application in applications.values() {
            let project = text(&application.object.json["spec"]["project"]);
            if let (Some(bundle), Some(project)) = (application.bundle, project)
                && let Some(bundle) = bundles.get_mut(bundle)
            {
                team_of_project(project).clone_into(&mut bundle.team);
            }
        }
        let settings = match environment.settings {
            Some(written) => settings::groups(written, sources)?,
            None => Vec::new(),
        };
        let traces = overview(&graph);
        let mut view = Self {
            name: environment.platform.environment.as_str(),
            environment,
            graph,
            bundles,
            applications,
            settings,
            traces,
            network: Network::default(),
        };
        view.network = Network::of(&view);
        Ok(view)
    }

    /// The file of an object in the snapshots.
    #[must_use]
    pub fn file(&self, object: &Object) -> Option<&str> {
        self.environment.files.get(&object.identity).map(String::as_str)
    }

    /// The Application of a bundle.
    #[must_use]
    pub fn application(&self, bundle: &str) -> Option<(&str, &Application<'a>)> {
        let mut all = self.applications.iter();
        let (name, application) = all.find(|(_, one)| one.bundle == Some(bundle))?;
        Some((name, application))
    }

    /// Objects of a kind that somebody wrote.
    pub fn written(&self, group: &'a str, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        let all = self.environment.checked.objects.of_kind(group, kind);
        all.filter(|object| object.is_written())
    }

    /// The bundle of an object: its own, or the one in whose namespace it is made.
    #[must_use]
    pub fn bundle_of(&self, identity: &Identity) -> Option<&'a str> {
        if let Some(object) = self.environment.checked.objects.get(identity)
            && let Some(own) = object.bundle.as_deref()
        {
            return self.bundles.get_key_value(own).map(|(name, _)| *name);
        }
        let namespace = identity.namespace.as_deref()?;
        let in_namespace = |bundle: &&Bundle<'_>| {
            bundle.built.sources.iter().any(|source| source.namespace.name().as_str() == namespace)
        };
        let there: Vec<&Bundle<'_>> = self.bundles.values().filter(in_namespace).collect();
        let makes = |bundle: &&&Bundle<'_>| {
            bundle.built.sources.iter().any(|source| {
                release(source).is_some_and(|release| identity.name.starts_with(release))
            })
        };
        let found = there.iter().find(makes).or(there.first()).copied();
        let any = || {
            self.bundles.values().find(|bundle| {
                bundle.built.namespace.name().as_str() == namespace && !bundle.objects.is_empty()
            })
        };
        found.or_else(any).map(|bundle| bundle.built.name.as_str())
    }
}

/// The name of the release of a chart.
fn release(source: &manifests_lib::delivery::Source) -> Option<&str> {
    match &source.from {
        manifests_lib::delivery::SourceFrom::Chart { release, .. } => Some(release.as_str()),
        manifests_lib::delivery::SourceFrom::Kustomization { .. } => None,
    }
}

impl Bundle<'_> {
    /// The file of its module.
    #[must_use]
    pub fn file(&self) -> &str {
        self.built.origin.file
    }

    /// Whether it is one of our own programs: it runs pods, and nothing of it comes from a chart.
    #[must_use]
    pub fn is_service(&self) -> bool {
        self.built.sources.is_empty() && self.objects.iter().any(|object| Pod::of(object).is_some())
    }
}

/// The line that wrote an object.
#[must_use]
pub fn line(object: &Object) -> Option<Line> {
    match &object.origin {
        Origin::Rust { written, .. } => Some(written.clone()),
        _ => None,
    }
}

/// Bundles by their files.
fn files<'a>(bundles: &BTreeMap<&'a str, Bundle<'a>>) -> HashMap<String, Vec<&'a str>> {
    let mut by_file: HashMap<String, Vec<&str>> = HashMap::new();
    for (name, bundle) in bundles {
        by_file.entry(bundle.file().to_owned()).or_default().push(name);
    }
    by_file
}

fn by_file_has(by_file: &HashMap<String, Vec<&str>>, line: &Line, own: &str) -> bool {
    by_file.get(&*line.file).is_some_and(|names| names.contains(&own))
}

fn applications<'a>(
    environment: &'a Environment<'a>,
    bundles: &BTreeMap<&'a str, Bundle<'a>>,
) -> BTreeMap<&'a str, Application<'a>> {
    let by_application: HashMap<String, &str> = bundles
        .iter()
        .map(|(name, bundle)| (application_name(&bundle.built.name), *name))
        .collect();
    let mut applications = BTreeMap::new();
    for object in environment.checked.objects.of_kind("argoproj.io", "Application") {
        if !object.is_written() {
            continue;
        }
        let wave = object.annotation("argocd.argoproj.io/sync-wave");
        let held_by = object.bundle.as_deref().map(|holder| format!("{holder}-application"));
        let automated = &object.json["spec"]["syncPolicy"]["automated"];
        let application = Application {
            object,
            bundle: by_application.get(object.name()).copied(),
            parent: held_by.filter(|holder| holder != object.name()),
            wave: wave.and_then(|wave| wave.parse().ok()).unwrap_or_default(),
            prunes: automated["prune"].as_bool() == Some(true),
        };
        applications.insert(object.name(), application);
    }
    applications
}

/// The charts and kustomizations of others that an Application deploys: name and version.
#[must_use]
pub fn sources_of_others(application: &Object) -> Vec<(String, String)> {
    let sources = list(&application.json["spec"]["sources"]).iter();
    let others = sources.filter(|source| {
        text(&source["path"]).is_none_or(|path| !path.starts_with("snapshots/"))
            || source["chart"].is_string()
    });
    others
        .map(|source| {
            let name = text(&source["chart"]).or(text(&source["repoURL"])).unwrap_or_default();
            let version = text(&source["targetRevision"]).unwrap_or_default();
            (name.to_owned(), version.to_owned())
        })
        .collect()
}
