//! The YAML writer.
//!
//! It streams any [`Serialize`] value into block-style YAML for the reader that counts, Go's
//! `sigs.k8s.io/yaml` (kubectl, Argo CD): what that reader reads back is exactly what was written,
//! for every string as key and as value.
//!
//! - Ordinary strings are plain; a string that another reader could take for something else is
//!   quoted; text of several lines is a literal block. Lines are never folded, and there are no
//!   anchors and no tags.
//! - Keys stand in the order people read them: `apiVersion`, `kind`, `metadata`, `spec` first in
//!   the document; `name` first in the mapping of every `metadata` and in every mapping that is an
//!   element of a sequence; everything else as serialized.
//! - The dash of a sequence stands below the first letter of its key, as kubectl writes it.
//!
//! ```
//! #[derive(serde::Serialize)]
//! struct Metadata {
//!     labels: [(); 0],
//!     name: &'static str,
//! }
//!
//! #[derive(serde::Serialize)]
//! struct Object {
//!     metadata: Metadata,
//!     kind: &'static str,
//! }
//!
//! let object = Object { metadata: Metadata { labels: [], name: "on" }, kind: "Example" };
//! let expected = "kind: Example\nmetadata:\n  name: \"on\"\n  labels: []\n";
//! assert_eq!(manifests_lib::yaml::to_string(&object)?, expected);
//! # Ok::<(), manifests_lib::yaml::Error>(())
//! ```

mod error;
mod keys;
mod mapping;
mod resolve;
mod scalar;
mod sequence;
mod serializer;
mod writer;

pub use error::Error;
use serde::Serialize;
use writer::Writer;

/// Appends `value` as one YAML document to `output`: block style, no `---`, ending with a newline.
///
/// # Errors
///
/// What the reader could not read back as it was: NaN and infinity, integers beyond 64 bits, bytes,
/// keys that are not strings, integers, booleans or characters, a key written twice in one mapping,
/// more than 256 levels of nesting; and what the value's own `Serialize` refuses. `output` is then
/// as it was.
pub fn write<T: Serialize + ?Sized>(value: &T, output: &mut String) -> Result<(), Error> {
    // The lines of one document move within their buffer, which `String` does not offer: hence a
    // buffer of its own.
    output.push_str(&to_string(value)?);
    Ok(())
}

/// Returns `value` as one YAML document: block style, no `---`, ending with a newline.
///
/// # Errors
///
/// Those of [`write()`].
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut writer = Writer::new();
    value.serialize(writer.document())?;
    String::from_utf8(writer.into_bytes()).map_err(serde::ser::Error::custom)
}
