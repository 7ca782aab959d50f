//! What Applications deploy that is not among the objects.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use support::Failure;

use crate::objects::{Identity, Object, Objects, Origin, Value, list, text};

/// A chart or folder that an Application deploys.
#[derive(Clone, Debug)]
pub struct Deployed<'a> {
    /// The Application.
    pub application: &'a Object,
    /// Its source.
    pub source: &'a Value,
    /// Which one of its sources it is.
    pub index: usize,
    /// What it is: `chart kiali-server 2.29.0`.
    pub by: String,
}

/// Names a source of an Application.
pub type DeployedKey = (Identity, usize);

impl Deployed<'_> {
    /// What names it.
    #[must_use]
    pub fn key(&self) -> DeployedKey {
        (self.application.identity.clone(), self.index)
    }
}

/// Renders what Applications deploy: other programs do that, and starting them is not for this crate.
pub trait Charts {
    /// What each of these sources becomes.
    ///
    /// # Errors
    /// If none can be rendered, such as without the program that does it.
    fn render(
        &self,
        deployed: &[Deployed<'_>],
        objects: &Objects,
    ) -> Result<Vec<Rendered>, Failure>;
}

/// What one source becomes, or why it cannot be rendered; nothing where it is neither a chart nor a kustomization.
pub type Rendered = Result<Option<Vec<Object>>, Failure>;

/// How deep Applications that come from charts of Applications are followed.
const DEPTH: usize = 8;

/// Objects with what their Applications deploy.
#[derive(Debug)]
pub struct WithRendered {
    /// All of them.
    pub objects: Objects,
    /// The sources that are among them now.
    pub rendered: BTreeSet<DeployedKey>,
    /// Why others are not.
    pub failures: Vec<Failure>,
}

impl WithRendered {
    /// Renders what Applications deploy, and what Applications among that deploy.
    ///
    /// # Errors
    /// If none can be rendered.
    pub fn of(charts: &dyn Charts, mut objects: Vec<Object>) -> Result<Self, Failure> {
        let (mut tried, mut rendered) = (BTreeSet::new(), BTreeSet::new());
        let mut failures = Vec::new();
        for _ in 0..DEPTH {
            let known = Objects::new(objects.clone());
            let deployed: Vec<Deployed<'_>> =
                deployed(&known).into_iter().filter(|one| tried.insert(one.key())).collect();
            if deployed.is_empty() {
                return Ok(Self { objects: known, rendered, failures });
            }
            for (one, made) in deployed.iter().zip(charts.render(&deployed, &known)?) {
                match made {
                    Ok(Some(made)) => {
                        objects.extend(made);
                        rendered.insert(one.key());
                    }
                    Ok(None) => {}
                    Err(failure) => failures.push(failure),
                }
            }
        }
        failures.push(Failure::new(format!(
            "charts deploy Applications of charts, {DEPTH} deep, and are not followed further: does one deploy itself?"
        )));
        Ok(Self { objects: Objects::new(objects), rendered, failures })
    }
}

/// The charts and folders that Applications deploy, of which only the Application is here.
#[must_use]
pub fn deployed(objects: &Objects) -> Vec<Deployed<'_>> {
    let mut deployed = Vec::new();
    let folders = folders(objects);
    for application in objects.of_kind("argoproj.io", "Application") {
        let spec = &application.json["spec"];
        let sources = list(&spec["sources"]).iter().chain(Some(&spec["source"]));
        for (index, source) in sources.enumerate().filter(|(_, source)| source.is_object()) {
            let by = if let Some(chart) = text(&source["chart"]) {
                let version = text(&source["targetRevision"]).unwrap_or_default();
                format!("chart {chart} {version}")
            } else if let Some(path) = text(&source["path"]).filter(|path| !folders.has(path)) {
                format!("the folder {path} of {}", application.identity)
            } else {
                continue;
            };
            deployed.push(Deployed { application, source, index, by });
        }
    }
    deployed
}

/// The folders from which objects were read, by their last names.
struct Folders(BTreeMap<String, BTreeSet<PathBuf>>);

impl Folders {
    fn has(&self, path: &str) -> bool {
        let path = Path::new(path);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let folders = name.and_then(|name| self.0.get(&name));
        folders.into_iter().flatten().any(|folder| folder.ends_with(path))
    }
}

fn folders(objects: &Objects) -> Folders {
    let mut folders: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    let files: HashSet<&str> = objects
        .written()
        .filter_map(|object| match &object.origin {
            Origin::Yaml { file, .. } => Some(&**file),
            Origin::Rust { .. } | Origin::Foreign { .. } | Origin::Made { .. } => None,
        })
        .collect();
    let parents: HashSet<&Path> =
        files.into_iter().filter_map(|file| Path::new(file).parent()).collect();
    for folder in parents.into_iter().flat_map(Path::ancestors) {
        if let Some(name) = folder.file_name() {
            let name = name.to_string_lossy().into_owned();
            folders.entry(name).or_default().insert(folder.to_owned());
        }
    }
    Folders(folders)
}
