//! Changes of objects that are written for this lane, and the cases of plans.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use analysis::objects::read;
use harness::Failure;
use serde::Deserialize;
use serde_json::{Value, json};

use super::change::Changed;
use super::server::{Server, To, Work};

/// An object, and what is changed about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pairs {
    object: Value,
    /// Objects that have to be there, and that plans read.
    #[serde(default)]
    beside: Vec<Value>,
    /// Whether others need the object.
    #[serde(default)]
    stays: bool,
    /// Merge patches, each alone.
    changes: Vec<Value>,
}

/// All of them, or those of one file, once what they need is there.
pub fn works(server: &mut Server, file: &str) -> Result<Vec<Work>, Failure> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = sources.join("src/lanes/plan/pairs");
    let mut works = Vec::new();
    for file in files(&folder.join(file))? {
        works.extend(of_file(&file)?);
    }
    if file.is_empty() {
        let cases = sources.with_file_name("xtask").join("analysis/src/plan/cases");
        for group in files(&cases)? {
            for case in files(&group)? {
                works.extend(of_case(&case)?);
            }
        }
    }
    let needed = needed(&works);
    server.set_up(&needed)?;
    Ok(works)
}

/// What is in a folder, or the one file.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let cannot = |error| Failure::new(format!("cannot read {}: {error}", path.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        files.push(entry.map_err(cannot)?.path());
    }
    files.sort();
    Ok(files)
}

fn of_file(file: &Path) -> Result<Vec<Work>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::new(format!("{}: {error}: correct it", file.display()))
    };
    let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let all: Vec<Pairs> = serde_yaml::from_str(&text).map_err(|error| wrong(&error))?;
    Ok(all.into_iter().map(work).collect())
}

fn work(pairs: Pairs) -> Work {
    let Pairs { object, beside, stays, changes } = pairs;
    let changes = changes.into_iter().map(|patch| {
        let mut json = object.clone();
        merge(&mut json, &patch);
        Changed { path: path(&patch), change: patch.to_string(), json }
    });
    Work { to: To::These(changes.collect()), json: object, beside, goes: !stays }
}

/// Both sides of a case, object by object.
fn of_case(case: &Path) -> Result<Vec<Work>, Failure> {
    let side = |file: &str| -> Result<Vec<Value>, Failure> {
        Ok(read(&case.join(file))?
            .objects
            .into_iter()
            .map(|object| Value::from(&object.json))
            .collect())
    };
    let (from, to) = (side("from.yaml")?, side("to.yaml")?);
    let identity = |object: &Value| {
        let metadata = &object["metadata"];
        [&object["apiVersion"], &object["kind"], &metadata["namespace"], &metadata["name"]]
            .map(Value::clone)
    };
    let classes: Vec<Value> =
        to.iter().filter(|object| object["kind"] == "StorageClass").cloned().collect();
    let pairs = from.into_iter().filter_map(|mut old| {
        let new = to.iter().find(|new| identity(new) == identity(&old) && **new != old)?;
        let mut new = new.clone();
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Others live in the namespace meanwhile, and only a controller could delete it.
        let is_namespace = old["kind"] == "Namespace";
        if is_namespace {
            for side in [&mut old, &mut new] {
                side["metadata"]["name"] = json!(name.replace('_', "-"));
            }
        }
        let changed = Changed { path: name, change: "the case of this name".to_owned(), json: new };
        let beside =
            if old["kind"] == "PersistentVolumeClaim" { classes.clone() } else { Vec::new() };
        Some(Work { json: old, to: To::These(vec![changed]), beside, goes: !is_namespace })
    });
    Ok(pairs.collect())
}

/// Namespaces, and the custom kinds of other objects.
fn needed(works: &[Work]) -> Vec<Value> {
    let namespaces: BTreeSet<&str> =
        works.iter().filter_map(|work| work.json["metadata"]["namespace"].as_str()).collect();
    let namespace =
        |name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    let kinds =
        works.iter().filter(|work| work.json["kind"] == "CustomResourceDefinition" && !work.goes);
    // Pods want the account that a controller makes.
    let account = |name: &str| json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}});
    let accounts = namespaces.iter().map(|&name| account(name));
    namespaces
        .iter()
        .map(|&name| namespace(name))
        .chain(accounts)
        .chain(kinds.map(|work| work.json.clone()))
        .collect()
}

/// A merge patch of [RFC 7386](https://www.rfc-editor.org/rfc/rfc7386).
fn merge(at: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *at = patch.clone();
        return;
    };
    if !at.is_object() {
        *at = json!({});
    }
    for (key, value) in fields {
        if value.is_null() {
            if let Some(own) = at.as_object_mut() {
                own.remove(key);
            }
        } else {
            merge(&mut at[key.as_str()], value);
        }
    }
}

/// The first field that a patch is about.
fn path(patch: &Value) -> String {
    let mut steps = Vec::new();
    let mut at = patch;
    while let Some((key, value)) =
        at.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next())
    {
        steps.push(key.as_str());
        at = value;
    }
    steps.join(".")
}
