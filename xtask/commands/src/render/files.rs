//! The file of each object: its path and its contents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use manifests_lib::delivery::file_names;
use manifests_lib::model::Resource;
use manifests_lib::platform::{BuiltBundle, BuiltPlatform};

use crate::tree::{Contents, MARKER};
use support::Failure;

/// Every file of a platform, by its path below the environment's folder. What it holds is made when it is needed.
pub type Files<'a> = BTreeMap<PathBuf, ObjectFile<'a>>;

/// What the file of an object holds.
#[derive(Clone, Copy, Debug)]
pub struct ObjectFile<'a>(&'a Resource);

impl Contents for ObjectFile<'_> {
    /// Appends a comment with the object's source, then the object.
    fn write(&self, output: &mut String) -> Result<(), Failure> {
        let Self(resource) = self;
        let file = resource.origin().file;
        output.push_str(MARKER);
        output.push_str(file);
        output.push_str(" by `cargo xtask render`: change that file, not this one.\n");
        resource.write_yaml(output).map_err(|error| {
            Failure::new(format!(
                "{}: {} cannot be written: {error}",
                resource.origin(),
                resource.object_ref()
            ))
        })
    }
}

/// The file of every object of a platform.
///
/// # Errors
/// If two objects of a bundle would share a file.
pub fn of_platform(platform: &BuiltPlatform) -> Result<Files<'_>, Failure> {
    let mut files = Files::new();
    for bundle in &platform.bundles {
        let resources = paths(bundle)?.into_iter().zip(&bundle.resources);
        files.extend(resources.map(|(path, resource)| (path, ObjectFile(resource))));
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
    resources
        .map(|(path, resource)| {
            let mut contents = String::new();
            ObjectFile(resource).write(&mut contents)?;
            Ok((path, resource, contents))
        })
        .collect()
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
