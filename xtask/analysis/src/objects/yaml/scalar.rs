//! What Go's reader takes a plain scalar for.
//!
//! Upstream: <https://github.com/kubernetes-sigs/yaml>, whose tables are those of `yaml.v2`.

use serde_json::{Number, Value};

/// The value of a plain scalar.
pub(crate) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
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

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(['+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| float(&plain))
}

/// As `strconv.ParseInt` with the base from the prefix, then `ParseUint`.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust takes another sign here, Go does not.
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let size = u64::from_str_radix(digits, base).ok()?;
    if negative {
        let size = i128::from(size);
        return i64::try_from(-size).ok().map(Number::from);
    }
    Some(Number::from(size))
}

/// Digits with a point or an exponent. What JSON cannot carry, such as `.inf`, stays a text: Kubernetes refuses it anyway.
fn float(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_mantissa = all_digits(whole) && all_digits(fraction) && whole.len() + fraction.len() > 0;
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    if !is_mantissa || !is_exponent {
        return None;
    }
    Number::from_f64(text.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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

    #[test]
    fn scalars_are_what_go_takes_them_for() {
        for (text, value) in [
            ("yes", json!(true)),
            ("off", json!(false)),
            ("~", json!(null)),
            ("12", json!(12)),
            ("-12", json!(-12)),
            ("0440", json!(288)),
            ("0o440", json!(288)),
            ("0x1F", json!(31)),
            ("1_000", json!(1000)),
            ("08", json!(8.0)),
            ("1e3", json!(1000.0)),
            ("9a1b2c3", json!("9a1b2c3")),
            ("1.30", json!(1.3)),
            ("1.2.3", json!("1.2.3")),
            ("--1", json!("--1")),
            ("2024-01-31", json!("2024-01-31")),
            ("10:30", json!("10:30")),
            ("nope", json!("nope")),
            (".", json!(".")),
        ] {
            assert_eq!(resolve(text), value, "{text}");
        }
    }
}
