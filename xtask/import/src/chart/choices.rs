//! What nothing determines: choices that are left to a person, each with the line to paste.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use super::kind::Kind;
use super::path::Path;
use super::place::{Place, shortened};
use super::problem::{Problem, Proposal};
use support::visible;

/// More choices than that are not listed.
const LISTED: usize = 300;

/// A place without a type, and a type that every value there fits.
#[derive(Debug)]
pub struct Choice {
    path: Path,
    default: String,
    /// As wide as what the chart shows.
    pub kind: Kind,
}

impl Choice {
    pub fn of(path: &Path, place: &Place<'_>) -> Self {
        let kinds: Vec<&str> = place.schema.kinds().into_iter().collect();
        let kind = match (place.default, kinds.as_slice()) {
            (Some(Value::Array(_)), [] | ["array"]) | (None | Some(Value::Null), ["array"]) => {
                Kind::List(Box::new(Kind::Value))
            }
            (Some(Value::Object(_)), [] | ["object"]) | (None | Some(Value::Null), ["object"]) => {
                Kind::Map(Box::new(Kind::Value))
            }
            _ => Kind::Value,
        };
        let default = place.default.map_or_else(|| "no default".to_owned(), shortened);
        Self { path: path.clone(), default, kind }
    }

    /// The path and type as charts.toml writes them: elements and values have the path of what holds them.
    fn entry(&self) -> (String, Kind) {
        let (mut path, mut kind) = (self.path.clone(), self.kind.clone());
        while let Some((above, is_element)) = path.above_many() {
            kind = if is_element { Kind::List(Box::new(kind)) } else { Kind::Map(Box::new(kind)) };
            path = above;
        }
        (path.dotted(), kind)
    }
}

/// All choices as one problem, with the lines that settle it; none if there are no choices.
pub fn problem(choices: &[Choice]) -> Option<Problem> {
    let mut lines = BTreeMap::new();
    for choice in choices {
        let (path, kind) = choice.entry();
        lines.entry(path).or_insert_with(|| (kind, choice.default.as_str()));
    }
    let (first, (kind, _)) = lines.first_key_value()?;
    if lines.len() > LISTED {
        return Some(Problem::from(format!(
            "{} values have no type that can be derived, too many to choose one by one, such as {} = \"{kind}\"; keep less, or add untyped = true to the chart for JSON in all of these places",
            lines.len(),
            quoted(first)
        )));
    }
    let mut text = match lines.len() {
        1 => "1 value has".to_owned(),
        many => format!("{many} values have"),
    };
    text.push_str(
        " no type that can be derived; keep less, add untyped = true to the chart, or paste below its [chart.types] (--fill does) and narrow:",
    );
    let mut proposals = Vec::new();
    for (path, (kind, default)) in lines {
        let remark = visible(default);
        let _ = write!(text, "\n    {} = \"{kind}\" # {remark}", quoted(&path));
        let value = kind.to_string();
        proposals.push(Proposal { table: "types", path, value, remark: Some(remark) });
    }
    Some(Problem { sentence: text, proposals })
}

/// A path as a key of TOML.
pub fn quoted(path: &str) -> String {
    let mut text = String::from('"');
    for letter in path.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(text, "\\u{:04X}", u32::from(letter));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}
