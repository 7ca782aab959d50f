//! Reading JSON where a value may be missing or of another type.

use crate::objects::{Map, Value};

/// The text of a value that is one.
#[must_use]
pub fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// The elements of a list; none where it is no list.
#[must_use]
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_default()
}

/// The fields of a mapping whose values are texts, such as labels.
pub fn texts(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    let fields = value.as_object().into_iter().flat_map(Map::iter);
    fields.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}

/// A number, or a share of `all`: `2`, `"25%"`.
pub(crate) fn count_of(value: &Value, all: u64, round_up: bool) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let percent: u64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let hundredths = percent.checked_mul(all)?;
    Some(if round_up { hundredths.div_ceil(100) } else { hundredths / 100 })
}
