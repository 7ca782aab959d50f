//! What Go's reader takes a plain scalar for.

use crate::objects::Value;

/// The value of a plain scalar. What JSON cannot carry, such as `.inf`, stays a text: Kubernetes refuses it anyway.
pub(crate) fn resolve(text: &str) -> Value {
    go_yaml::resolved(text).map_or_else(|_| text.into(), Value::from)
}

/// Whether readers of YAML 1.2 take a plain scalar for something else than Go's, which took it for `value`.
pub(super) fn is_ambiguous(text: &str, value: &Value) -> bool {
    match value {
        Value::Bool(_) => !["true", "True", "TRUE", "false", "False", "FALSE"].contains(&text),
        Value::Number(_) => {
            let digits = text.trim_start_matches(['+', '-']);
            // `0440` is 288 here and 440 there; `0b1` and `1_000` are texts there.
            let is_octal = digits.len() > 1
                && digits.starts_with('0')
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_octal || text.contains('_') || digits.starts_with("0b") || digits.starts_with("0B")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_versions_of_yaml_read_differently_is_ambiguous() {
        for text in ["yes", "off", "0440", "1_000", "0b11", "-07"] {
            assert!(is_ambiguous(text, &resolve(text)), "{text}");
        }
        for text in ["true", "440", "0", "0x1F", "1e3", "nope", "~", "0.5"] {
            assert!(!is_ambiguous(text, &resolve(text)), "{text}");
        }
    }
}
