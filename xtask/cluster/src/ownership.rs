//! Fields that another manager has left in an object: taken over where the user asks for it, so that those that the code does not say
//! go.
//!
//! Upstream: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply>

use serde_json::{Map, Value, json};

use crate::server::MANAGER;

/// Whether a manager is among those that were named; `*` at the end stands for anything.
pub fn is_named(manager: &str, named: &[String]) -> bool {
    named.iter().any(|name| match name.strip_suffix('*') {
        Some(start) => manager.starts_with(start),
        None => manager == name,
    })
}

/// Whether a named manager has fields of an object.
pub fn has_fields(live: &Value, named: &[String]) -> bool {
    entries(live).iter().any(|entry| is_taken(entry, named))
}

/// The patch that makes the fields of named managers our own; none where they have none.
pub fn patch(live: &Value, named: &[String]) -> Option<Value> {
    let all = entries(live);
    if !all.iter().any(|entry| is_taken(entry, named)) {
        return None;
    }
    let version = &live["apiVersion"];
    let mut own = Map::new();
    let mut kept = Vec::new();
    for entry in all {
        let is_own = entry["manager"] == MANAGER
            && entry["operation"] == "Apply"
            && entry["subresource"].is_null();
        if is_own || is_taken(entry, named) {
            if let Some(fields) = entry["fieldsV1"].as_object() {
                unite(&mut own, fields);
            }
        } else {
            kept.push(entry.clone());
        }
    }
    kept.push(json!({
        "manager": MANAGER,
        "operation": "Apply",
        "apiVersion": version,
        "fieldsType": "FieldsV1",
        "fieldsV1": own,
    }));
    Some(json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": kept},
        // Refused if somebody has changed it in the meantime.
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
    ]))
}

fn entries(live: &Value) -> &[Value] {
    live["metadata"]["managedFields"].as_array().map_or(&[], Vec::as_slice)
}

/// What a controller writes into the status is not taken.
fn is_taken(entry: &Value, named: &[String]) -> bool {
    let manager = entry["manager"].as_str().unwrap_or_default();
    manager != MANAGER && entry["subresource"].is_null() && is_named(manager, named)
}

fn unite(own: &mut Map<String, Value>, other: &Map<String, Value>) {
    for (key, value) in other {
        match (own.get_mut(key), value) {
            (Some(Value::Object(own)), Value::Object(other)) => unite(own, other),
            (Some(_), _) => {}
            (None, value) => {
                own.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_named_managers_become_our_own() {
        let live = json!({"apiVersion": "v1", "metadata": {"resourceVersion": "7", "managedFields": [
            {"manager": "helm", "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}},
            {"manager": "manifests-live", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}},
            {"manager": "kubelet", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}},
        ]}});
        let named = ["helm".to_owned(), "kube*".to_owned()];
        let patch = patch(&live, &named).expect("a patch");
        let entries = patch[0]["value"].as_array().expect("a list");
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0]["manager"], "kubelet");
        assert_eq!(entries[1]["fieldsV1"], json!({"f:data": {"f:a": {}, "f:b": {}}}));
        assert_eq!(patch[1]["value"], "7");
        assert_eq!(super::patch(&live, &["kubectl*".to_owned()]), None);
    }
}
