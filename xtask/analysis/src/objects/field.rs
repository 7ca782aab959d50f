//! Fields of objects: the path of a value, found only where somebody has something to say about it.

use std::fmt;

use crate::objects::Value;

/// A step to a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The key of an object.
    Key(String),
    /// The position in a list, counted from 0.
    Index(usize),
}

/// The path of a field from the root of its object: `spec.template.spec.containers[0].image`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path of `value`, which is a part of `root`: the very value, not one that is equal to it.
    ///
    /// Rules read objects without keeping paths, because nearly all that they read is right.
    #[must_use]
    pub fn of(root: &Value, value: &Value) -> Option<Self> {
        let mut steps = Vec::new();
        find(root, value, &mut steps).then_some(Self(steps))
    }

    /// The path of a field below this one, which need not exist.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }
}

fn find(at: &Value, wanted: &Value, steps: &mut Vec<Step>) -> bool {
    if std::ptr::eq(at, wanted) {
        return true;
    }
    let mut below = |step: Step, value: &Value| {
        steps.push(step);
        let found = find(value, wanted, steps);
        if !found {
            steps.pop();
        }
        found
    };
    match at {
        Value::Array(items) => {
            items.iter().enumerate().any(|(index, item)| below(Step::Index(index), item))
        }
        Value::Object(fields) => {
            fields.iter().any(|(key, value)| below(Step::Key(key.to_string()), value))
        }
        _ => false,
    }
}

/// As `kubectl explain` and the API server write it: `metadata.annotations["example.com/a"]`.
impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Key(key) if is_plain(key) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(formatter, "{dot}{key}")?;
                }
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || "_-$".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    #[test]
    fn a_path_is_found_by_the_value_itself() {
        let root = json!({"spec": {"containers": [{"name": "a"}, {"name": "a"}]}});
        let second = &root["spec"]["containers"][1]["name"];
        let path = FieldPath::of(&root, second).map(|path| path.to_string());
        assert_eq!(path.as_deref(), Some("spec.containers[1].name"));
        assert_eq!(FieldPath::of(&root, &json!("a")), None);
    }

    #[test]
    fn keys_with_dots_stand_in_quotes() {
        let root = json!({"metadata": {"annotations": {"example.com/a": "b"}}});
        let path = FieldPath::of(&root, &root["metadata"]["annotations"]["example.com/a"]);
        assert_eq!(
            path.map(|path| path.to_string()).as_deref(),
            Some(r#"metadata.annotations["example.com/a"]"#)
        );
    }
}
