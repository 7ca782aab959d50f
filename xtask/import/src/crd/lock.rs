//! `crds.toml`: the CRDs to generate, their releases, and the parts to keep.

use std::collections::BTreeMap;

use released::{Digest, LockedFile};
use serde::Deserialize;

use crate::lock_file;
use support::{Failure, Result};

/// The lock file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The released files, in order.
    #[serde(default, rename = "source")]
    pub sources: Vec<LockedSource>,
}

/// One released file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSource {
    /// The raw file at the tag of the release.
    pub url: String,
    /// The release, as upstream names it.
    pub release: String,
    /// The file's SHA-256.
    pub sha256: Digest,
    /// The kinds to generate, in order; new ones go to the end, which keeps the names of the others.
    #[serde(rename = "kind")]
    pub kinds: Vec<LockedKind>,
}

/// One kind of a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedKind {
    /// Group and version: `networking.istio.io/v1`.
    pub api_version: String,
    /// The kind: `VirtualService`.
    pub kind: String,
    /// The upstream page that explains the kind.
    pub reference: Option<String>,
    /// Paths to keep, each with everything below it; by default everything.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Names of types, by a path where the type is used.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
}

impl Lock {
    /// Reads the lock file's text; `file` names it in messages.
    ///
    /// # Errors
    /// If it is not TOML of this form, or a kind is listed twice.
    pub fn read(file: &str, text: &str) -> Result<Self> {
        let lock: Self = lock_file::read(file, text)?;
        let mut seen = BTreeMap::new();
        for source in &lock.sources {
            for kind in &source.kinds {
                if kind.group_and_version().is_none() {
                    return Err(Failure::new(format!(
                        "{file}: the api_version {} of {} is not a group and a version; write it like networking.istio.io/v1",
                        kind.api_version, kind.kind
                    )));
                }
                if let Some(other) = seen.insert((&kind.api_version, &kind.kind), &source.url) {
                    return Err(Failure::new(format!(
                        "{file}: {} of {} is listed twice (for {} and before it for {other}); remove one of them",
                        kind.kind, kind.api_version, source.url
                    )));
                }
            }
        }
        Ok(lock)
    }
}

impl LockedSource {
    /// The file, without what to generate from it.
    pub fn file(&self) -> LockedFile {
        LockedFile { url: self.url.clone(), sha256: self.sha256.clone() }
    }
}

impl LockedKind {
    /// `networking.istio.io` and `v1`.
    pub fn group_and_version(&self) -> Option<(&str, &str)> {
        self.api_version.split_once('/').filter(|(group, version)| {
            !group.is_empty() && !version.is_empty() && !version.contains('/')
        })
    }
}
