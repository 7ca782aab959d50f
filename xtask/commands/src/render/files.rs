//! The file of each object: its path and its contents.

use std::collections::BTreeMap;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use manifests_lib::delivery::file_names;
use manifests_lib::model::Resource;
use manifests_lib::platform::{BuiltBundle, BuiltPlatform};

use crate::tree::MARKER;
use support::Failure;

/// Every file of a platform, by its path below the environment's folder.
pub type Files = BTreeMap<PathBuf, String>;

/// Takes the objects out of a platform, and makes the file of each. An object is let go when `seen` has seen it: 60,000 of them take six
/// times the memory of their files.
///
/// # Errors
/// - Those of [`of_bundle`].
/// - What `seen` fails with.
pub fn take_objects(
    platform: &mut BuiltPlatform,
    mut seen: impl FnMut(&Arc<str>, &Resource) -> Result<(), Failure>,
) -> Result<Files, Failure> {
    let mut files = Files::new();
    for bundle in &mut platform.bundles {
        let paths = paths(bundle)?;
        let name = bundle.name.as_str().into();
        for (path, resource) in paths.into_iter().zip(mem::take(&mut bundle.resources)) {
            seen(&name, &resource)?;
            files.insert(path, contents(&resource)?);
        }
    }
    Ok(files)
}

/// Every object of a bundle with the path of its file below the environment's folder and the contents.
///
/// # Errors
/// - If two objects would share a file.
/// - If an object holds what YAML cannot carry.
pub fn of_bundle(bundle: &BuiltBundle) -> Result<Vec<(PathBuf, &Resource, String)>, Failure> {
    let resources = paths(bundle)?.into_iter().zip(&bundle.resources);
    resources.map(|(path, resource)| Ok((path, resource, contents(resource)?))).collect()
}

/// A comment with the object's source, then the object.
fn contents(resource: &Resource) -> Result<String, Failure> {
    let file = resource.origin().file;
    let mut contents =
        format!("{MARKER}{file} by `cargo xtask render`: change that file, not this one.\n");
    resource.write_yaml(&mut contents).map_err(|error| {
        Failure::new(format!(
            "{}: {} cannot be written: {error}",
            resource.origin(),
            resource.object_ref()
        ))
    })?;
    // It has grown by doubling.
    contents.shrink_to_fit();
    Ok(contents)
}

/// Every object of a bundle with the path of its file below the environment's folder.
///
/// # Errors
/// If two objects would share a file.
pub fn paths_of_bundle(
    bundle: &BuiltBundle,
) -> Result<impl Iterator<Item = (PathBuf, &Resource)>, Failure> {
    Ok(paths(bundle)?.into_iter().zip(&bundle.resources))
}

/// The paths of a bundle's objects, all of them different.
fn paths(bundle: &BuiltBundle) -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new(bundle.name.as_str());
    let identities: Vec<_> = bundle.resources.iter().map(Resource::object_ref).collect();
    let names = file_names(&identities);
    let mut taken: BTreeMap<&str, &Resource> = BTreeMap::new();
    for ((name, identity), resource) in names.iter().zip(&identities).zip(&bundle.resources) {
        if let Some(other) = taken.insert(name, resource) {
            return Err(Failure::new(format!(
                "{}: {identity} and {} ({}) differ only in upper and lower case and would share a file: rename one",
                resource.origin(),
                other.object_ref(),
                other.origin()
            )));
        }
    }
    Ok(names.iter().map(|name| folder.join(format!("{name}.yaml"))).collect())
}
