//! Whether an object in the cluster is what an apply would make of it, without asking the API server: by what it keeps of each
//! manager's fields.
//!
//! Where that is not certain, the answer is no, and the API server is asked.
//!
//! Upstream: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>

use serde_json::{Map, Value};

/// Under whose name Argo CD applies.
pub const ARGO_CD: &str = "argocd-controller";

/// What Argo CD adds to what it applies.
const ADDED_BY_ARGO_CD: [(&str, &str); 2] =
    [("annotations", "argocd.argoproj.io/tracking-id"), ("labels", "app.kubernetes.io/instance")];

/// What the API server adds within fields that it keeps as a whole.
const DEFAULTS: [(&str, &str); 7] = [
    ("apiGroup", "rbac.authorization.k8s.io"),
    ("apiVersion", "v1"),
    ("divisor", "0"),
    ("protocol", "TCP"),
    ("volumeMode", "Filesystem"),
    ("kind", "PersistentVolumeClaim"),
    ("scope", "*"),
];

/// Whether an apply of `wanted` under the name of `manager` would change nothing of `live`.
pub fn is_there(wanted: &Value, live: &Value, manager: &str) -> bool {
    let Some(entry) = entry(live, manager, &wanted["apiVersion"]) else { return false };
    let (Value::Object(wanted), Value::Object(live), Value::Object(fields)) =
        (wanted, live, &entry["fieldsV1"])
    else {
        return false;
    };
    let is_identity = |key: &str| ["apiVersion", "kind"].contains(&key);
    let others = wanted.iter().filter(|(key, _)| !is_identity(key) && *key != "metadata");
    let same_body = same_members(others, fields, live, &["f:metadata"]);
    let empty = Map::new();
    let metadata =
        |object: &Map<String, Value>| object.get("metadata").and_then(Value::as_object).cloned();
    let (wanted, live) = (metadata(wanted).unwrap_or_default(), metadata(live).unwrap_or_default());
    let mut fields = fields.get("f:metadata").and_then(Value::as_object).unwrap_or(&empty).clone();
    if manager == ARGO_CD {
        for (parent, key) in ADDED_BY_ARGO_CD {
            forget(&mut fields, parent, key, &wanted);
        }
    }
    // The API server takes the identity for nobody's field.
    let members = wanted.iter().filter(|(key, _)| !["name", "namespace"].contains(&key.as_str()));
    same_body && same_members(members, &fields, &live, &[])
}

/// What a manager has applied in this version of the API.
fn entry<'a>(live: &'a Value, manager: &str, version: &Value) -> Option<&'a Value> {
    let entries = live["metadata"]["managedFields"].as_array()?;
    let mut own = entries.iter().filter(|entry| {
        entry["manager"] == manager
            && entry["operation"] == "Apply"
            && entry["subresource"].is_null()
    });
    own.next().filter(|entry| entry["apiVersion"] == *version)
}

/// Whether a manager has the same fields of an object before and after a dry run.
pub fn has_same_fields(before: &Value, after: &Value, manager: &str) -> bool {
    let fields = |object| entry(object, manager, &before["apiVersion"]).map(|own| &own["fieldsV1"]);
    fields(before).is_some_and(|own| fields(after) == Some(own))
}

/// Whether this program, or whoever is named, has applied an object.
pub fn is_applied_by(live: &Value, manager: &str) -> bool {
    let entries = live["metadata"]["managedFields"].as_array();
    entries
        .into_iter()
        .flatten()
        .any(|entry| entry["manager"] == manager && entry["operation"] == "Apply")
}

/// When a manager has written an object last.
pub fn written_at<'a>(live: &'a Value, manager: &str) -> Option<&'a str> {
    let entries = live["metadata"]["managedFields"].as_array()?;
    let of_manager = entries.iter().filter(|entry| entry["manager"] == manager);
    of_manager.filter_map(|entry| entry["time"].as_str()).max()
}

fn forget(fields: &mut Map<String, Value>, parent: &str, key: &str, wanted: &Map<String, Value>) {
    if wanted.get(parent).is_some_and(|parent| parent.get(key).is_some()) {
        return;
    }
    let parent_key = format!("f:{parent}");
    if let Some(Value::Object(members)) = fields.get_mut(&parent_key) {
        members.remove(&format!("f:{key}"));
        if members.keys().all(|key| key == ".") && wanted.get(parent).is_none() {
            fields.remove(&parent_key);
        }
    }
}

/// Whether members of an object are what the manager has, no more and no less, and the same in the cluster.
fn same_members<'a>(
    wanted: impl Iterator<Item = (&'a String, &'a Value)>,
    fields: &Map<String, Value>,
    live: &Map<String, Value>,
    beside: &[&str],
) -> bool {
    let mut count = 0;
    for (key, value) in wanted {
        let (Some(Value::Object(fields)), Some(live)) =
            (fields.get(&format!("f:{key}")), live.get(key))
        else {
            return false;
        };
        if !same(value, fields, live) {
            return false;
        }
        count += 1;
    }
    let owned = fields.keys().filter(|key| *key != "." && !beside.contains(&key.as_str())).count();
    count == owned
}

fn same(wanted: &Value, fields: &Map<String, Value>, live: &Value) -> bool {
    let is_leaf = fields.keys().all(|key| key == ".");
    match (wanted, live) {
        _ if is_leaf => same_whole(wanted, live),
        (Value::Object(wanted), Value::Object(live)) => {
            same_members(wanted.iter(), fields, live, &[])
        }
        (Value::Array(wanted), Value::Array(live)) => same_elements(wanted, fields, live),
        _ => false,
    }
}

/// A field that is kept as a whole.
fn same_whole(wanted: &Value, live: &Value) -> bool {
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => {
            let is_default = |(key, value): (&String, &Value)| {
                wanted.contains_key(key)
                    || DEFAULTS.iter().any(|(name, default)| key == name && value == default)
                    || key == "status"
            };
            live.iter().all(is_default)
                && wanted
                    .iter()
                    .all(|(key, value)| live.get(key).is_some_and(|live| same_whole(value, live)))
        }
        (Value::Array(wanted), Value::Array(live)) => {
            wanted.len() == live.len()
                && wanted.iter().zip(live).all(|(wanted, live)| same_whole(wanted, live))
        }
        _ => wanted == live,
    }
}

/// A list whose elements belong to managers, each alone: by its keys, or by its value.
fn same_elements(wanted: &[Value], fields: &Map<String, Value>, live: &[Value]) -> bool {
    let owned: Vec<(Value, &Map<String, Value>)> = fields
        .iter()
        .filter_map(|(key, fields)| {
            let key = key.strip_prefix("k:").or_else(|| key.strip_prefix("v:"))?;
            Some((serde_json::from_str(key).ok()?, fields.as_object()?))
        })
        .collect();
    if owned.len() != wanted.len() || owned.len() != fields.keys().filter(|key| *key != ".").count()
    {
        return false;
    }
    // The order of what is wanted has to be that in the cluster: variables may name earlier ones.
    let mut last = None;
    for element in wanted {
        let mut matching = owned.iter().filter(|(key, _)| has_keys(element, key, true));
        let (Some((key, fields)), None) = (matching.next(), matching.next()) else { return false };
        let Some(place) = live.iter().position(|live| has_keys(live, key, false)) else {
            return false;
        };
        if last.is_some_and(|last| last >= place) {
            return false;
        }
        last = Some(place);
        let live = &live[place];
        let is_same = match (key, element) {
            (Value::Object(_), Value::Object(element)) => {
                // A key may have been left out, and belongs to the manager all the same.
                let mut element = element.clone();
                for (name, value) in key.as_object().into_iter().flatten() {
                    element.entry(name.clone()).or_insert_with(|| value.clone());
                }
                live.as_object().is_some_and(|live| {
                    let left_out = |name: &&String| {
                        !fields.contains_key(&format!("f:{name}"))
                            && key.get(name.as_str()).is_some()
                    };
                    let present = element.iter().filter(|(name, _)| !left_out(name));
                    same_members(present, fields, live, &[])
                })
            }
            _ => element == live,
        };
        if !is_same {
            return false;
        }
    }
    true
}

/// Whether an element has these keys; what is wanted may leave out one that has a default.
fn has_keys(element: &Value, key: &Value, may_leave_out: bool) -> bool {
    match key {
        Value::Object(keys) => {
            let mut named = false;
            let all = keys.iter().all(|(name, value)| match element.get(name) {
                Some(own) => {
                    named = true;
                    own == value
                }
                None => may_leave_out,
            });
            all && named
        }
        _ => element == key,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment() -> Value {
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "template": {"spec": {"containers": [{
                    "name": "web",
                    "image": "web:1",
                    "env": [
                        {"name": "A", "value": "1"},
                        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    ],
                    "ports": [{"containerPort": 8080}],
                }]}},
            },
        })
    }

    /// As a real API server keeps it.
    fn live() -> Value {
        let mut live = deployment();
        live["metadata"]["uid"] = json!("1");
        live["spec"]["replicas"] = json!(1);
        let container = &mut live["spec"]["template"]["spec"]["containers"][0];
        container["imagePullPolicy"] = json!("Always");
        container["ports"][0]["protocol"] = json!("TCP");
        container["env"][1]["valueFrom"]["fieldRef"]["apiVersion"] = json!("v1");
        live["metadata"]["managedFields"] = json!([{
            "manager": "manifests-live",
            "operation": "Apply",
            "apiVersion": "apps/v1",
            "fieldsV1": {
                "f:metadata": {"f:labels": {"f:app": {}}},
                "f:spec": {
                    "f:selector": {},
                    "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {
                        ".": {},
                        "f:name": {},
                        "f:image": {},
                        "f:env": {
                            "k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}},
                            "k:{\"name\":\"POD\"}": {
                                ".": {},
                                "f:name": {},
                                "f:valueFrom": {"f:fieldRef": {}},
                            },
                        },
                        "f:ports": {
                            "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}},
                        },
                    }}}},
                },
            },
        }]);
        live
    }

    fn is_same(wanted: &Value, live: &Value) -> bool {
        is_there(wanted, live, "manifests-live")
    }

    #[test]
    fn what_was_applied_is_there() {
        assert!(is_same(&deployment(), &live()));
        assert!(!is_there(&deployment(), &live(), ARGO_CD));
    }

    type Change = fn(&mut Value);

    #[test]
    fn whatever_an_apply_would_change_is_not() {
        let of_wanted: [(&str, Change); 7] = [
            ("another value", |wanted| {
                wanted["spec"]["template"]["spec"]["containers"][0]["image"] = json!("web:2");
            }),
            ("a new field", |wanted| wanted["spec"]["replicas"] = json!(1)),
            ("a new label", |wanted| wanted["metadata"]["labels"]["team"] = json!("shop")),
            ("a field less", |wanted| {
                wanted["metadata"].as_object_mut().expect("metadata").remove("labels");
            }),
            ("a new element", |wanted| {
                let env = &mut wanted["spec"]["template"]["spec"]["containers"][0]["env"];
                env.as_array_mut().expect("a list").push(json!({"name": "B"}));
            }),
            ("another order", |wanted| {
                let env = &mut wanted["spec"]["template"]["spec"]["containers"][0]["env"];
                env.as_array_mut().expect("a list").reverse();
            }),
            ("another version", |wanted| wanted["apiVersion"] = json!("apps/v2")),
        ];
        for (what, change) in of_wanted {
            let mut wanted = deployment();
            change(&mut wanted);
            assert!(!is_same(&wanted, &live()), "{what}");
        }
        let of_live: [(&str, Change); 5] = [
            ("somebody has changed a value", |live| {
                live["spec"]["template"]["spec"]["containers"][0]["image"] = json!("web:3");
            }),
            ("somebody owns a field instead", |live| {
                let fields = &mut live["metadata"]["managedFields"][0]["fieldsV1"]["f:metadata"];
                *fields = json!({});
            }),
            ("a part of a whole field is more", |live| {
                live["spec"]["selector"]["matchLabels"]["more"] = json!("x");
            }),
            ("an element was removed", |live| {
                let env = &mut live["spec"]["template"]["spec"]["containers"][0]["env"];
                env.as_array_mut().expect("a list").remove(0);
            }),
            ("another has applied it", |live| {
                live["metadata"]["managedFields"][0]["manager"] = json!("kubectl");
            }),
        ];
        for (what, change) in of_live {
            let mut live = live();
            change(&mut live);
            assert!(!is_same(&deployment(), &live), "{what}");
        }
    }

    #[test]
    fn defaults_in_what_is_kept_as_a_whole_are_no_difference() {
        let version = "rbac.authorization.k8s.io/v1";
        let subjects = |subject: Value| json!({"apiVersion": version, "kind": "RoleBinding", "metadata": {"name": "x"}, "subjects": [subject]});
        let hook = |rule: Value| json!({"apiVersion": version, "kind": "X", "metadata": {"name": "x"}, "webhooks": [{"name": "a", "rules": [rule]}]});
        let webhooks = json!({"k:{\"name\":\"a\"}": {".": {}, "f:name": {}, "f:rules": {}}});
        let cases = [
            (
                subjects(json!({"kind": "User", "name": "a"})),
                subjects(
                    json!({"kind": "User", "name": "a", "apiGroup": "rbac.authorization.k8s.io"}),
                ),
                json!({"f:subjects": {}}),
            ),
            (
                hook(json!({"resources": ["pods"]})),
                hook(json!({"resources": ["pods"], "scope": "*"})),
                json!({"f:webhooks": webhooks}),
            ),
        ];
        for (wanted, mut live, fields) in cases {
            live["metadata"]["managedFields"] = json!([{
                "manager": "manifests-live",
                "operation": "Apply",
                "apiVersion": version,
                "fieldsV1": fields,
            }]);
            assert!(is_same(&wanted, &live), "{wanted}");
        }
    }

    #[test]
    fn what_argo_cd_adds_is_no_difference() {
        let mut live = live();
        let entry = &mut live["metadata"]["managedFields"][0];
        entry["manager"] = json!(ARGO_CD);
        entry["fieldsV1"]["f:metadata"]["f:annotations"] =
            json!({"f:argocd.argoproj.io/tracking-id": {}});
        live["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "x"});
        assert!(is_there(&deployment(), &live, ARGO_CD));
    }

    #[test]
    fn sets_are_compared_by_their_values() {
        let object = |values: &[&str]| json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "finalizers": values}});
        let mut live = object(&["a", "b", "c"]);
        live["metadata"]["managedFields"] = json!([{
            "manager": "manifests-live",
            "operation": "Apply",
            "apiVersion": "v1",
            "fieldsV1": {"f:metadata": {"f:finalizers": {"v:\"a\"": {}, "v:\"b\"": {}}}},
        }]);
        assert!(is_same(&object(&["a", "b"]), &live));
        assert!(!is_same(&object(&["a"]), &live));
        assert!(!is_same(&object(&["a", "c"]), &live));
    }
}
