//! Label selectors.

use manifests_lib::check::properties::{self, asks_nothing, lacking_labels};

use super::view::{list, text, texts};
use crate::objects::Value;

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
        asks_nothing(texts(self.labels).count(), list(self.expressions).len())
    }

    /// Whether something with these labels is selected.
    #[must_use]
    pub fn selects(&self, labels: &Value) -> bool {
        self.lacking(labels).next().is_none()
            && list(self.expressions).iter().all(|expression| satisfies(expression, labels))
    }

    /// The labels that it asks for, without expressions, and that something with these labels lacks.
    pub fn lacking<'l>(
        &self,
        labels: &'l Value,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a, 'l> {
        lacking_labels(texts(self.labels), move |key| text(&labels[key]))
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
    let operator = text(&expression["operator"]).unwrap_or_default();
    let label = text(&expression["key"]).and_then(|key| text(&labels[key]));
    properties::satisfies(operator, list(&expression["values"]).iter().filter_map(text), label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

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
