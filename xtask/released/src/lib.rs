//! Released files of upstream projects, locked by URL and SHA-256.
//!
//! A lock file such as `crds.toml` names each file as a [`LockedFile`]; [`Releases`] brings it from the network or from a
//! folder on disk. No bytes are returned before their digest has been checked.

mod cache;
mod digest;
mod download;
mod folder;
mod locked;
mod releases;

pub use digest::{Digest, hexadecimal, sha256};
pub use folder::{list, read};
pub use locked::LockedFile;
pub use releases::{Found, Names, Releases, current_digest, utf8};
