//! From sources to kinds: the CRDs to generate, and the parts of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use released::{LockedFile, Names, Places, Releases, sha256, utf8};
use serde_json::Value;

use super::definition::{Definition, Found, read};
use super::keep::{KeepError, keep};
use super::lock::{Lock, LockedKind, LockedSource};
use super::schema::Schema;
use super::schemas;
use super::types::Kind;
use support::{Failure, Result};

pub const NAMES: Names =
    Names { lock: "crds.toml", option: "--from", download: Some("--download") };

/// What the released files of a lock file hold.
pub struct Locked {
    /// The kinds that the lock file lists, in its order.
    pub kinds: Vec<Kind>,
    /// The schemas of all kinds, for checks.
    pub schemas: BTreeMap<String, Value>,
}

/// Reads what the lock file lists.
///
/// # Errors
/// If a source cannot be read or downloaded, is not the listed one, or lacks what is listed.
pub fn locked(lock: &Lock, places: Places<'_>) -> Result<Locked> {
    // All sources first: a wrong digest is reported before anything is parsed.
    let files: Vec<LockedFile> = lock.sources.iter().map(LockedSource::file).collect();
    let found = Releases::of_this_user(NAMES).get(places, &files)?;
    let found = files.iter().map(|file| {
        let found = found.get(file)?;
        Ok((found.origin.clone(), found.into_text()?))
    });
    let found: Vec<(String, String)> = found.collect::<Result<_>>()?;
    let mut kinds = Vec::new();
    let mut schemas = BTreeMap::new();
    for (source, (file, text)) in lock.sources.iter().zip(&found) {
        let Found { definitions, problems } = read(file, text);
        for definition in &definitions {
            schemas::add(definition, &source.release, &mut schemas);
        }
        let definitions = by_kind(file, &definitions)?;
        let origin = format!("{}, release {}", source.url, source.release);
        for locked in &source.kinds {
            let (group, _) = locked.group_and_version().unwrap_or_default();
            let is_found = definitions.contains_key(&(group, locked.kind.as_str()));
            if !is_found && !problems.is_empty() {
                return Err(Failure::new(problems.join("\n")));
            }
            kinds.push(locked_kind(file, locked, &definitions, &origin)?);
        }
    }
    Ok(Locked { kinds, schemas })
}

/// Every kind in every served version of a file or folder, ordered by file, and a sentence for each that cannot be read.
///
/// # Errors
/// If the file or folder cannot be read, or holds no CRD.
pub fn everything(from: &Path) -> Result<(Vec<Kind>, Vec<String>)> {
    let mut kinds = Vec::new();
    let mut left_out = Vec::new();
    let mut seen: BTreeMap<(String, String), (String, Definition)> = BTreeMap::new();
    let is_read = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        path == from || ENDINGS.iter().any(|ending| extension == *ending)
    };
    for path in released::list(from, NAMES.option)?.into_iter().filter(is_read) {
        let name = path.display().to_string();
        let read = released::read(&path, NAMES.option).and_then(|bytes| {
            let digest = sha256(&bytes);
            // Other files of a repository need not even be YAML.
            let is_one = String::from_utf8_lossy(&bytes).contains("CustomResourceDefinition");
            let text = if is_one { utf8(&name, bytes)? } else { String::new() };
            Ok((digest, read(&name, &text)))
        });
        let (digest, found) = match read {
            Ok(read) => read,
            Err(problem) => {
                left_out.push(problem.to_string());
                continue;
            }
        };
        left_out.extend(found.problems);
        let origin = format!("{}, sha256 {digest}", path.file_name().unwrap_or_default().display());
        for definition in found.definitions {
            let identity = (definition.spec.group.clone(), definition.spec.names.kind.clone());
            if let Some((other, same)) = seen.get(&identity) {
                // A release often has the same CRD in two places.
                if *same != definition {
                    left_out.push(twice(&definition, other, &name).to_string());
                }
                continue;
            }
            for version in definition.spec.versions.iter().filter(|version| version.served) {
                match kind(&name, &definition, &version.name, &origin) {
                    Ok(kind) => kinds.push(kind),
                    Err(problem) => left_out.push(problem.to_string()),
                }
            }
            seen.insert(identity, (name.clone(), definition));
        }
    }
    if kinds.is_empty() {
        if left_out.is_empty() {
            left_out.push(format!(
                "{} holds no CRD in a file that ends in .{}; name another one with --from",
                from.display(),
                ENDINGS.join(", .")
            ));
        }
        return Err(Failure::new(left_out.join("\n")));
    }
    Ok((kinds, left_out))
}

/// How the names of files that may hold CRDs end, in lower case.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

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
    if let Some(reason) = spec.refusal(version) {
        return Err(Failure::new(format!(
            "{file}: {reason}, which the API server refuses, too; compare it with the release it was taken from"
        )));
    }
    let served = spec.versions.iter().filter(|version| version.served);
    let Some(found) = served.clone().find(|served| served.name == version) else {
        let known: Vec<String> = served.map(|version| version.name.clone()).collect();
        return Err(Failure::new(format!(
            "{file}: {} of {} has no served version {version}; choose another version, it has {}",
            spec.names.kind,
            spec.group,
            listed(&known)
        )));
    };
    let schema = found.schema.as_ref().and_then(|schema| schema.root.clone());
    let anything = || Schema { preserve_unknown_fields: true, ..Schema::default() };
    Ok(Kind {
        group: spec.group.clone(),
        version: version.to_owned(),
        name: spec.names.kind.clone(),
        plural: spec.names.plural.clone(),
        scope: spec.scope,
        schema: schema.unwrap_or_else(anything),
        names: BTreeMap::new(),
        reference: None,
        origin: origin.to_owned(),
    })
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
