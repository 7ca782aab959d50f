//! What an edit of a service does not change, as one dynamic library: linking is half of the way from the edit to the YAML.
//!
//! Whoever names this crate is linked against the library instead of the crates in it.

use {commands as _, custom_resources as _, helm_values as _, manifests_lib as _};
