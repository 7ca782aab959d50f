//! What the lanes with an API server share: CRDs, and the order in which objects are applied.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use harness::{Applied, Cluster, Failure, cannot_write};
use serde_json::{Value, json};

use crate::crds::{self, CustomKind};
use crate::lanes::Options;
use crate::rendered::{Object, Rendered};

/// The kinds among the objects that the API server does not serve by itself.
pub fn custom_kinds(
    cluster: &mut Cluster,
    objects: &[Object],
) -> Result<BTreeSet<CustomKind>, Failure> {
    let mut served: BTreeMap<&str, Option<Value>> = BTreeMap::new();
    let mut custom = BTreeSet::new();
    for object in objects {
        let version = object.api_version;
        // The core group has no custom kinds.
        let Some((group, number)) = version.split_once('/') else {
            continue;
        };
        if !served.contains_key(version) {
            let answer = cluster.get_raw(&format!("/apis/{version}"))?;
            served.insert(version, answer);
        }
        let kind = object.identity.kind;
        let is_served = served[version]
            .as_ref()
            .and_then(|answer| answer["resources"].as_array())
            .is_some_and(|kinds| kinds.iter().any(|served| served["kind"] == kind));
        if !is_served {
            custom.insert(CustomKind {
                group: group.to_owned(),
                version: number.to_owned(),
                kind: kind.to_owned(),
            });
        }
    }
    Ok(custom)
}

/// Installs the CRDs of these kinds and waits until they are served.
pub fn install_crds(
    cluster: &mut Cluster,
    options: &Options,
    kinds: &BTreeSet<CustomKind>,
) -> Result<(), Failure> {
    if kinds.is_empty() {
        return Ok(());
    }
    let folder = options.crds.as_deref();
    let sources = crds::sources_of(kinds, folder, &crds::lock_file()?)?;
    let folder = cluster.folder("crds")?;
    for (index, definition) in crds::definitions(kinds, &sources)?.iter().enumerate() {
        let file = folder.join(format!("{index}.json"));
        fs::write(&file, definition.to_string()).map_err(|error| cannot_write(&file, &error))?;
    }
    let applied = cluster.apply(&[&folder])?;
    if !applied.errors.is_empty() {
        return Err(Failure::new(
            "the API server refuses the CRDs; take those of the releases in crds.toml:",
        )
        .with_output(&applied.errors.join("\n")));
    }
    wait_until_established(cluster)
}

/// How long the API server may take until it serves all CRDs.
const ESTABLISHED: Duration = Duration::from_mins(2);

/// Waits until the API server serves every CRD; `kubectl wait` fails where one has no conditions yet.
pub fn wait_until_established(cluster: &mut Cluster) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        let definitions = cluster.get(&["customresourcedefinitions"])?;
        let waiting = definitions["items"].as_array().into_iter().flatten();
        let waiting: Vec<&str> = waiting
            .filter(|definition| !is_established(definition))
            .filter_map(|definition| definition["metadata"]["name"].as_str())
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        if started.elapsed() > ESTABLISHED {
            return Err(Failure::new(format!(
                "the API server does not serve {} after {} s: run again with --keep and look at their conditions",
                waiting.join(", "),
                ESTABLISHED.as_secs()
            )));
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn is_established(definition: &Value) -> bool {
    let conditions = definition["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Established" && condition["status"] == "True")
}

/// Makes the namespaces that the cluster has before the platform, as far as it lacks them.
pub fn namespaces_before(cluster: &mut Cluster, rendered: &Rendered) -> Result<(), Failure> {
    let mut files = Vec::new();
    let folder = cluster.folder("before")?;
    for name in &rendered.namespaces_before {
        if cluster.get_raw(&format!("/api/v1/namespaces/{name}"))?.is_none() {
            let file = folder.join(format!("{name}.json"));
            let namespace =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            fs::write(&file, namespace.to_string()).map_err(|error| cannot_write(&file, &error))?;
            files.push(file);
        }
    }
    if files.is_empty() {
        return Ok(());
    }
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let applied = cluster.apply(&files)?;
    if applied.errors.is_empty() {
        return Ok(());
    }
    let failure =
        Failure::new("the API server refuses the namespaces that are there before the platform:");
    Err(failure.with_output(&applied.errors.join("\n")))
}

/// Applies namespaces first, as Argo CD does, then everything else.
pub fn apply(
    cluster: &mut Cluster,
    objects: &[Object],
    files: &[PathBuf],
) -> Result<Applied, Failure> {
    let (namespaces, others): (Vec<_>, Vec<_>) =
        objects.iter().zip(files).partition(|(object, _)| object.identity.kind == "Namespace");
    let mut all = Applied::default();
    for part in [namespaces, others] {
        let files: Vec<&Path> = part.iter().map(|(_, file)| file.as_path()).collect();
        if !files.is_empty() {
            let applied = cluster.apply(&files)?;
            all.warnings.extend(applied.warnings);
            all.errors.extend(applied.errors);
        }
    }
    Ok(all)
}
