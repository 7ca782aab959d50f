//! Properties of finished objects that building a platform and `cargo xtask check` both ask. Each stands here, once.
//!
//! They take names and numbers, because the one reads typed objects and the other JSON.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::values::is_fixed_tag;

/// What has a key that something before it has: the first one with the key, and the one that has it again.
#[must_use]
pub fn repeated<K: Ord, T: Copy>(items: impl IntoIterator<Item = (K, T)>) -> Vec<(T, T)> {
    let mut first_with = BTreeMap::new();
    let again = |(key, item)| match first_with.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(item);
            None
        }
        Entry::Occupied(entry) => Some((*entry.get(), item)),
    };
    items.into_iter().filter_map(again).collect()
}

/// What is mounted and is no volume of the pod, claims by templates of a StatefulSet included.
pub fn missing_volumes<'v, T>(
    mounted: impl IntoIterator<Item = (&'v str, T)>,
    volumes: &[&str],
) -> impl Iterator<Item = (&'v str, T)> {
    mounted.into_iter().filter(|(name, _)| !volumes.contains(name))
}

/// The labels that a selector asks for and something with other labels lacks.
pub fn lacking_labels<'s, 'l>(
    wanted: impl IntoIterator<Item = (&'s str, &'s str)>,
    label: impl Fn(&str) -> Option<&'l str>,
) -> impl Iterator<Item = (&'s str, &'s str)> {
    wanted.into_iter().filter(move |(key, value)| label(key) != Some(*value))
}

/// Whether a label, or its absence, satisfies a condition of a selector: `tier In (front, back)`.
///
/// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement>
pub fn satisfies<'v>(
    operator: &str,
    values: impl IntoIterator<Item = &'v str>,
    label: Option<&str>,
) -> bool {
    let mut values = values.into_iter();
    match operator {
        "In" => label.is_some_and(|label| values.any(|value| value == label)),
        "NotIn" => label.is_none_or(|label| values.all(|value| value != label)),
        "Exists" => label.is_some(),
        "DoesNotExist" => label.is_none(),
        _ => false,
    }
}

/// Whether a selector asks for nothing. At a workload it would select the pods of all others.
#[must_use]
pub fn asks_nothing(labels: usize, expressions: usize) -> bool {
    labels == 0 && expressions == 0
}

/// Whether there are workloads here, and none of them has a pod. A workload that does not say how many has one.
pub fn have_no_pods(replicas: impl IntoIterator<Item = Option<u64>>) -> bool {
    let mut replicas = replicas.into_iter().peekable();
    replicas.peek().is_some() && replicas.all(|replicas| replicas == Some(0))
}

/// Whether a rollout of a Deployment has no way: it may start no pod before an old one has stopped, and stop none before.
#[must_use]
pub fn is_stuck(surge: u64, unavailable: u64) -> bool {
    surge == 0 && unavailable == 0
}

/// How long a Deployment has to get on, in seconds, where it does not say.
pub const PROGRESS_DEADLINE: u16 = 600;

/// Whether new pods count as available later than their Deployment waits for it, both in seconds.
#[must_use]
pub fn is_available_too_late(min_ready: i64, deadline: Option<i64>) -> bool {
    min_ready >= deadline.unwrap_or(PROGRESS_DEADLINE.into())
}

/// What the name of an image always leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinned {
    /// These bytes: by a digest, or by the commit in a registry whose tags cannot be moved.
    Bytes,
    /// A version, as long as nobody moves its tag.
    Tag,
    /// Whatever was pushed last.
    Nothing,
}

/// What the name of an image always leads to. `auto` is replaced by the mesh, an empty one refused by the API server.
///
/// Upstream: <https://kubernetes.io/docs/concepts/containers/images/#image-names>
#[must_use]
pub fn pinned(image: &str) -> Pinned {
    let tag = image.rsplit('/').next().and_then(|last| Some(last.split_once(':')?.1));
    let in_ecr = image.split('/').next().is_some_and(|registry| {
        registry.contains(".dkr.ecr.") && registry.ends_with(".amazonaws.com")
    });
    let is_commit = in_ecr && tag.is_some_and(|tag| is_fixed_tag(tag.as_bytes()));
    match tag {
        _ if image.contains('@') || is_commit || image == "auto" || image.is_empty() => {
            Pinned::Bytes
        }
        None | Some("latest") => Pinned::Nothing,
        Some(_) => Pinned::Tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_again_is_told_with_the_first() {
        assert_eq!(repeated([("a", 1), ("b", 2), ("a", 3), ("a", 4)]), [(1, 3), (1, 4)]);
    }

    #[test]
    fn a_label_that_is_not_there_is_in_no_list() {
        assert!(satisfies("NotIn", ["a"], None));
        assert!(!satisfies("In", ["a"], None));
        assert!(!satisfies("NotIn", ["a"], Some("a")));
    }

    #[test]
    fn no_workload_is_no_workload_without_pods() {
        assert!(!have_no_pods([]));
        assert!(!have_no_pods([Some(0), None]));
        assert!(have_no_pods([Some(0), Some(0)]));
    }

    #[test]
    fn an_image_is_pinned_by_what_cannot_be_moved() {
        let registry = "1.dkr.ecr.eu-central-1.amazonaws.com/shop";
        let (commit, release) = (format!("{registry}:d74ac1c"), format!("{registry}:1.2"));
        for image in ["cart@sha256:1", commit.as_str(), "auto"] {
            assert_eq!(pinned(image), Pinned::Bytes, "{image}");
        }
        for image in ["cart:1.2", "localhost:5000/cart:1", release.as_str()] {
            assert_eq!(pinned(image), Pinned::Tag, "{image}");
        }
        for image in ["cart", "cart:latest", "localhost:5000/cart"] {
            assert_eq!(pinned(image), Pinned::Nothing, "{image}");
        }
    }
}
