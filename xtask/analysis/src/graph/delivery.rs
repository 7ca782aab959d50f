//! What Applications of Argo CD name, and which of them deploys an object.
//!
//! Upstream: <https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/>

use std::collections::HashMap;
use std::path::Path;

use super::Relation;
use super::reference::Names;
use crate::objects::{Object, Objects, Origin, Value, list, text};

/// The sources of an Application: charts, folders.
pub(crate) fn sources(application: &Object) -> impl Iterator<Item = &Value> {
    let spec = &application.json["spec"];
    let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
    sources.filter(|source| source.is_object())
}

/// The folder of a source, from the root of its repository, which is empty.
pub(crate) fn path_of(source: &Value) -> Option<&str> {
    let path = text(&source["path"])?.trim_start_matches("./").trim_matches('/');
    Some(if path == "." { "" } else { path })
}

/// The sync wave of an object: `-1` comes before `0`.
pub(crate) fn wave(object: &Object) -> i64 {
    object
        .annotation("argocd.argoproj.io/sync-wave")
        .and_then(|wave| wave.parse().ok())
        .unwrap_or(0)
}

/// The Applications of an environment, by what they deploy.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    /// By their names, with and without `-application` at the end, and by the last folder of a path that they deploy.
    named: HashMap<&'a str, &'a Object>,
    /// By the path of each folder that they deploy.
    deploying: HashMap<&'a str, &'a Object>,
    /// The paths of each last folder.
    ending: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Delivery<'a> {
    pub(crate) fn of(objects: &'a Objects) -> Self {
        let applications = || objects.of_kind("argoproj.io", "Application");
        let mut named = HashMap::new();
        for application in applications() {
            named.entry(application.name()).or_insert(application);
        }
        for application in applications() {
            let name = application.name();
            let name = name.strip_suffix("-application").unwrap_or(name);
            named.entry(name).or_insert(application);
        }
        let (mut deploying, mut ending) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for application in applications() {
            for path in sources(application).filter_map(path_of).filter(|path| !path.is_empty()) {
                named.entry(last(path)).or_insert(application);
                if !deploying.contains_key(path) {
                    deploying.insert(path, application);
                    ending.entry(last(path)).or_default().push(path);
                }
            }
        }
        Self { named, deploying, ending }
    }

    /// The Application that deploys an object: that of its bundle, or of the folder in which it stands.
    pub(crate) fn application(&self, object: &Object) -> Option<&'a Object> {
        match object.bundle.as_deref() {
            Some(bundle) => self.named.get(bundle).copied(),
            None => self.deploying.get(self.path(object)?).copied(),
        }
    }

    /// The path of the Application in whose folder an object stands. The path that Argo CD knows begins at the root of the repository,
    /// wherever that is here.
    fn path(&self, object: &Object) -> Option<&'a str> {
        let folder = folder(object)?;
        let below = std::iter::successors(Some(folder), |it| Some(it.split_once('/')?.1));
        below.into_iter().find_map(|path| Some(*self.deploying.get_key_value(path)?.0))
    }

    /// The same for files that may have been copied elsewhere: a folder is known by its last name, where one path ends in that.
    pub(crate) fn application_of_copy(&self, object: &Object) -> Option<&'a Object> {
        let of_path = || self.deploying.get(self.path_of_copy(object)?).copied();
        self.application(object).or_else(of_path)
    }

    fn path_of_copy(&self, object: &Object) -> Option<&'a str> {
        self.path(object).or_else(|| {
            match self.ending.get(last(folder(object)?)).map(Vec::as_slice) {
                Some([only]) => Some(*only),
                _ => None,
            }
        })
    }

    /// The repository and the path of the folder in which an object stands, as its Application names them.
    pub(crate) fn source_folder(&self, object: &Object) -> Option<(&'a str, &'a str)> {
        let application = self.application_of_copy(object)?;
        let name = match object.bundle.as_deref() {
            Some(bundle) => bundle,
            None => last(self.path_of_copy(object)?),
        };
        let mut all = sources(application).filter(|source| source["chart"].is_null());
        all.find_map(|source| {
            let path = path_of(source)?;
            (last(path) == name).then(|| (text(&source["repoURL"]).unwrap_or_default(), path))
        })
    }

    /// The name of the bundle, or of the folder that an Application deploys.
    pub(crate) fn label(&self, object: &Object) -> Option<String> {
        let bundle = object.bundle.as_deref();
        bundle.or_else(|| self.path_of_copy(object).map(last)).map(str::to_owned)
    }

    /// The sync waves of an Application, behind those of the Applications that deploy it.
    pub(crate) fn waves(&self, application: &Object) -> Vec<i64> {
        let mut seen = vec![&application.identity];
        let mut waves = vec![wave(application)];
        let mut of = self.application_of_copy(application);
        // The first Application may deploy itself.
        while let Some(parent) = of.filter(|parent| !seen.contains(&&parent.identity)) {
            seen.push(&parent.identity);
            waves.insert(0, wave(parent));
            of = self.application_of_copy(parent);
        }
        waves
    }

    /// Whether two objects are deployed by one sync: of one bundle or Application or, where none is known, in one folder.
    pub(crate) fn together(&self, one: &Object, other: &Object) -> bool {
        if one.bundle.is_some() || other.bundle.is_some() {
            return one.bundle == other.bundle;
        }
        match (self.application(one), self.application(other)) {
            (Some(one), Some(other)) => one.identity == other.identity,
            (None, None) => folder(one).is_some() && folder(one) == folder(other),
            _ => false,
        }
    }
}

/// The folder of the file in which an object stands.
fn folder(object: &Object) -> Option<&str> {
    let Origin::Yaml { file, .. } = &object.origin else { return None };
    Path::new(&**file).parent().and_then(Path::to_str)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The project of an Application, and the namespace into which it deploys.
pub(super) fn references(names: &mut Names<'_, '_>) {
    let object = names.from;
    if !object.is("argoproj.io", "Application") {
        return;
    }
    let spec = &object.json["spec"];
    let project = &spec["project"];
    // Argo CD creates it when it starts.
    if text(project) != Some("default") {
        let what = ("argoproj.io", "AppProject", Some(object.namespace()));
        names.name(project, Relation::Project, what);
    }
    let destination = &spec["destination"];
    let is_here = text(&destination["server"]) == Some("https://kubernetes.default.svc")
        || text(&destination["name"]) == Some("in-cluster");
    let options = list(&spec["syncPolicy"]["syncOptions"]);
    let is_created = options.iter().any(|option| text(option) == Some("CreateNamespace=true"));
    if is_here && !is_created {
        let what = ("", "Namespace", None);
        names.name(&destination["namespace"], Relation::DestinationNamespace, what);
    }
}
