//! Released files of upstream projects, locked by URL and SHA-256.
//!
//! A lock file such as `crds.toml` names each file as a [`LockedFile`]; [`Releases`] brings them all: from a folder on disk, from
//! the cache of earlier runs, from the network. No bytes are returned before their digest has been checked.

mod cache;
mod digest;
#[cfg(feature = "network")]
mod disk;
mod folder;
mod locked;
#[cfg(feature = "network")]
mod network;
#[cfg(feature = "network")]
mod releases;
mod temporary;

pub use cache::Cache;
pub use digest::{Digest, hexadecimal, sha256};
pub use folder::{list, read};
pub use locked::LockedFile;
#[cfg(feature = "network")]
pub use network::Network;
#[cfg(feature = "network")]
pub use releases::{Files, Found, Names, Places, Releases, utf8};
pub use temporary::is_temporary;
