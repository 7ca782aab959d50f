//! Nothing is past its end of life, and what changes is noticed.

pub(super) mod ended_release;
mod ends;
pub(super) mod rotated_variable;
pub(super) mod unnoticed_configuration;

use crate::objects::{Pod, texts};

pub(crate) use ends::{is_date, read_on};

/// Whether something restarts the pods when their configuration changes: a digest in the template, or a controller that watches.
pub(crate) fn is_restarted(pod: &Pod<'_>) -> bool {
    let annotations = texts(&pod.metadata["annotations"]);
    let by_digest = |key: &str| {
        let key = key.to_ascii_lowercase();
        ["checksum", "hash", "digest", "sha256"].iter().any(|word| key.contains(word))
    };
    annotations.into_iter().any(|(key, _)| by_digest(key))
        || texts(&pod.owner.json["metadata"]["annotations"])
            .any(|(key, _)| key.contains("reloader.stakater.com/"))
}
