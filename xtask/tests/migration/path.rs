//! The column `Field` where it is a path into the rendered object.

use serde_json::Value;

enum Step<'a> {
    Key(&'a str),
    Each,
    Index(usize),
    Where(&'a str, &'a str),
}

/// The values at `path`, one per element of a list that `[*]` passes; `None` where there is none.
///
/// Steps: `.key`, `["a.key/with.dots"]`, `[0]`, `[name=value]`, `[*]`.
pub fn values<'a>(object: &'a Value, path: &str) -> Result<Vec<Option<&'a Value>>, String> {
    Ok(walk(object, &parse(path)?))
}

fn walk<'a>(value: &'a Value, steps: &[Step]) -> Vec<Option<&'a Value>> {
    let Some((step, rest)) = steps.split_first() else {
        return vec![Some(value)];
    };
    let next = match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
        Step::Where(key, wanted) => value
            .as_array()
            .into_iter()
            .flatten()
            .find(|element| element.get(key).and_then(Value::as_str) == Some(*wanted)),
        Step::Each => {
            return match value.as_array() {
                Some(elements) if !elements.is_empty() => {
                    elements.iter().flat_map(|element| walk(element, rest)).collect()
                }
                _ => vec![None],
            };
        }
    };
    next.map_or_else(|| vec![None], |next| walk(next, rest))
}

fn parse(path: &str) -> Result<Vec<Step<'_>>, String> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(bracket) = rest.strip_prefix('[') {
            let (content, after) = bracket
                .split_once(']')
                .ok_or_else(|| format!("`{path}` has a bracket that does not close"))?;
            steps.push(bracketed(path, content)?);
            rest = after;
        } else {
            let key = rest.strip_prefix('.').unwrap_or(rest);
            let end = key.find(['.', '[']).unwrap_or(key.len());
            if end == 0 {
                return Err(format!("`{path}` has an empty step"));
            }
            steps.push(Step::Key(&key[..end]));
            rest = &key[end..];
        }
    }
    Ok(steps)
}

fn bracketed<'a>(path: &str, content: &'a str) -> Result<Step<'a>, String> {
    if content == "*" {
        Ok(Step::Each)
    } else if let Ok(index) = content.parse() {
        Ok(Step::Index(index))
    } else if let Some(key) = content.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
        Ok(Step::Key(key))
    } else if let Some((key, value)) = content.split_once('=') {
        Ok(Step::Where(key, value))
    } else {
        Err(format!(
            "`{path}` has [{content}], which is none of [*], [0], [name=value] and [\"key\"]"
        ))
    }
}
