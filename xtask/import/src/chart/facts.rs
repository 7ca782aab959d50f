//! Facts about a value that its type does not express, for doc comments.

use serde_json::Value;

use super::lock::Declared;
use super::path::Path;
use super::schema::Schema;
use crate::markdown::code;

/// Maximum length of a default that is shown in full.
const LONGEST_DEFAULT: usize = 120;

/// Facts about a value, one sentence each.
pub fn facts(
    path: &Path,
    default: Option<&Value>,
    schema: &Schema<'_>,
    declared: Option<&Declared>,
    unset: Option<&str>,
) -> Vec<String> {
    let mut facts = Vec::new();
    // The values in the elements of a list are not defaults of further elements.
    if let Some(default) = default.filter(|_| !path.is_in_list()) {
        facts.push(format!("Default: {}.", default_text(default)));
    }
    for (keyword, label) in [
        ("pattern", "Pattern"),
        ("minimum", "Minimum"),
        ("maximum", "Maximum"),
        ("minLength", "Minimum length"),
        ("maxLength", "Maximum length"),
        ("minItems", "Minimum number of elements"),
        ("maxItems", "Maximum number of elements"),
    ] {
        if let Some(value) = schema.keyword(keyword) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            facts.push(format!("{label}: {}.", code(&text)));
        }
    }
    if let Some(declared) = declared {
        facts.push(format!("Not in the defaults; {}.", proven(&declared.proof, "reads it")));
    }
    if let Some(proof) = unset {
        facts.push(format!("May be unset; {}.", proven(proof, "takes null")));
    }
    facts
}

fn proven(proof: &str, by_template: &str) -> String {
    if proof.starts_with("https://") {
        format!("see <{proof}>")
    } else {
        format!("{} {by_template}", code(proof))
    }
}

fn default_text(default: &Value) -> String {
    let text = default.to_string();
    if text.len() <= LONGEST_DEFAULT {
        return code(&text);
    }
    match default {
        Value::Array(elements) => format!("a list of {}", elements.len()),
        Value::Object(object) => format!("an object with {} keys", object.len()),
        Value::String(text) => format!("a text of {} lines", text.lines().count()),
        _ => code(&text),
    }
}
