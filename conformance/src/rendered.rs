//! The environments as rendered: objects in memory and as a folder of files.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use harness::{Failure, cannot_write};
use manifests_lib::cluster::{Cluster, Infrastructure};
use manifests_lib::delivery::{Source, SourceFrom, file_names};
use manifests_lib::environment::{Entry, Environment};
use manifests_lib::model::{BuildError, Mesh, ObjectRef, Resource};
use manifests_lib::platform::BuiltPlatform;
use manifests_lib::yaml;
use serde_json::{Map, Value};

/// One environment, rendered.
#[derive(Clone)]
pub struct Rendered {
    /// Name of the environment.
    pub environment: String,
    /// What it runs on.
    pub cluster: Cluster,
    /// The network of 16 bits that its pods are in: its first address.
    pub pod_network: Ipv4Addr,
    /// Whether its alerts have to reach people.
    pub has_to_tell_people: bool,
    /// Whether its pods are in a mesh.
    pub has_mesh: bool,
    /// Namespaces that the cluster has before the platform.
    pub namespaces_before: Vec<String>,
    /// Every object, in the order of the platform.
    pub objects: Vec<Object>,
    /// Every chart and kustomization of others, in the order of the platform.
    pub sources: Vec<RenderedSource>,
}

/// A chart or kustomization of a bundle.
#[derive(Clone)]
pub struct RenderedSource {
    /// The bundle.
    pub bundle: String,
    /// What the bundle says of it.
    pub spec: Source,
}

impl fmt::Display for RenderedSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.spec.from {
            SourceFrom::Chart { release, name, .. } if release.as_str() == *name => {
                write!(formatter, "the chart {name}")
            }
            SourceFrom::Chart { release, name, .. } => {
                write!(formatter, "{release} of the chart {name}")
            }
            SourceFrom::Kustomization { repository, path, .. } => {
                write!(formatter, "{path} of {repository}")
            }
        }
    }
}

/// One object, rendered.
#[derive(Clone, Debug)]
pub struct Object {
    /// The bundle: a folder.
    pub bundle: String,
    /// Group, kind, namespace and name.
    pub identity: ObjectRef,
    /// API version, such as `apps/v1`.
    pub api_version: &'static str,
    /// The Rust line that wrote it.
    pub origin: String,
    /// As the types say it.
    pub value: Value,
    /// As the file says it.
    pub yaml: String,
}

/// Set once, before the first lane.
static ALL: OnceLock<(&'static [Entry], &'static str)> = OnceLock::new();

/// Registers the environments that the lanes judge, and the folder of the workspace with what lanes record of them.
pub fn register(environments: &'static [Entry], records: &'static str) {
    // A second call changes nothing.
    let _ = ALL.set((environments, records));
}

/// The folder of the workspace with what lanes record of environments.
pub fn records() -> &'static str {
    ALL.get().map_or(RECORDS, |(_, records)| records)
}

/// Where the environments of the workspace have it.
pub const RECORDS: &str = "reviews";

/// The environments that the lanes judge, as programs list them.
pub fn entries() -> &'static [Entry] {
    #[cfg(test)]
    register(environments::ALL, RECORDS);
    ALL.get().map_or(&[][..], |(all, _)| *all)
}

/// Every environment that the lanes judge.
pub fn environments() -> Result<Vec<Rendered>, Failure> {
    entries().iter().map(|entry| Rendered::of((entry.environment)())).collect()
}

impl Rendered {
    /// Builds and renders an environment.
    pub fn of(environment: Environment) -> Result<Self, Failure> {
        let Environment { platform, infrastructure, .. } = environment;
        let built = platform.build().map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(BuildError::to_string).collect();
            Failure::new(format!(
                "the environment cannot be rendered; `cargo xtask render` says the same: {}",
                errors.join("; ")
            ))
        })?;
        Ok(Self {
            environment: built.environment.to_string(),
            cluster: infrastructure.cluster(),
            pod_network: pod_network(&infrastructure),
            has_to_tell_people: has_to_tell_people(&infrastructure),
            has_mesh: built.mesh != Mesh::None,
            namespaces_before: built
                .prerequisites
                .namespaces
                .iter()
                .map(ToString::to_string)
                .collect(),
            objects: objects(&built)?,
            sources: sources(&built),
        })
    }

    /// Writes the objects below a folder; returns the files in the order of the objects.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        write(&self.objects, folder)
    }
}

/// What Minikube gives to pods, and the VPC that eksctl makes, of which pods and databases have their addresses.
fn pod_network(infrastructure: &Infrastructure) -> Ipv4Addr {
    match infrastructure {
        Infrastructure::Minikube(_) => Ipv4Addr::new(10, 244, 0, 0),
        Infrastructure::Eks(_) => Ipv4Addr::new(192, 168, 0, 0),
    }
}

/// Whether alerts of an environment have to reach people: they do but on a laptop.
///
/// Taken from what is rendered, an environment that lost all its receivers would pass.
fn has_to_tell_people(infrastructure: &Infrastructure) -> bool {
    match infrastructure {
        Infrastructure::Minikube(_) => false,
        Infrastructure::Eks(_) => true,
    }
}

/// Writes objects as `cargo xtask render` does, `<folder>/<bundle>/<kind>-<name>.yaml`; one that is there twice gets a number.
pub fn write(objects: &[Object], folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut bundles: BTreeMap<&str, Vec<ObjectRef>> = BTreeMap::new();
    for object in objects {
        bundles.entry(&object.bundle).or_default().push(object.identity.clone());
    }
    let mut names: BTreeMap<&str, _> = bundles
        .into_iter()
        .map(|(bundle, identities)| (bundle, file_names(&identities).into_iter()))
        .collect();
    let mut files = Vec::with_capacity(objects.len());
    for object in objects {
        let bundle = folder.join(&object.bundle);
        let name = names.get_mut(object.bundle.as_str()).and_then(Iterator::next);
        let mut file = bundle.join(format!("{}.yaml", name.unwrap_or_default()));
        if files.contains(&file) {
            file.set_extension(format!("{}.yaml", files.len()));
        }
        fs::create_dir_all(&bundle)
            .and_then(|()| fs::write(&file, &object.yaml))
            .map_err(|error| cannot_write(&file, &error))?;
        files.push(file);
    }
    Ok(files)
}

fn sources(built: &BuiltPlatform) -> Vec<RenderedSource> {
    let mut sources = Vec::new();
    for bundle in &built.bundles {
        for source in &bundle.sources {
            sources.push(RenderedSource { bundle: bundle.name.to_string(), spec: source.clone() });
        }
    }
    sources
}

/// The objects of a platform.
pub fn objects(built: &BuiltPlatform) -> Result<Vec<Object>, Failure> {
    let mut objects = Vec::new();
    for bundle in &built.bundles {
        for resource in &bundle.resources {
            objects.push(object(bundle.name.as_str(), resource)?);
        }
    }
    Ok(objects)
}

fn object(bundle: &str, resource: &Resource) -> Result<Object, Failure> {
    let mut yaml = String::new();
    resource.write_yaml(&mut yaml).map_err(|error| cannot_render(resource, &error.to_string()))?;
    Ok(Object {
        bundle: bundle.to_owned(),
        identity: resource.object_ref(),
        api_version: resource.api_version(),
        origin: resource.origin().to_string(),
        value: resource.to_json().map_err(|error| cannot_render(resource, &error.to_string()))?,
        yaml,
    })
}

fn cannot_render(resource: &Resource, reason: &str) -> Failure {
    Failure::new(format!(
        "{}: {} cannot be rendered: {reason}",
        resource.origin(),
        resource.object_ref()
    ))
}

impl Object {
    /// The object with other contents, written by the same writer.
    pub fn with(&self, change: impl FnOnce(&mut Value)) -> Result<Self, Failure> {
        let mut object = self.clone();
        change(&mut object.value);
        object.yaml = yaml::to_string(&object.value).map_err(|error| {
            Failure::new(format!("{}: {self} cannot be rendered: {error}", self.origin))
        })?;
        Ok(object)
    }

    /// The object with another value at this path: fields by their name, elements of lists by their number.
    ///
    /// Fields that are missing are added, elements are not; a failure names what is not there.
    pub fn with_field(&self, path: &[&str], new: Value) -> Result<Self, Failure> {
        let mut is_there = true;
        let object = self.with(|value| match field(value, path) {
            Some(field) => *field = new,
            None => is_there = false,
        })?;
        if is_there {
            return Ok(object);
        }
        Err(Failure::new(format!(
            "{self} ({}) has no {} to be changed: choose another object or path in conformance/src/lanes",
            self.origin,
            path.join(".")
        )))
    }

    /// Whether a stored object is this one.
    pub fn is(&self, stored: &Value) -> bool {
        let group = stored["apiVersion"]
            .as_str()
            .and_then(|version| version.split_once('/'))
            .map_or("", |(group, _)| group);
        let metadata = &stored["metadata"];
        self.identity.group == group
            && stored["kind"] == self.identity.kind
            && metadata["name"] == self.identity.name.as_str()
            && metadata["namespace"].as_str() == self.identity.namespace.as_deref()
    }
}

/// The place of a path; nothing where it leads through a list that has no such element, or through no list or mapping.
fn field<'a>(value: &'a mut Value, path: &[&str]) -> Option<&'a mut Value> {
    let mut place = value;
    for step in path {
        let element = step.parse::<usize>();
        if place.is_null() && element.is_err() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Object(fields) => fields.entry(*step).or_insert(Value::Null),
            Value::Array(elements) => elements.get_mut(element.ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.fmt(formatter)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// An object that no environment has.
    pub fn service(name: &str) -> Object {
        Object {
            bundle: "example".to_owned(),
            identity: ObjectRef {
                group: "",
                kind: "Service",
                namespace: Some("example".to_owned()),
                name: name.to_owned(),
            },
            api_version: "v1",
            origin: "services/src/app/example.rs:7".to_owned(),
            value: json!({"kind": "Service"}),
            yaml: "kind: Service\n".to_owned(),
        }
    }

    #[test]
    fn a_change_is_written_again() {
        let changed =
            service("web").with(|value| value["spec"] = json!({"clusterIP": "None"})).unwrap();
        assert_eq!(changed.yaml, "kind: Service\nspec:\n  clusterIP: None\n");
    }

    #[test]
    fn a_field_is_changed_or_added() {
        let mut object = service("web");
        object.value = json!({"spec": {"ports": [{"port": 80}]}});
        let changed = object
            .with_field(&["spec", "ports", "0", "port"], json!(81))
            .and_then(|object| object.with_field(&["metadata", "labels", "a.b/c"], json!("d")))
            .unwrap();
        assert_eq!(
            changed.value,
            json!({"spec": {"ports": [{"port": 81}]}, "metadata": {"labels": {"a.b/c": "d"}}})
        );
    }

    #[test]
    fn a_place_that_is_not_there_is_a_failure() {
        let mut object = service("web");
        object.value = json!({"spec": {"ports": []}, "kind": "Service"});
        for path in [
            &["spec", "ports", "0", "port"],
            &["spec", "missing", "0", "port"],
            &["kind", "a", "b", "c"],
        ] {
            let failure = object.with_field(path, json!(1)).unwrap_err().to_string();
            assert!(
                failure.contains(&format!("has no {} to be changed", path.join("."))),
                "{failure}"
            );
        }
    }

    #[test]
    fn knows_its_stored_self() {
        let stored = |version: &str, namespace: &str| {
            json!({
                "apiVersion": version,
                "kind": "Service",
                "metadata": {"name": "web", "namespace": namespace},
            })
        };
        let object = service("web");
        assert!(object.is(&stored("v1", "example")));
        assert!(!object.is(&stored("v1", "other")));
        assert!(!object.is(&stored("serving.knative.dev/v1", "example")));
    }

    #[test]
    fn files_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(&[service("web"), service("web")], folder.path()).unwrap();
        assert_eq!(files.len(), 2);
        assert_ne!(files[0], files[1]);
        assert!(files.iter().all(|file| file.is_file()));
    }
}
