//! Which file each object goes to, and what stands in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use manifests_lib::{BuiltBundle, BuiltPlatform, Identity, Resource};

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

/// Every object of a bundle with its path below the environment's folder and what stands there.
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

/// An object as a file: where it comes from, then itself.
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
            resource.identity()
        ))
    })?;
    Ok(contents)
}

/// The file names of a bundle's objects, in order, without extension: `<kind>-<name>`.
///
/// Objects that would share it have their group or namespace added behind `@`, which no name contains.
fn names(bundle: &BuiltBundle) -> Result<Vec<String>, Failure> {
    let identities: Vec<_> = bundle.resources.iter().map(Resource::identity).collect();
    let short = |identity: &Identity| format!("{}-{}", identity.kind, identity.name).to_lowercase();
    let mut sharing: BTreeMap<String, Vec<&Identity>> = BTreeMap::new();
    for identity in &identities {
        sharing.entry(short(identity)).or_default().push(identity);
    }
    let mut taken: BTreeMap<String, &Resource> = BTreeMap::new();
    let mut names = Vec::with_capacity(identities.len());
    for (identity, resource) in identities.iter().zip(&bundle.resources) {
        let mut name = short(identity);
        let others = &sharing[&name];
        if others.iter().any(|other| other.group != identity.group) {
            let group = if identity.group.is_empty() { "core" } else { identity.group };
            name = format!("{name}@{group}");
        }
        if others.iter().any(|other| other.namespace != identity.namespace) {
            let namespace = identity.namespace.as_deref().unwrap_or("cluster");
            name = format!("{name}@{namespace}");
        }
        if let Some(other) = taken.insert(name.clone(), resource) {
            return Err(Failure::new(format!(
                "{}: {identity} and {} ({}) differ in upper and lower case only and would share a file: rename one",
                resource.origin(),
                other.identity(),
                other.origin()
            )));
        }
        names.push(name);
    }
    Ok(names)
}
