//! Values that a chart makes anew each time it is rendered: passwords, certificates, times, and digests of them.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::Rendered;
use crate::environment::Environment;
use crate::objects::{FieldPath, Step, Value, text};
use crate::schema::{group_of, is_namespaced};

/// What stands for such a value: on both sides the same, so that it is no change.
pub const ANEW: &str = "(made anew at each rendering)";

/// What two renderings of the same have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// The objects, with [`ANEW`] in the place of what differs.
    pub objects: Vec<Value>,
    /// What differs: each field with its object.
    pub random: Vec<String>,
}

/// Compares two renderings of the same.
#[must_use]
pub fn settle(first: Vec<Value>, second: &[Value]) -> Settled {
    let mut settled = Settled::default();
    let mut others: BTreeMap<Key, Vec<&Value>> = BTreeMap::new();
    for object in second {
        others.entry(Key::of(object)).or_default().push(object);
    }
    // Names that both have belong together first; what is left has another name each time.
    let names: BTreeSet<Key> = first.iter().map(Key::of).collect();
    let mut left: BTreeMap<Kind, Vec<&Value>> = BTreeMap::new();
    for object in second.iter().filter(|object| !names.contains(&Key::of(object))) {
        left.entry(Key::of(object).kind).or_default().push(object);
    }
    for mut object in first {
        let name = Key::of(&object);
        let same = others.get_mut(&name).filter(|all| !all.is_empty()).map(|all| all.remove(0));
        let other = same.or_else(|| {
            let alike = left.get_mut(&name.kind).filter(|all| !all.is_empty())?;
            Some(alike.remove(0))
        });
        if let Some(other) = other {
            let mut path = FieldPath::default();
            let mut found = Vec::new();
            mask(&mut object, other, &mut path, &mut found);
            let (kind, full) = (&name.kind.kind, name.full());
            let of_object = |field| format!("{kind} {full}: {field}");
            settled.random.extend(found.into_iter().map(of_object));
        }
        settled.objects.push(object);
    }
    settled
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    api_version: String,
    kind: String,
}

/// What tells objects of one rendering apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Kind,
    namespace: String,
    name: String,
}

impl Key {
    fn of(object: &Value) -> Self {
        let of = |value: &Value| text(value).unwrap_or_default().to_owned();
        let metadata = &object["metadata"];
        Self {
            kind: Kind { api_version: of(&object["apiVersion"]), kind: of(&object["kind"]) },
            namespace: of(&metadata["namespace"]),
            name: of(&metadata["name"]),
        }
    }

    /// The name, behind the namespace of what lives in one: charts write one at other objects too.
    fn full(&self) -> String {
        let Kind { api_version, kind } = &self.kind;
        if self.namespace.is_empty() || is_namespaced(group_of(api_version), kind) == Some(false) {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }
}

fn mask(one: &mut Value, other: &Value, path: &mut FieldPath, found: &mut Vec<String>) {
    if one == other {
        return;
    }
    match (&mut *one, other) {
        (Value::Object(fields), Value::Object(others)) if fields.keys().eq(others.keys()) => {
            for (value, (key, other)) in fields.values_mut().zip(others) {
                path.0.push(Step::Key(key.to_string()));
                mask(value, other, path, found);
                path.0.pop();
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (position, (item, other)) in items.iter_mut().zip(others).enumerate() {
                path.0.push(Step::Index(position));
                mask(item, other, path, found);
                path.0.pop();
            }
        }
        _ => {
            found.push(path.to_string());
            *one = ANEW.into();
        }
    }
}

/// What was not compared of two environments.
pub(super) fn of(from: &Environment, to: &Environment) -> Vec<String> {
    let rendered = from.rendered.iter().chain(&to.rendered);
    let all: BTreeSet<&String> = rendered.flat_map(|Rendered { random, .. }| random).collect();
    all.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    fn secret(name: &str, password: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": {"password": password, "user": "YQ=="}})
    }

    #[test]
    fn what_differs_between_two_renderings_is_made_anew() {
        let settled = settle(vec![secret("a", "YWE=")], &[secret("a", "YmI=")]);
        assert_eq!(settled.objects, [secret("a", ANEW)]);
        assert_eq!(settled.random, ["Secret a: data.password"]);
        assert_eq!(settle(vec![secret("a", "YQ==")], &[secret("a", "YQ==")]).random, [""; 0]);
    }

    #[test]
    fn a_name_that_is_another_each_time_is_recognised() {
        let (first, second) = (
            [secret("a", "YQ=="), secret("b-1", "YQ==")],
            [secret("b-2", "YQ=="), secret("a", "YQ==")],
        );
        let settled = settle(first.to_vec(), &second);
        assert_eq!(settled.objects, [secret("a", "YQ=="), secret(ANEW, "YQ==")]);
        assert_eq!(settled.random, ["Secret b-1: metadata.name"]);
    }

    #[test]
    fn what_lives_in_no_namespace_is_named_without_one() {
        let object = |kind: &str, bundle: &str| {
            let metadata = json!({"name": "a", "namespace": "shop"});
            json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": metadata, "caBundle": bundle})
        };
        let kind = "ValidatingWebhookConfiguration";
        let settled = settle(vec![object(kind, "YQ==")], &[object(kind, "Yg==")]);
        assert_eq!(settled.random, ["ValidatingWebhookConfiguration a: caBundle"]);
        let settled = settle(vec![object("Unknown", "YQ==")], &[object("Unknown", "Yg==")]);
        assert_eq!(settled.random, ["Unknown shop/a: caBundle"]);
    }

    #[test]
    fn what_has_another_shape_is_random_as_a_whole() {
        let object =
            |data: Value| json!({"kind": "ConfigMap", "metadata": {"name": "a"}, "data": data});
        let settled = settle(vec![object(json!({"a": "b"}))], &[object(json!({"c": "b"}))]);
        assert_eq!(settled.objects, [object(json!(ANEW))]);
    }
}
