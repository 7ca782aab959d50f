//! What a kubelet makes of a container: its environment and arguments.

use std::collections::BTreeMap;

use serde_json::Value;

/// The container of that name, of whatever kind.
pub fn of<'a>(pod: &'a Value, name: &str) -> Option<&'a Value> {
    ["initContainers", "containers"]
        .iter()
        .filter_map(|kind| pod["spec"][kind].as_array())
        .flatten()
        .find(|container| container["name"] == name)
}

/// Its environment variables; those that cannot be had, such as keys of Secrets, are left out.
pub fn environment(container: &Value, pod: &Value) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for variable in container["env"].as_array().into_iter().flatten() {
        let from = &variable["valueFrom"];
        let value = match variable["value"].as_str() {
            Some(value) => Some(expanded(value, &variables)),
            None if from.is_null() => Some(String::new()),
            None => from["fieldRef"]["fieldPath"]
                .as_str()
                .and_then(|path| field(pod, path))
                .or_else(|| resource(container, &from["resourceFieldRef"])),
        };
        if let (Some(name), Some(value)) = (variable["name"].as_str(), value) {
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}

/// Its arguments.
pub fn arguments(container: &Value, environment: &BTreeMap<String, String>) -> Vec<String> {
    let arguments = container["args"].as_array().into_iter().flatten();
    arguments.filter_map(Value::as_str).map(|text| expanded(text, environment)).collect()
}

/// `$(NAME)` becomes the value of the variable.
fn expanded(text: &str, variables: &BTreeMap<String, String>) -> String {
    variables
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("$({name})"), value))
}

/// A field as the downward API names it, such as `metadata.labels['app']`.
fn field(pod: &Value, path: &str) -> Option<String> {
    let value = match path.split_once("['") {
        Some((path, key)) => {
            let fields = &pod["metadata"][path.rsplit('.').next()?];
            &fields[key.trim_end_matches("']")]
        }
        None => path.split('.').fold(pod, |value, name| &value[name]),
    };
    value.as_str().map(str::to_owned)
}

/// Whole processors, at least one, or bytes.
fn resource(container: &Value, reference: &Value) -> Option<String> {
    let (kind, name) = reference["resource"].as_str()?.split_once('.')?;
    let quantity = container["resources"][kind][name].as_str()?;
    let units =
        [("m", 0.001), ("Ki", 1024.0), ("Mi", 1024.0 * 1024.0), ("Gi", 1024.0 * 1024.0 * 1024.0)];
    let (number, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((quantity.strip_suffix(unit)?, *factor)))
        .unwrap_or((quantity, 1.0));
    Some(format!("{:.0}", (number.parse::<f64>().ok()? * factor).ceil()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_come_from_fields_resources_and_each_other() {
        let pod = json!({
            "metadata": {"name": "web-0", "namespace": "shop", "labels": {"app.kubernetes.io/name": "web"}},
            "status": {"podIP": "10.0.0.1"},
        });
        let from_field = |name: &str, path: &str| json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}});
        let from_resource = |name: &str, resource: &str| json!({"name": name, "valueFrom": {"resourceFieldRef": {"resource": resource}}});
        let container = json!({
            "args": ["--domain", "$(NAMESPACE).svc"],
            "resources": {"limits": {"cpu": "1500m", "memory": "2Mi"}},
            "env": [
                from_field("NAMESPACE", "metadata.namespace"),
                from_field("ADDRESS", "status.podIP"),
                from_field("APP", "metadata.labels['app.kubernetes.io/name']"),
                from_resource("CPU", "limits.cpu"),
                from_resource("MEMORY", "limits.memory"),
                from_resource("MISSING", "requests.cpu"),
                {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
                {"name": "URL", "value": "http://$(ADDRESS):80"},
            ],
        });
        let environment = environment(&container, &pod);
        let expected = [
            ("ADDRESS", "10.0.0.1"),
            ("APP", "web"),
            ("CPU", "2"),
            ("MEMORY", "2097152"),
            ("NAMESPACE", "shop"),
            ("URL", "http://10.0.0.1:80"),
        ];
        let found: Vec<_> = environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(found, expected);
        assert_eq!(arguments(&container, &environment), ["--domain", "shop.svc"]);
    }
}
