//! Label selectors.

use serde_json::Value;

use super::view::{list, text, texts};

/// What a label selector asks for.
///
/// Upstream: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>
#[derive(Clone, Copy, Debug)]
pub struct Selector<'a> {
    labels: &'a Value,
    expressions: &'a Value,
}

/// Nothing is asked.
const NOTHING: &Value = &Value::Null;

impl<'a> Selector<'a> {
    /// A selector with `matchLabels` and `matchExpressions`, as of a Deployment.
    #[must_use]
    pub fn of(selector: &'a Value) -> Self {
        Self { labels: &selector["matchLabels"], expressions: &selector["matchExpressions"] }
    }

    /// A selector that is a mapping of labels, as of a Service.
    #[must_use]
    pub fn of_labels(labels: &'a Value) -> Self {
        Self { labels, expressions: NOTHING }
    }

    /// Whether it asks for nothing, which selects everything where the selector is there at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        texts(self.labels).next().is_none() && list(self.expressions).is_empty()
    }

    /// Whether something with these labels is selected.
    #[must_use]
    pub fn selects(&self, labels: &Value) -> bool {
        texts(self.labels).all(|(key, value)| text(&labels[key]) == Some(value))
            && list(self.expressions).iter().all(|expression| satisfies(expression, labels))
    }

    /// Whether something is selected of which not all labels are known: those with these labels, and any value of an `open` key.
    #[must_use]
    pub fn may_select(&self, labels: &Value, open: impl Fn(&str) -> bool) -> Option<bool> {
        let is_open = |key: &str| labels[key].is_null() && open(key);
        let mut is_sure = true;
        for (key, value) in texts(self.labels) {
            if is_open(key) {
                is_sure = false;
            } else if text(&labels[key]) != Some(value) {
                return Some(false);
            }
        }
        for expression in list(self.expressions) {
            if text(&expression["key"]).is_some_and(is_open) {
                is_sure = false;
            } else if !satisfies(expression, labels) {
                return Some(false);
            }
        }
        is_sure.then_some(true)
    }

    /// The labels and values that it asks for, without expressions.
    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        texts(self.labels)
    }
}

fn satisfies(expression: &Value, labels: &Value) -> bool {
    let value = text(&expression["key"]).and_then(|key| text(&labels[key]));
    let is_named = || {
        let mut values = list(&expression["values"]).iter().filter_map(text);
        value.is_some_and(|value| values.any(|named| named == value))
    };
    match text(&expression["operator"]) {
        Some("In") => is_named(),
        Some("NotIn") => !is_named(),
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_and_expressions_must_all_hold() {
        let selector = json!({
            "matchLabels": {"app": "cart"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["front", "back"]},
                {"key": "old", "operator": "DoesNotExist"},
                {"key": "zone", "operator": "NotIn", "values": ["a"]},
            ],
        });
        let selector = Selector::of(&selector);
        assert!(selector.selects(&json!({"app": "cart", "tier": "back"})));
        assert!(!selector.selects(&json!({"app": "cart"})));
        assert!(!selector.selects(&json!({"app": "cart", "tier": "back", "old": "x"})));
        assert!(!selector.selects(&json!({"app": "cart", "tier": "back", "zone": "a"})));
    }
}
