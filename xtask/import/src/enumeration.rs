//! Rust source of an enum of strings.

use std::fmt::Write;

use crate::markdown::code;
use crate::naming::variants;

/// An enum with a variant for each value, before rustfmt.
pub fn enumeration(name: &str, values: &[String]) -> String {
    let mut out = format!(
        "#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]\npub enum {name} {{\n"
    );
    for (value, variant) in values.iter().zip(variants(values)) {
        let _ = writeln!(out, "/// {}.", code(&format!("{value:?}")));
        if variant != *value {
            let _ = writeln!(out, "#[serde(rename = {value:?})]");
        }
        let _ = writeln!(out, "{variant},");
    }
    out.push_str("}\n");
    out
}
