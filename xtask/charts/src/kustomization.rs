//! A kustomization in the repository of a project, built as Argo CD does: images and patches are written into it before.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use analysis::objects::yaml;
use manifests_lib::delivery::{KustomizeImage, Source, SourceFrom};
use serde_json::{Value, json};
use support::Failure;

use crate::package::{cannot_read, cannot_write};
use crate::{Origin, Renderer, name};
use programs::Invocation;
use programs::Program;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What it becomes.
pub(super) fn build(renderer: &Renderer<'_>, source: &Source) -> Result<String, Failure> {
    let SourceFrom::Kustomization { path, images, .. } = &source.from else {
        return Ok(String::new());
    };
    let folder = copy(renderer, source)?.join(path.as_str());
    let file = NAMES.map(|name| folder.join(name)).into_iter().find(|file| file.is_file());
    let file = file.ok_or_else(|| {
        Failure::new(format!(
            "{}: {} has no kustomization in {path}: correct the path or the release",
            source.origin,
            name(source)
        ))
    })?;
    let text = fs::read_to_string(&file).map_err(|error| cannot_read(&file, &error))?;
    let (documents, _) = yaml::documents(&text);
    let kustomization = documents.into_iter().next().map(|document| document.value);
    let mut kustomization = kustomization.filter(Value::is_object).unwrap_or_else(|| json!({}));
    let mut all = taken(&mut kustomization["images"]);
    for KustomizeImage { name, from, release } in images {
        let name = name.to_string();
        all.retain(|image| image["name"] != name);
        all.push(json!({"name": name, "newName": from.to_string(), "newTag": release.to_string()}));
    }
    kustomization["images"] = Value::Array(all);
    let mut all = taken(&mut kustomization["patches"]);
    let patches = source.kustomize().and_then(|kustomize| kustomize.patches);
    all.extend(patches.iter().flatten().map(|patch| json!(patch)));
    kustomization["patches"] = Value::Array(all);
    // JSON is YAML.
    fs::write(&file, kustomization.to_string()).map_err(|error| cannot_write(&file, &error))?;
    let folder = folder.display().to_string();
    Invocation::new(Program::Kubectl, ["kustomize".to_owned(), folder]).output()
}

/// Takes the elements of a list out, to put them back with others.
fn taken(value: &mut Value) -> Vec<Value> {
    match value.take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

/// A copy of the repository at the commit that is deployed, which may be changed.
fn copy(renderer: &Renderer<'_>, source: &Source) -> Result<PathBuf, Failure> {
    let SourceFrom::Kustomization { repository, release, commit, .. } = &source.from else {
        return Ok(PathBuf::new());
    };
    let own_name = repository.repository_name();
    let copy = renderer.folder.path().join("repositories").join(own_name);
    if copy.exists() {
        fs::remove_dir_all(&copy).map_err(|error| cannot_write(&copy, &error))?;
    }
    fs::create_dir_all(&copy).map_err(|error| cannot_write(&copy, &error))?;
    let git = |arguments: &[&str]| {
        let in_copy = ["-C".to_owned(), copy.display().to_string()];
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        Invocation::new(Program::Git, in_copy.into_iter().chain(arguments)).output()
    };
    if let Origin::Folder(folder) = renderer.origin {
        let given = folder.join(own_name);
        if !given.is_dir() {
            return Err(Failure::new(format!(
                "{}: {} is not in {}: check out {repository} at {release} there as {own_name}",
                source.origin,
                name(source),
                folder.display()
            )));
        }
        copy_folder(&given, &copy).map_err(|error| cannot_write(&copy, &error))?;
        if copy.join(".git").exists() && git(&["rev-parse", "HEAD"])?.trim() != commit.as_str() {
            return Err(Failure::new(format!(
                "{}: {} is not at the commit {commit}, which is deployed: check that one out",
                source.origin,
                given.display()
            )));
        }
        return Ok(copy);
    }
    git(&["init", "--quiet"])?;
    git(&["fetch", "--quiet", "--depth=1", repository.as_str(), commit.as_str()])
        .and_then(|_| git(&["checkout", "--quiet", "FETCH_HEAD"]))
        .map_err(|failure| {
            Failure::new(format!(
                "{}: {} cannot be downloaded: {failure}; where its repository cannot be reached, name a folder in which it is \
                 checked out as {own_name}: --charts=DIR",
                source.origin,
                name(source)
            ))
        })?;
    Ok(copy)
}

/// Links are copied as what they lead to; what cannot be followed is left out.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        // A link to a folder may lead back here.
        if entry.file_type()?.is_dir() {
            copy_folder(&path, &target)?;
        } else if path.is_file() {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
