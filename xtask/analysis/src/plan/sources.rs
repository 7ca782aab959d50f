//! What Applications deploy besides the objects here: charts, and folders of other repositories.

use std::collections::{BTreeMap, BTreeSet};

use crate::environment::Environment;
use crate::graph::delivery::{Delivery, sources};
use crate::objects::{FieldPath, Identity, Line, Object, Value, text};

/// A chart, or a folder of another repository, as an Application names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The Application.
    pub application: Identity,
    /// What its objects are listed under: the bundle, the folder that the Application deploys as well, or the Application.
    pub label: String,
    /// The line of the Application.
    pub line: Option<Line>,
    /// The namespace of what says none.
    pub namespace: Option<String>,
    /// What the Application says of it.
    pub json: Value,
}

/// A source of which the two sides say different things.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// As it is deployed; none where it is new.
    pub old: Option<Source>,
    /// As it is to be; none where it is gone.
    pub new: Option<Source>,
}

/// What became of a source whose objects somebody wanted to see.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The source.
    pub source: Source,
    /// Why it could not be rendered.
    pub failure: Option<String>,
    /// What it makes anew each time, such as passwords: each field with its object.
    pub random: Vec<String>,
}

impl Source {
    /// The chart; none of a folder.
    #[must_use]
    pub fn chart(&self) -> Option<&str> {
        let in_registry =
            self.repository().strip_prefix("oci://").filter(|_| self.json["helm"].is_object());
        // A registry holds each chart under an address of its own.
        text(&self.json["chart"]).or_else(|| in_registry?.rsplit('/').next())
    }

    /// The folder in its repository; none of a chart.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        text(&self.json["path"]).filter(|_| self.chart().is_none())
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &str {
        text(&self.json["repoURL"]).unwrap_or_default()
    }

    /// The version of a chart, or the commit, tag or branch of a folder.
    #[must_use]
    pub fn revision(&self) -> &str {
        text(&self.json["targetRevision"]).unwrap_or("HEAD")
    }

    /// What it is called: `the chart kiali-server 2.29.0`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("the {} {}", self.kind(), self.version())
    }

    /// Whether this is how the environment calls it among what it does not see.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let path = text(&self.json["path"]).unwrap_or_default();
        name == self.name().trim_start_matches("the ")
            || name == format!("the folder {path} of {}", self.application)
            || name == format!("kustomization {} {}", self.repository(), self.version())
    }

    fn kind(&self) -> String {
        match (self.chart(), self.path()) {
            (Some(chart), _) => format!("chart {chart}"),
            (None, path) => format!("folder {} of {}", path.unwrap_or("."), self.repository()),
        }
    }

    /// The release, as people call it: of a commit the name that the Application has for it.
    #[must_use]
    pub fn version(&self) -> &str {
        let named = text(&self.json["name"]).and_then(|name| name.split_once('@'));
        match named {
            Some((_, release)) if self.chart().is_none() => release,
            _ => self.revision(),
        }
    }

    /// What decides what it becomes.
    fn meaning(&self) -> (Option<&str>, Value) {
        let mut json = self.json.clone();
        if let Some(fields) = json.as_object_mut() {
            fields.retain(|key, _| *key != "name");
        }
        (self.namespace.as_deref(), json)
    }

    /// What makes it the same source of an Application, whatever it says.
    fn key(&self) -> (&Identity, Option<&str>, &str, Option<&str>) {
        let repository = if self.chart().is_some() { "" } else { self.repository() };
        (&self.application, self.chart(), repository, self.path())
    }
}

/// The sources of an environment whose objects are not here.
#[must_use]
pub fn foreign(environment: &Environment) -> Vec<Source> {
    let objects = &environment.objects;
    let delivery = Delivery::of(objects);
    let mut here: BTreeSet<(&str, &str)> = BTreeSet::new();
    for object in objects.all().iter().filter(|object| object.is_written()) {
        here.extend(delivery.source_folder(object));
    }
    // A repository of which one folder is here has none that is not.
    let repositories: BTreeSet<&str> = here.iter().map(|(repository, _)| *repository).collect();
    let mut found = Vec::new();
    for application in objects.of_kind("argoproj.io", "Application") {
        let is_own = |source: &Value| {
            source["chart"].is_null()
                && repositories.contains(text(&source["repoURL"]).unwrap_or_default())
        };
        // A source that others only take files of values from deploys nothing.
        let is_empty = |source: &Value| source["chart"].is_null() && source["path"].is_null();
        for source in sources(application) {
            if !is_own(source) && !is_empty(source) {
                found.push(of(environment, application, source, &here));
            }
        }
    }
    found
}

fn of(
    environment: &Environment,
    application: &Object,
    source: &Value,
    here: &BTreeSet<(&str, &str)>,
) -> Source {
    let folder = sources(application).find_map(|source| {
        let path = text(&source["path"])?.trim_matches('/');
        let repository = text(&source["repoURL"]).unwrap_or_default();
        here.contains(&(repository, path)).then(|| path.rsplit('/').next().unwrap_or(path))
    });
    let spec = &application.json["spec"];
    let path = FieldPath::of(&application.json, source).unwrap_or_default();
    debug_assert!(environment.objects.get(&application.identity).is_some());
    Source {
        application: application.identity.clone(),
        label: folder.unwrap_or(application.name()).to_owned(),
        line: application.line(&path),
        namespace: text(&spec["destination"]["namespace"]).map(str::to_owned),
        json: source.clone(),
    }
}

/// The sources of which two environments say different things, in the order of their Applications.
#[must_use]
pub fn changed(from: &Environment, to: &Environment) -> Vec<Changed> {
    let (old, new) = (foreign(from), foreign(to));
    let mut before: BTreeMap<_, Vec<&Source>> = BTreeMap::new();
    for source in &old {
        before.entry(source.key()).or_default().push(source);
    }
    let mut changed = Vec::new();
    for source in &new {
        let candidates = before.get_mut(&source.key()).filter(|all| !all.is_empty());
        let was = candidates.map(|all| {
            // Of a chart that stands twice, the same one is the other side, or else the first.
            let same = all.iter().position(|was| was.meaning() == source.meaning());
            all.remove(same.unwrap_or(0))
        });
        if was.is_none_or(|was| was.meaning() != source.meaning()) {
            changed.push(Changed { old: was.cloned(), new: Some(source.clone()) });
        }
    }
    let gone = before.into_values().flatten();
    changed.extend(gone.map(|source| Changed { old: Some(source.clone()), new: None }));
    let application = |changed: &Changed| {
        changed.new.as_ref().or(changed.old.as_ref()).map(|source| source.application.clone())
    };
    changed.sort_by_cached_key(application);
    changed
}

/// What differs and was not rendered, or could not be.
pub(super) fn unseen(from: &Environment, to: &Environment) -> Vec<String> {
    let mut unseen = Vec::new();
    for Changed { old, new } in changed(from, to) {
        let sides = [(from, &old), (to, &new)];
        let of_sides = sides.map(|(environment, source)| {
            let source = source.as_ref()?;
            Some(environment.rendered.iter().find(|rendered| rendered.source == *source))
        });
        let was_asked = of_sides.iter().any(|side| matches!(side, Some(Some(_))));
        let failure = of_sides.iter().flatten().flatten().find_map(|side| side.failure.as_deref());
        let what = told(old.as_ref(), new.as_ref());
        match failure {
            Some(failure) => unseen.push(format!("{what}: {failure}")),
            None if !was_asked => unseen.push(what),
            None => {}
        }
    }
    unseen.dedup();
    unseen
}

/// `chart redis 1.0.0 → 1.1.0 (Application.argoproj.io argocd/redis)`.
fn told(old: Option<&Source>, new: Option<&Source>) -> String {
    let Some(source) = new.or(old) else { return String::new() };
    let (kind, version) = (source.kind(), source.version());
    let what = match (old, new) {
        (Some(was), Some(_)) if was.version() != version => {
            format!("{kind} {} → {version}", was.version())
        }
        (Some(was), Some(new)) if was.revision() != new.revision() => {
            format!("{kind} {version} at another commit")
        }
        (Some(_), Some(_)) if source.chart().is_some() => {
            format!("{kind} {version} with other values")
        }
        (Some(_), Some(_)) => format!("{kind} {version} with other settings"),
        (None, _) => format!("{kind} {version}, new"),
        (_, None) => format!("{kind} {version}, gone"),
    };
    format!("{what} ({})", source.application)
}
