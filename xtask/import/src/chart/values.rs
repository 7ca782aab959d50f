//! `values.yaml`: the defaults of a chart.

use serde_json::{Map, Value};

use support::{Failure, Result};

/// Reads a `values.yaml`; `file` names it in messages.
///
/// Anchors, aliases and merge keys are resolved. A file with nothing but comments has no values.
///
/// # Errors
/// If it is not YAML, or not a single object with strings as keys.
pub fn read(file: &str, text: &str) -> Result<Map<String, Value>> {
    let invalid = |reason: String| {
        Failure::new(format!(
            "{file} is not a valid values.yaml: {reason}; compare it with the release it was taken from"
        ))
    };
    let mut yaml: serde_yaml::Value =
        serde_yaml::from_str(text).map_err(|error| invalid(error.to_string()))?;
    yaml.apply_merge().map_err(|error| invalid(error.to_string()))?;
    match json(yaml) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(invalid("it is not an object".to_owned())),
        Err(reason) => Err(invalid(reason)),
    }
}

fn json(yaml: serde_yaml::Value) -> std::result::Result<Value, String> {
    use serde_yaml::Value as Yaml;
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(bool) => Value::Bool(bool),
        Yaml::String(string) => Value::String(string),
        Yaml::Number(number) => {
            if let Some(integer) = number.as_i64() {
                integer.into()
            } else if let Some(integer) = number.as_u64() {
                integer.into()
            } else {
                let float = number.as_f64().and_then(serde_json::Number::from_f64);
                Value::Number(float.ok_or_else(|| format!("{number} is not a number in JSON"))?)
            }
        }
        Yaml::Sequence(elements) => {
            elements.into_iter().map(json).collect::<std::result::Result<_, _>>()?
        }
        Yaml::Mapping(mapping) => {
            let mut object = Map::new();
            for (key, value) in mapping {
                // Helm reads a key such as 8080 or true as text.
                let key = match json(key)? {
                    Value::String(key) => key,
                    key @ (Value::Bool(_) | Value::Number(_)) => key.to_string(),
                    key => return Err(format!("the key {key} is not a string")),
                };
                object.insert(key, json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => json(tagged.value)?,
    })
}

/// The defaults of a subchart below its key, overridden by the chart's own.
pub fn coalesce(chart: &mut Map<String, Value>, key: &str, subchart: Map<String, Value>) {
    let own = chart.remove(key).unwrap_or_default();
    let merged = match own {
        Value::Object(own) => merge(own, subchart),
        // In Helm, null here means "the subchart's defaults".
        _ => subchart,
    };
    chart.insert(key.to_owned(), Value::Object(merged));
}

fn merge(own: Map<String, Value>, mut below: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in own {
        let merged = match (value, below.remove(&key)) {
            (Value::Object(own), Some(Value::Object(below))) => Value::Object(merge(own, below)),
            (value, _) => value,
        };
        below.insert(key, merged);
    }
    below
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(text: &str) -> Value {
        Value::Object(read("values.yaml", text).unwrap())
    }

    #[test]
    fn anchors_and_merge_keys_are_what_they_stand_for() {
        let text = "base: &base {cpu: 1, tag: x}\none: *base\ntwo: {<<: *base, tag: y}\n";
        assert_eq!(
            values(text),
            json!({
                "base": {"cpu": 1, "tag": "x"},
                "one": {"cpu": 1, "tag": "x"},
                "two": {"cpu": 1, "tag": "y"},
            })
        );
    }

    #[test]
    fn comments_only_are_no_values() {
        assert_eq!(values("# a: 1\n---\n# b\n"), json!({}));
        assert_eq!(values(""), json!({}));
    }

    #[test]
    fn keys_that_yaml_reads_as_numbers_are_texts() {
        assert_eq!(values("8080: {true: x}"), json!({"8080": {"true": "x"}}));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["- a\n", "text", "a: 1\na: 2\n", "a: [", "{[a]: 1}", "a: .nan"] {
            assert!(read("values.yaml", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_own_defaults_go_before_those_of_the_subchart() {
        let Value::Object(mut chart) =
            json!({"grafana": {"enabled": true, "image": {"tag": "1"}, "gone": null}})
        else {
            unreachable!()
        };
        let Value::Object(subchart) = json!({"image": {"tag": "2", "sha": ""}, "gone": {"a": 1}})
        else {
            unreachable!()
        };
        coalesce(&mut chart, "grafana", subchart);
        assert_eq!(
            Value::Object(chart),
            json!({"grafana": {"enabled": true, "image": {"tag": "1", "sha": ""}, "gone": null}})
        );
    }
}
