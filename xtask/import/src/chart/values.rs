//! `values.yaml`: the defaults of a chart.

use serde_json::{Map, Value};

use super::yaml;
use support::{Failure, Result};

/// Reads a `values.yaml`; `file` names it in messages.
///
/// It is read as Helm reads it. A file with nothing but comments has no values.
///
/// # Errors
/// If it is not YAML, or not a single object with strings as keys.
pub fn read(file: &str, text: &str) -> Result<Map<String, Value>> {
    let invalid = |reason: String| {
        Failure::new(format!(
            "{file} is not a valid values.yaml: {reason}; compare it with the release it was taken from"
        ))
    };
    match yaml::read(text) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(invalid("it is not an object".to_owned())),
        Err(reason) => Err(invalid(reason)),
    }
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
        let text = "base: &base {cpu: 1, tag: x}\none: *base\ntwo: {<<: *base, tag: z}\n";
        assert_eq!(
            values(text),
            json!({
                "base": {"cpu": 1, "tag": "x"},
                "one": {"cpu": 1, "tag": "x"},
                "two": {"cpu": 1, "tag": "z"},
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
        for text in
            ["- a\n", "text", "a: 1\na: 2\n", "a: [", "{[a]: 1}", "a: .nan", "a: 1\n---\nb: 1\n"]
        {
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
