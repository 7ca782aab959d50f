//! Which object of one side is which of the other.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::objects::{Identity, Object, Objects, Value};

/// An object on both sides, or on one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) old: Option<&'a Object>,
    pub(super) new: Option<&'a Object>,
    /// The object of another name that it probably was, or becomes.
    pub(super) renamed: Option<&'a Identity>,
}

/// Objects with nearly the same content in as many of a hundred parts are one that was renamed.
const ALIKE: usize = 80;
/// A value that so many objects have says nothing about which of them is meant.
const COMMON: usize = 16;

/// Every object of both sides, each once, in the order of their identities.
pub(super) fn pairs<'a>(from: &'a Objects, to: &'a Objects) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let (mut deleted, mut created) = (Vec::new(), Vec::new());
    let mut moved = HashSet::new();
    for new in first(to) {
        let former = || former(&new.identity).and_then(|identity| from.get(&identity));
        match from.get(&new.identity).or_else(former).filter(|old| old.is_deployed()) {
            Some(old) => {
                moved.insert(&old.identity);
                pairs.push(Pair { old: Some(old), new: Some(new), renamed: None });
            }
            None => created.push(new),
        }
    }
    for old in first(from) {
        let is_gone = to.get(&old.identity).is_none_or(|new| !new.is_deployed());
        if is_gone && !moved.contains(&old.identity) {
            deleted.push(old);
        }
    }
    let renamed = renamed(&deleted, &created);
    let mut other: HashMap<&Identity, &Identity> = HashMap::new();
    for (old, new) in renamed {
        other.insert(&old.identity, &new.identity);
        other.insert(&new.identity, &old.identity);
    }
    let of = |object: &Object| other.get(&object.identity).copied();
    pairs.extend(deleted.iter().map(|&old| Pair { old: Some(old), new: None, renamed: of(old) }));
    pairs.extend(created.iter().map(|&new| Pair { old: None, new: Some(new), renamed: of(new) }));
    pairs.sort_by(|one, other| identity(one).cmp(&identity(other)));
    pairs
}

/// How an object was called before its kind moved out of the group `extensions`: the API server stores it once.
///
/// Upstream: <https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-16>
fn former(identity: &Identity) -> Option<Identity> {
    let has_moved = matches!(
        (identity.group.as_str(), identity.kind.as_str()),
        ("apps", "DaemonSet" | "Deployment" | "ReplicaSet")
            | ("networking.k8s.io", "Ingress" | "NetworkPolicy")
    );
    has_moved.then(|| Identity { group: "extensions".to_owned(), ..identity.clone() })
}

fn identity<'a>(pair: &Pair<'a>) -> Option<&'a Identity> {
    pair.new.or(pair.old).map(|object| &object.identity)
}

/// What is deployed, without what has an identity that another one has already.
fn first(objects: &Objects) -> impl Iterator<Item = &Object> {
    objects.all().iter().filter(|object| object.is_deployed()).filter(|object| {
        objects.get(&object.identity).is_some_and(|first| std::ptr::eq(first, *object))
    })
}

/// Objects that are gone and new ones of the same kind with nearly the same content.
fn renamed<'a>(deleted: &[&'a Object], created: &[&'a Object]) -> Vec<(&'a Object, &'a Object)> {
    // Labels may have the old name, or follow the new one.
    let mut candidates = alike(deleted, created, false);
    candidates.extend(alike(deleted, created, true));
    // The most alike first; what comes first among equals.
    candidates.sort_unstable_by_key(|&(likeness, old, new)| {
        (Reverse(likeness), &deleted[old].identity, &created[new].identity)
    });
    let (mut taken_old, mut taken_new) = (vec![false; deleted.len()], vec![false; created.len()]);
    let mut pairs = Vec::new();
    for (_, old, new) in candidates {
        if !taken_old[old] && !taken_new[new] {
            (taken_old[old], taken_new[new]) = (true, true);
            pairs.push((deleted[old], created[new]));
        }
    }
    pairs
}

/// How much of a hundred parts two objects share, and their positions.
fn alike(deleted: &[&Object], created: &[&Object], follow: bool) -> Vec<(usize, usize, usize)> {
    let all: Vec<Vec<String>> = deleted.iter().map(|object| parts(object, follow)).collect();
    let mut with_part: HashMap<(&str, &str, &str), Vec<usize>> = HashMap::new();
    for (position, object) in deleted.iter().enumerate() {
        let Identity { group, kind, .. } = &object.identity;
        for part in &all[position] {
            with_part.entry((group, kind, part)).or_default().push(position);
        }
    }
    let mut candidates = Vec::new();
    for (position, object) in created.iter().enumerate() {
        let Identity { group, kind, .. } = &object.identity;
        let own = parts(object, follow);
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for part in &own {
            let with = with_part.get(&(group.as_str(), kind.as_str(), part.as_str()));
            for &old in with.into_iter().flatten().take(COMMON) {
                *shared.entry(old).or_default() += 1;
            }
        }
        for (old, count) in shared {
            let likeness = 200 * count / (own.len() + all[old].len()).max(1);
            if likeness >= ALIKE && own.len() > 1 {
                candidates.push((likeness, old, position));
            }
        }
    }
    candidates
}

/// Every value of an object with its path; where names are followed, its own name stands for itself.
fn parts(object: &Object, follow: bool) -> Vec<String> {
    let name = if follow { object.name() } else { "" };
    let mut parts = Vec::new();
    for (key, value) in object.json.as_object().into_iter().flatten() {
        match key.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => {
                for part in ["labels", "annotations"] {
                    collect(part, &value[part], name, &mut parts);
                }
            }
            _ => collect(key, value, name, &mut parts),
        }
    }
    parts.sort_unstable();
    parts.dedup();
    parts
}

fn collect(path: &str, value: &Value, name: &str, parts: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| collect(path, item, name, parts)),
        Value::Object(fields) => {
            for (key, value) in fields {
                collect(&format!("{path}.{key}"), value, name, parts);
            }
        }
        Value::String(text) if !name.is_empty() => {
            parts.push(format!("{path}={}", text.replace(name, "\u{0}")));
        }
        other => parts.push(format!("{path}={other}")),
    }
}
