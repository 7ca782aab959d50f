//! Plain scalars of YAML as kubectl, Argo CD and Helm resolve them.
//!
//! They read by sigs.k8s.io/yaml, which reads YAML 1.1 by go.yaml.in/yaml/v2: `yes` is true, `0440` is 288, `1_000` is 1000; a number
//! to the base 60 and a date are texts.

use serde_json::{Number, Value};

/// The value of a scalar without quotes, or of one with a tag that its text decides.
///
/// # Errors
/// If it is infinite or not a number, which JSON cannot say.
pub fn resolved(text: &str) -> Result<Value, String> {
    Ok(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            true.into()
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            false.into()
        }
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => return Err(format!("{text} is not a number in JSON")),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    })
}

fn number(text: &str) -> Option<Number> {
    if text.starts_with('.') {
        return separated(text).and_then(|plain| float(&plain));
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first)) {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| float(&plain))
}

/// An integer with Go's prefixes: `0x1f`, `0b11`, `0o17` and `017`.
fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let prefix = digits.get(..2).map(str::to_ascii_lowercase);
    let (digits, base) = match prefix.as_deref() {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        Some(two) if two.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    // Rust would take a second sign.
    if !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
        return None;
    }
    let amount = i128::from_str_radix(digits, base).ok()?;
    let amount = if is_negative { -amount } else { amount };
    match i64::try_from(amount) {
        Ok(amount) => Some(amount.into()),
        // Beyond that Go's reader takes no sign.
        Err(_) if text.starts_with('+') => None,
        Err(_) => u64::try_from(amount).ok().map(Number::from),
    }
}

fn float(text: &str) -> Option<Number> {
    let is_plain = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
    if !text.chars().all(is_plain) {
        return None;
    }
    // A number that is too large for Go is a text.
    text.parse().ok().and_then(Number::from_f64)
}

/// The text without underscores, each of which must separate two digits.
fn separated(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |index: Option<usize>| {
        index.and_then(|index| letters.get(index)).is_some_and(char::is_ascii_digit)
    };
    let separates = |(index, letter): (usize, &char)| {
        *letter != '_' || (is_digit(index.checked_sub(1)) && is_digit(Some(index + 1)))
    };
    letters.iter().enumerate().all(separates).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What sigs.k8s.io/yaml 1.6.0 makes of each text, which was asked for it.
    const READ_BY_GO: &[(&str, &str)] = &[
        ("yes", "true"),
        ("Yes", "true"),
        ("YES", "true"),
        ("yEs", r#""yEs""#),
        ("no", "false"),
        ("on", "true"),
        ("On", "true"),
        ("off", "false"),
        ("OFF", "false"),
        ("y", "true"),
        ("Y", "true"),
        ("n", "false"),
        ("N", "false"),
        ("true", "true"),
        ("True", "true"),
        ("tRue", r#""tRue""#),
        ("false", "false"),
        ("null", "null"),
        ("Null", "null"),
        ("~", "null"),
        ("", "null"),
        ("0440", "288"),
        ("0o17", "15"),
        ("0O17", "15"),
        ("0x1F", "31"),
        ("0X1f", "31"),
        ("0b11", "3"),
        ("-0b11", "-3"),
        ("+0b11", "3"),
        ("1_000", "1000"),
        ("1__0", "10"),
        ("_1", r#""_1""#),
        ("1_", "1"),
        ("0_7", "7"),
        ("0x_1", "1"),
        ("089", "89"),
        ("-0440", "-288"),
        ("+12", "12"),
        ("+0x10", "16"),
        ("-0x10", "-16"),
        ("190:20:30", r#""190:20:30""#),
        ("1:30", r#""1:30""#),
        ("12e03", "12000"),
        ("1e3", "1000"),
        ("1e", r#""1e""#),
        ("1.5", "1.5"),
        ("1.", "1"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("+.5", "0.5"),
        ("1_0.5", "10.5"),
        ("1_0e2", "1000"),
        ("._5", r#""._5""#),
        (".5_0", "0.5"),
        ("08.5", "8.5"),
        ("1.0", "1"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000"),
        ("-9223372036854775809", "-9223372036854776000"),
        ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"),
        ("0xFFFFFFFFFFFFFFFFF", r#""0xFFFFFFFFFFFFFFFFF""#),
        ("2020-01-01", r#""2020-01-01""#),
        ("2020-1-1", r#""2020-1-1""#),
        ("2020-01-01T00:00:00Z", r#""2020-01-01T00:00:00Z""#),
        ("2020-13-01", r#""2020-13-01""#),
        ("0.0", "0"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1e400", r#""1e400""#),
        ("0x1p4", r#""0x1p4""#),
        ("0x1.8p1", r#""0x1.8p1""#),
        ("Inf", r#""Inf""#),
        ("NaN", r#""NaN""#),
        (".e5", r#"".e5""#),
        ("1e+3", "1000"),
        ("0b", r#""0b""#),
        ("0b12", r#""0b12""#),
        ("0b1_1", "3"),
        ("0_", "0"),
        ("0x", r#""0x""#),
    ];

    #[test]
    fn a_text_is_what_go_reads() {
        for (text, expected) in READ_BY_GO {
            let found = resolved(text).expect(text);
            let expected: Value = serde_json::from_str(expected).expect("JSON");
            let is_equal = match (found.as_f64(), expected.as_f64()) {
                // Zero may be negative.
                (Some(found), Some(expected)) => (found + 0.0).total_cmp(&(expected + 0.0)).is_eq(),
                _ => found == expected,
            };
            assert!(is_equal, "{text} is {expected}, not {found}");
        }
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        for text in [".inf", "-.INF", "+.Inf", ".nan"] {
            assert!(resolved(text).is_err(), "{text}");
        }
    }
}
