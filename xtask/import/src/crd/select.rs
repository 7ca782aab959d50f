//! From sources to kinds: the CRDs to generate, and the parts of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use released::{LockedFile, Names, Places, Releases, sha256, utf8};

use super::definition::{Definition, read};
use super::keep::{KeepError, keep};
use super::lock::{Lock, LockedKind, LockedSource};
use super::types::Kind;
use support::{Failure, Result};

pub const NAMES: Names =
    Names { lock: "crds.toml", option: "--from", download: Some("--download") };

/// The kinds that the lock file lists, in its order.
///
/// # Errors
/// If a source cannot be read or downloaded, is not the listed one, or lacks what is listed.
pub fn locked(lock: &Lock, places: Places<'_>) -> Result<Vec<Kind>> {
    // All sources first: a wrong digest is reported before anything is parsed.
    let files: Vec<LockedFile> = lock.sources.iter().map(LockedSource::file).collect();
    let found = Releases::of_this_user(NAMES).get(places, &files)?;
    let found = files.iter().map(|file| {
        let found = found.get(file)?;
        Ok((found.origin.clone(), found.into_text()?))
    });
    let found: Vec<(String, String)> = found.collect::<Result<_>>()?;
    let mut kinds = Vec::new();
    for (source, (file, text)) in lock.sources.iter().zip(&found) {
        let definitions = read(file, text)?;
        let definitions = by_kind(file, &definitions)?;
        let origin = format!("{}, release {}", source.url, source.release);
        for locked in &source.kinds {
            kinds.push(locked_kind(file, locked, &definitions, &origin)?);
        }
    }
    Ok(kinds)
}

/// Every kind in every served version of a file or folder, ordered by file.
///
/// # Errors
/// If a file is not a valid CRD, or a kind is defined twice.
pub fn everything(from: &Path) -> Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    // A file that is named by itself may end as it likes.
    let is_yaml = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        path == from || ["yaml", "yml", "json"].iter().any(|known| extension == *known)
    };
    for path in released::list(from, NAMES.option)?.into_iter().filter(is_yaml) {
        let name = path.display().to_string();
        let bytes = released::read(&path, NAMES.option)?;
        let origin = format!(
            "{}, sha256 {}",
            path.file_name().unwrap_or_default().display(),
            sha256(&bytes)
        );
        for definition in read(&name, &utf8(&name, bytes)?)? {
            let identity = (definition.spec.group.clone(), definition.spec.names.kind.clone());
            if let Some(other) = seen.insert(identity, name.clone()) {
                return Err(twice(&definition, &other, &name));
            }
            for version in definition.spec.versions.iter().filter(|version| version.served) {
                kinds.push(kind(&name, &definition, &version.name, &origin)?);
            }
        }
    }
    if kinds.is_empty() {
        return Err(Failure::new(format!(
            "{} holds no CRD in a file that ends in .yaml, .yml or .json; name another one with --from",
            from.display()
        )));
    }
    Ok(kinds)
}

type ByKind<'a> = BTreeMap<(&'a str, &'a str), &'a Definition>;

fn by_kind<'a>(file: &str, definitions: &'a [Definition]) -> Result<ByKind<'a>> {
    let mut by_kind = BTreeMap::new();
    for definition in definitions {
        let identity = (definition.spec.group.as_str(), definition.spec.names.kind.as_str());
        if by_kind.insert(identity, definition).is_some() {
            return Err(twice(definition, file, file));
        }
    }
    Ok(by_kind)
}

fn twice(definition: &Definition, one: &str, other: &str) -> Failure {
    let files = if one == other {
        format!("by two documents of {one}")
    } else {
        format!("in {one} and in {other}")
    };
    Failure::new(format!(
        "{} of {} is defined {files}; keep one of them",
        definition.spec.names.kind, definition.spec.group
    ))
}

fn locked_kind(
    file: &str,
    locked: &LockedKind,
    definitions: &ByKind<'_>,
    origin: &str,
) -> Result<Kind> {
    let (group, version) = locked.group_and_version().unwrap_or_default();
    let Some(definition) = definitions.get(&(group, locked.kind.as_str())) else {
        let known: Vec<String> =
            definitions.keys().map(|(group, kind)| format!("{kind} of {group}")).collect();
        return Err(Failure::new(format!(
            "{file} defines no {} of {group}, which crds.toml lists; correct the entry, the file defines {}",
            locked.kind,
            listed(&known)
        )));
    };
    let mut kind = kind(file, definition, version, origin)?;
    keep(&mut kind.schema, &locked.keep).map_err(|error| {
        Failure::new(match error {
            KeepError::Unknown(path) => format!(
                "crds.toml keeps {path} of {} ({}), which the CRD does not have; correct the path or remove it",
                locked.kind, locked.api_version
            ),
            KeepError::Required(path) => format!(
                "crds.toml does not keep {path} of {} ({}), which the CRD requires; add it to keep",
                locked.kind, locked.api_version
            ),
        })
    })?;
    kind.names.clone_from(&locked.names);
    kind.reference.clone_from(&locked.reference);
    Ok(kind)
}

fn kind(file: &str, definition: &Definition, version: &str, origin: &str) -> Result<Kind> {
    let spec = &definition.spec;
    let served = spec.versions.iter().filter(|version| version.served);
    let found = served.clone().find(|served| served.name == version);
    let Some(schema) = found.and_then(|version| version.schema.as_ref()) else {
        let known: Vec<String> = served
            .filter(|version| version.schema.is_some())
            .map(|version| version.name.clone())
            .collect();
        return Err(Failure::new(format!(
            "{file}: {} of {} has no served version {version} with a schema; choose another version, it has {}",
            spec.names.kind,
            spec.group,
            listed(&known)
        )));
    };
    Ok(Kind {
        group: spec.group.clone(),
        version: version.to_owned(),
        name: spec.names.kind.clone(),
        plural: spec.names.plural.clone(),
        scope: spec.scope,
        schema: schema.root.clone(),
        names: BTreeMap::new(),
        reference: None,
        origin: origin.to_owned(),
    })
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
