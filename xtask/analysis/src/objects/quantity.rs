//! Quantities: `250m`, `1.5`, `512Mi`.

use crate::objects::Value;

/// Millicores of processor, rounded up; none where it is no quantity, or below 0.
#[must_use]
pub fn thousandths(quantity: &Value) -> Option<u64> {
    parts(quantity, 1_000_000)
}

/// Bytes, pods, objects, rounded up; none where it is no quantity, or below 0.
#[must_use]
pub fn ones(quantity: &Value) -> Option<u64> {
    parts(quantity, 1_000_000_000)
}

/// A quantity in parts of so many billionths; what is too large for a number is the largest.
fn parts(quantity: &Value, billionths_of_a_part: u128) -> Option<u64> {
    let billionths = u128::try_from(billionths(quantity)?).ok()?;
    Some(u64::try_from(billionths.div_ceil(billionths_of_a_part)).unwrap_or(u64::MAX))
}

/// A quantity, a text or a number, in billionths, the finest that Kubernetes keeps; finer ones are rounded up, away from zero. None
/// where it is none; one that is too large for any use is [`LARGEST`], or that below zero.
#[must_use]
pub fn billionths(quantity: &Value) -> Option<i128> {
    match quantity {
        Value::String(text) => parse(text),
        Value::Number(number) => parse(&number.to_string()),
        _ => None,
    }
}

/// What quantities are counted as that are too large to be counted, in billionths.
pub const LARGEST: i128 = i128::MAX;

/// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
pub(crate) fn parse(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = text.find(|it: char| !(it.is_ascii_digit() || it == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || whole.len() + fraction.len() == 0 {
        return None;
    }
    let (twos, tens) = match suffix {
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "" => (0, 0),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        exponent => (0, i64::from(exponent.strip_prefix(['e', 'E'])?.parse::<i32>().ok()?)),
    };
    let fraction = fraction.trim_end_matches('0');
    let (fraction, finer) = fraction.split_at(fraction.len().min(18));
    // Whatever is finer than that only rounds up.
    let fraction = if finer.is_empty() { fraction.to_owned() } else { format!("{fraction}1") };
    let digits = format!("{whole}{fraction}");
    let digits = match digits.trim_start_matches('0') {
        "" => return Some(0),
        digits => match digits.parse::<i128>() {
            Ok(digits) => digits,
            Err(_) => return Some(sign * LARGEST),
        },
    };
    let tens = tens + 9 - i64::try_from(fraction.len()).ok()?;
    let power = 10_i128.checked_pow(u32::try_from(tens.unsigned_abs()).ok()?);
    let scaled = digits.saturating_mul(1 << twos);
    let scaled = match power {
        Some(power) if tens >= 0 => scaled.saturating_mul(power),
        Some(power) => scaled / power + i128::from(scaled % power != 0),
        None if tens >= 0 => LARGEST,
        None => 1,
    };
    Some(sign * scaled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantities_are_read_as_the_cluster_reads_them() {
        for (text, thousandths) in [
            ("250m", 250),
            ("2", 2000),
            ("1.5", 1500),
            (".5", 500),
            ("1.", 1000),
            ("+1", 1000),
            ("100u", 1),
            ("0.0001", 1),
            ("1e-9", 1),
            ("0", 0),
            ("1e-2147483648", 1),
        ] {
            assert_eq!(super::thousandths(&text.into()), Some(thousandths), "{text}");
        }
        for (text, ones) in [
            ("768Mi", 768 << 20),
            ("1e3", 1000),
            ("1E3", 1000),
            ("1.5Gi", 3 << 29),
            ("1k", 1000),
            ("500M", 500_000_000),
            ("1E", 1_000_000_000_000_000_000),
            ("16Ei", u64::MAX),
            ("1e2147483647", u64::MAX),
            ("0e2147483647", 0),
        ] {
            assert_eq!(super::ones(&text.into()), Some(ones), "{text}");
        }
        for wrong in ["", ".", "m", "1..2", "1.2.3", "-1", "1K", "1e", "1e1.5", "1 Gi", "Mi"] {
            assert_eq!(super::ones(&wrong.into()), None, "{wrong}");
        }
    }

    #[test]
    fn quantities_are_read_to_the_billionth() {
        assert_eq!(parse("1"), Some(1_000_000_000));
        assert_eq!(parse("500m"), Some(500_000_000));
        assert_eq!(parse("1Ki"), Some(1_024_000_000_000));
        assert_eq!(parse("1.5e1"), Some(15_000_000_000));
        assert_eq!(parse("-1"), Some(-1_000_000_000));
        assert_eq!(parse("1e-3"), Some(1_000_000));
        for wrong in ["", "a", "1 Gi", "1gb", "1e", "1.2.3", "."] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    const SUFFIXES: [&str; 19] = [
        "",
        "n",
        "u",
        "m",
        "k",
        "M",
        "G",
        "T",
        "P",
        "E",
        "Ki",
        "Mi",
        "Gi",
        "Ti",
        "Pi",
        "Ei",
        "e9",
        "e-9",
        "e2147483647",
    ];

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[+-]?[0-9.]{0,60}([a-zA-Z]{0,3}|[eE][+-]?[0-9]{0,12})", unit in 0..=3_i64) {
            parts(&text.into(), 10_u128.pow(3 * u32::try_from(unit).expect("a small number")));
        }

        #[test]
        fn a_larger_quantity_is_no_smaller_amount(
            pair in any::<[u64; 2]>(),
            suffix in prop::sample::select(SUFFIXES.to_vec()),
        ) {
            let [low, high] = if pair[0] <= pair[1] { pair } else { [pair[1], pair[0]] };
            let amount = |number: u64| thousandths(&format!("{number}{suffix}").into()).expect("a quantity");
            prop_assert!(amount(low) <= amount(high));
        }
    }
}
