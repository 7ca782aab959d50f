//! Quantities of Kubernetes: `1000m` is `1`, and `1Gi` is `1024Mi`.
//!
//! Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>

use serde_json::Value;

/// A quantity in billionths, the finest that the API server keeps; none where it is none, or larger than any real one.
pub(in crate::plan) fn billionths(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => of_text(&number.to_string()),
        Value::String(text) => of_text(text),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<i128> {
    let is_part = |letter: char| letter.is_ascii_digit() || ".+-".contains(letter);
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_nothing = whole.is_empty() && fraction.is_empty();
    if is_nothing || !is_digits(whole) || !is_digits(fraction) || fraction.len() > 18 {
        return None;
    }
    // All digits, and how many of them stand behind the point.
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let shift = 9 - i32::try_from(fraction.len()).ok()?;
    let (ten, two) = scale(suffix)?;
    let scaled = mantissa.checked_mul(1_i128.checked_shl(two)?)?;
    let exponent = shift + ten;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    let value = if exponent < 0 {
        // What is finer than a billionth is rounded up.
        (scaled + power - 1) / power
    } else {
        scaled.checked_mul(power)?
    };
    Some(sign * value)
}

/// The powers of ten and two that a suffix stands for.
fn scale(suffix: &str) -> Option<(i32, u32)> {
    Some(match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => (
            suffix
                .strip_prefix(['e', 'E'])?
                .parse()
                .ok()
                .filter(|power| (-18..=18).contains(power))?,
            0,
        ),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spellings_of_one_quantity_are_equal() {
        let equal = [
            (json!("1000m"), json!(1)),
            (json!("1"), json!("1.0")),
            (json!("1Gi"), json!("1024Mi")),
            (json!("1e3"), json!("1k")),
            (json!("0.5"), json!("500m")),
            (json!(".5"), json!("500m")),
            (json!("1E"), json!("1000P")),
            (json!("-1"), json!("-1000m")),
        ];
        for (one, other) in equal {
            let (left, right) = (billionths(&one), billionths(&other));
            assert!(left.is_some() && left == right, "{one} {left:?}, {other} {right:?}");
        }
        assert_ne!(billionths(&json!("1G")), billionths(&json!("1Gi")));
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in [
            "",
            "m",
            "1x",
            "one",
            "1e",
            "1e99",
            "--1",
            "1.2.3",
            "99999999999999999999999999999999999999999Ei",
        ] {
            assert_eq!(billionths(&json!(text)), None, "{text}");
        }
    }
}
