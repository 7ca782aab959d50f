//! How a stored object differs from what was written.

use std::fmt::Write;

use serde_json::Value;

/// What the API server keeps of its own in every object.
const SERVER_OWNED: [&str; 6] = [
    "metadata.creationTimestamp",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.resourceVersion",
    "metadata.uid",
    "status",
];

/// One field that is stored in another way than it was written.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// Where, with the numbers of list elements: `spec.ports[0].protocol`.
    pub path: String,
    /// The path without numbers: `spec.ports[].protocol`.
    pub pattern: String,
    /// What was written; nothing where the field has appeared.
    pub written: Option<Value>,
    /// What is stored; nothing where the field is gone.
    pub stored: Option<Value>,
}

/// Every field in which the two differ, and how many fields were written.
///
/// What the API server keeps of its own counts only where it was written.
pub fn compare(written: &Value, stored: &Value) -> (Vec<Difference>, usize) {
    let mut comparison = Comparison::default();
    comparison.value(&Place::default(), Some(written), Some(stored));
    (comparison.differences, comparison.fields)
}

/// Every field in which two stored states of an object differ, but for what the API server keeps of its own.
pub fn stored(first: &Value, second: &Value) -> Vec<Difference> {
    let mut comparison = Comparison { both_stored: true, ..Comparison::default() };
    comparison.value(&Place::default(), Some(first), Some(second));
    comparison.differences
}

/// Whether two stored states of an object are the same but for what the API server keeps of its own.
pub fn is_same(first: &Value, second: &Value) -> bool {
    stored(first, second).is_empty()
}

#[derive(Clone, Default)]
struct Place {
    path: String,
    pattern: String,
}

impl Place {
    fn field(&self, key: &str) -> Self {
        let mut place = self.clone();
        for text in [&mut place.path, &mut place.pattern] {
            if key.contains(['.', '/']) {
                let _ = write!(text, "[\"{key}\"]");
            } else {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
        }
        place
    }

    fn is_server_owned(&self) -> bool {
        SERVER_OWNED.iter().any(|owned| {
            self.pattern
                .strip_prefix(owned)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    fn element(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), pattern: format!("{}[]", self.pattern) }
    }
}

#[derive(Default)]
struct Comparison {
    differences: Vec<Difference>,
    fields: usize,
    both_stored: bool,
}

impl Comparison {
    fn value(&mut self, place: &Place, written: Option<&Value>, stored: Option<&Value>) {
        if (self.both_stored || written.is_none()) && place.is_server_owned() {
            return;
        }
        match (written, stored) {
            (Some(Value::Object(written)), Some(Value::Object(stored))) => {
                for (key, value) in written {
                    self.value(&place.field(key), Some(value), stored.get(key));
                }
                for (key, value) in stored {
                    if !written.contains_key(key) {
                        self.value(&place.field(key), None, Some(value));
                    }
                }
            }
            (Some(Value::Array(written)), Some(Value::Array(stored))) => {
                for index in 0..written.len().max(stored.len()) {
                    self.value(&place.element(index), written.get(index), stored.get(index));
                }
            }
            _ => {
                if written.is_some() {
                    self.fields += 1;
                }
                if !is_equal(written, stored) {
                    self.differences.push(Difference {
                        path: place.path.clone(),
                        pattern: place.pattern.clone(),
                        written: written.cloned(),
                        stored: stored.cloned(),
                    });
                }
            }
        }
    }
}

/// Numbers are equal by value: what is written as `100.0` is stored as `100`.
fn is_equal(written: Option<&Value>, stored: Option<&Value>) -> bool {
    match (written, stored) {
        (Some(Value::Number(written)), Some(Value::Number(stored))) => {
            written == stored || written.as_f64() == stored.as_f64()
        }
        _ => written == stored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(patterns(&json!({"a": 100.0}), &json!({"a": 100})).len(), 0);
        assert_eq!(patterns(&json!({"a": 100.5}), &json!({"a": 100})).len(), 1);
    }

    fn patterns(written: &Value, stored: &Value) -> Vec<String> {
        compare(written, stored).0.into_iter().map(|difference| difference.pattern).collect()
    }

    #[test]
    fn the_same_object_has_no_difference() {
        let object = json!({"spec": {"ports": [{"port": 80}], "empty": {}, "none": null}});
        let (differences, fields) = compare(&object, &object);
        assert_eq!(differences, []);
        // `empty` has no fields of its own.
        assert_eq!(fields, 2);
    }

    #[test]
    fn finds_what_is_gone_new_and_changed() {
        let written = json!({"spec": {"ports": [{"port": 80, "name": "a"}, {"port": 81}]}});
        let stored = json!({"spec": {"ports": [{"port": "80", "protocol": "TCP"}]}});
        let (differences, _) = compare(&written, &stored);
        assert_eq!(
            differences,
            [
                Difference {
                    path: "spec.ports[0].name".to_owned(),
                    pattern: "spec.ports[].name".to_owned(),
                    written: Some(json!("a")),
                    stored: None,
                },
                Difference {
                    path: "spec.ports[0].port".to_owned(),
                    pattern: "spec.ports[].port".to_owned(),
                    written: Some(json!(80)),
                    stored: Some(json!("80")),
                },
                Difference {
                    path: "spec.ports[0].protocol".to_owned(),
                    pattern: "spec.ports[].protocol".to_owned(),
                    written: None,
                    stored: Some(json!("TCP")),
                },
                Difference {
                    path: "spec.ports[1]".to_owned(),
                    pattern: "spec.ports[]".to_owned(),
                    written: Some(json!({"port": 81})),
                    stored: None,
                },
            ]
        );
    }

    #[test]
    fn leaves_the_server_its_own_fields() {
        let written = json!({"metadata": {"name": "a"}});
        let stored = json!({
            "metadata": {"name": "a", "uid": "1", "resourceVersion": "2", "managedFields": []},
            "status": {"ready": true},
        });
        assert_eq!(patterns(&written, &stored), [""; 0]);
    }

    #[test]
    fn the_server_does_not_own_what_was_written() {
        let written = json!({"metadata": {"uid": "1"}, "status": {"ready": false}});
        let stored = json!({"metadata": {"uid": "2"}, "status": {"ready": true, "seen": 1}});
        assert_eq!(patterns(&written, &stored), ["metadata.uid", "status.ready"]);
        assert_eq!(
            patterns(&written, &json!({})),
            ["metadata", "status"],
            "written, but not stored"
        );
    }

    #[test]
    fn two_stored_states_are_the_same_but_for_what_the_server_owns() {
        let state = |version: &str, replicas: u64| {
            json!({
                "metadata": {"resourceVersion": version},
                "spec": {"replicas": replicas},
                "status": {"seen": version},
            })
        };
        assert!(is_same(&state("1", 1), &state("2", 1)));
        assert!(!is_same(&state("1", 1), &state("1", 2)));
    }

    #[test]
    fn keys_with_dots_stay_whole() {
        let written = json!({"metadata": {"labels": {"istio.io/rev": "1"}}});
        let stored = json!({"metadata": {"labels": {"istio.io/rev": "2"}}});
        assert_eq!(patterns(&written, &stored), ["metadata.labels[\"istio.io/rev\"]"]);
    }
}
