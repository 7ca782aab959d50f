//! A kustomization, built as Argo CD does: what the Application says is written into it before.

use std::fs;
use std::path::{Path, PathBuf};

use analysis::objects::yaml;
use programs::{Invocation, Program};
use serde_json::{Map, Value, json};
use support::Failure;

use crate::package::{cannot_read, cannot_write};
use crate::source::Source;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The file of a kustomization in a folder.
pub(crate) fn file(folder: &Path) -> Option<PathBuf> {
    NAMES.map(|name| folder.join(name)).into_iter().find(|file| file.is_file())
}

/// What it becomes.
pub(crate) fn build(source: &Source, folder: &Path) -> Result<String, Failure> {
    let file = file(folder).unwrap_or_else(|| folder.join(NAMES[0]));
    let text = fs::read_to_string(&file).map_err(|error| cannot_read(&file, &error))?;
    let (documents, _) = yaml::documents(&text);
    let kustomization = documents.into_iter().next().map(|document| Value::from(&document.value));
    let mut kustomization = kustomization.filter(Value::is_object).unwrap_or_else(|| json!({}));
    write(&mut kustomization, &Value::from(&source.kustomize));
    // JSON is YAML.
    fs::write(&file, kustomization.to_string()).map_err(|error| cannot_write(&file, &error))?;
    Invocation::new(Program::Kubectl, ["kustomize".to_owned(), folder.display().to_string()])
        .output()
        .map_err(|failure| source.failure(format_args!("cannot be built: {failure}")))
}

/// Writes what an Application says of a kustomization into it.
///
/// Upstream: `Build` in `util/kustomize/kustomize.go` of Argo CD
fn write(kustomization: &mut Value, said: &Value) {
    for key in ["namePrefix", "nameSuffix", "namespace"] {
        if said[key].as_str().is_some_and(|text| !text.is_empty()) {
            kustomization[key] = said[key].clone();
        }
    }
    for key in ["commonLabels", "commonAnnotations"] {
        for (name, value) in said[key].as_object().into_iter().flatten() {
            if !kustomization[key].is_object() {
                kustomization[key] = Value::Object(Map::new());
            }
            kustomization[key][name] = value.clone();
        }
    }
    let images = elements(said, "images").filter_map(|image| image.as_str().map(image_of));
    replace(kustomization, "images", images.collect());
    replace(kustomization, "replicas", elements(said, "replicas").cloned().collect());
    for key in ["components", "patches"] {
        append(kustomization, key, elements(said, key).cloned());
    }
}

fn elements<'a>(said: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    said[key].as_array().into_iter().flatten()
}

/// Of each name the last one holds.
fn replace(kustomization: &mut Value, key: &str, said: Vec<Value>) {
    if let Some(all) = kustomization[key].as_array_mut() {
        all.retain(|one| said.iter().all(|other| other["name"] != one["name"]));
    }
    append(kustomization, key, said.into_iter());
}

fn append(kustomization: &mut Value, key: &str, said: impl Iterator<Item = Value>) {
    let mut all = match kustomization[key].take() {
        Value::Array(all) => all,
        _ => Vec::new(),
    };
    all.extend(said);
    if let Some(object) = kustomization.as_object_mut() {
        // kustomize refuses a null.
        object.remove(key);
        if !all.is_empty() {
            object.insert(key.to_owned(), Value::Array(all));
        }
    }
}

/// `name=repository:tag`, `repository:tag` or `repository@digest`, as a kustomization writes it.
fn image_of(said: &str) -> Value {
    let (name, image) =
        said.split_once('=').map_or((None, said), |(name, image)| (Some(name), image));
    let (image, digest) =
        image.split_once('@').map_or((image, None), |(image, digest)| (image, Some(digest)));
    // A colon before the last slash is that of a port.
    let end = image.rfind('/').map_or(0, |slash| slash + 1);
    let (repository, tag) = match image[end..].find(':') {
        Some(colon) => (&image[..end + colon], Some(&image[end + colon + 1..])),
        None => (image, None),
    };
    let mut written = json!({"name": name.unwrap_or(repository)});
    if name.is_some() {
        written["newName"] = repository.into();
    }
    if let Some(tag) = tag {
        written["newTag"] = tag.into();
    }
    if let Some(digest) = digest {
        written["digest"] = digest.into();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_application_says_is_written_into_a_kustomization() {
        let mut kustomization = json!({
            "resources": ["a.yaml"],
            "images": [{"name": "web", "newTag": "1"}, {"name": "db", "newTag": "2"}],
            "patches": [{"path": "own.yaml"}],
            "commonLabels": {"team": "a", "app": "b"},
        });
        let said = json!({
            "namePrefix": "eu-",
            "nameSuffix": "",
            "namespace": "shop",
            "commonLabels": {"team": "shop"},
            "images": ["web=registry:5000/web:3", "registry:5000/other", "cache@sha256:0"],
            "replicas": [{"name": "web", "count": 3}],
            "patches": [{"patch": "b"}],
            "components": ["c"],
        });
        write(&mut kustomization, &said);
        let expected = json!({
            "resources": ["a.yaml"],
            "images": [
                {"name": "db", "newTag": "2"},
                {"name": "web", "newName": "registry:5000/web", "newTag": "3"},
                {"name": "registry:5000/other"},
                {"name": "cache", "digest": "sha256:0"},
            ],
            "patches": [{"path": "own.yaml"}, {"patch": "b"}],
            "commonLabels": {"team": "shop", "app": "b"},
            "namePrefix": "eu-",
            "namespace": "shop",
            "replicas": [{"name": "web", "count": 3}],
            "components": ["c"],
        });
        assert_eq!(kustomization, expected);
    }

    #[test]
    fn nothing_is_written_where_nothing_is_said() {
        let mut kustomization = json!({"resources": []});
        write(&mut kustomization, &Value::Null);
        assert_eq!(kustomization, json!({"resources": []}));
    }
}
