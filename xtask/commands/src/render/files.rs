//! The file of each object: its path and its contents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use manifests_lib::delivery::file_names;
use manifests_lib::model::Resource;
use manifests_lib::platform::{BuiltBundle, BuiltPlatform};

use crate::tree;
use support::Failure;

/// Every file of a platform, by its path below the environment's folder.
pub type Files = BTreeMap<PathBuf, String>;

/// Writes every object of a platform to memory.
pub fn of_platform(platform: &BuiltPlatform) -> Result<Files, Failure> {
    let mut files = Files::new();
    for bundle in &platform.bundles {
        let of_bundle = of_bundle(bundle)?.into_iter();
        files.extend(of_bundle.map(|(path, _, contents)| (path, contents)));
    }
    Ok(files)
}

/// Every object of a bundle with the path of its file below the environment's folder and the contents.
pub fn of_bundle(bundle: &BuiltBundle) -> Result<Vec<(PathBuf, &Resource, String)>, Failure> {
    let folder = Path::new(bundle.name.as_str());
    let names = names(bundle)?;
    let files = bundle.resources.iter().zip(names);
    files
        .map(|(resource, name)| {
            Ok((folder.join(format!("{name}.yaml")), resource, contents(resource)?))
        })
        .collect()
}

/// The contents of an object's file: a comment with the object's source, then the object.
fn contents(resource: &Resource) -> Result<String, Failure> {
    let file = resource.origin().file;
    let mut contents = format!(
        "{}{file} by `cargo xtask render`: change that file, not this one.\n",
        tree::MARKER
    );
    resource.write_yaml(&mut contents).map_err(|error| {
        Failure::new(format!(
            "{}: {} cannot be written: {error}",
            resource.origin(),
            resource.object_ref()
        ))
    })?;
    Ok(contents)
}

/// The file names of a bundle's objects, all of them different.
fn names(bundle: &BuiltBundle) -> Result<Vec<String>, Failure> {
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
    Ok(names)
}
