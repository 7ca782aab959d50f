//! Everything that an edit of a service does not change, as one dynamic library: linking is half of the time from the edit to
//! the YAML.
//!
//! A program that depends on this crate is linked against the library instead of the crates in it.

use {commands as _, custom_resources as _, helm_values as _, manifests_lib as _};
