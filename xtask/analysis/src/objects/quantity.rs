//! Quantities: `250m`, `1.5`, `512Mi`.

use serde_json::Value;

/// Millicores of processor.
#[must_use]
pub fn thousandths(quantity: &Value) -> Option<u64> {
    amount(quantity, THOUSANDTHS)
}

/// Bytes, pods, objects.
#[must_use]
pub fn ones(quantity: &Value) -> Option<u64> {
    amount(quantity, ONES)
}

/// A quantity is a text or a number.
fn amount(quantity: &Value, unit: i64) -> Option<u64> {
    match quantity {
        Value::String(text) => read(text, unit),
        Value::Number(number) => read(&number.to_string(), unit),
        _ => None,
    }
}

/// Powers of ten by which an amount is counted.
const THOUSANDTHS: i64 = 3;
const ONES: i64 = 0;

/// A quantity in fractions of its unit, rounded up; `None` if it is not one, or below 0.
///
/// Upstream: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn read(text: &str, unit: i64) -> Option<u64> {
    let text = text.strip_prefix('+').unwrap_or(text);
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
    let digits = format!("{whole}{fraction}");
    let digits = match digits.trim_start_matches('0') {
        "" => return Some(0),
        digits => digits.parse::<u128>().ok()?,
    };
    let tens = tens + unit - i64::try_from(fraction.len()).ok()?;
    let power = 10_u128.checked_pow(u32::try_from(tens.unsigned_abs()).ok()?);
    let scaled = digits.saturating_mul(1 << twos);
    let scaled = match power {
        Some(power) if tens >= 0 => scaled.saturating_mul(power),
        Some(power) => scaled.div_ceil(power),
        None if tens >= 0 => u128::MAX,
        None => 1,
    };
    Some(u64::try_from(scaled).unwrap_or(u64::MAX))
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
            assert_eq!(read(text, THOUSANDTHS), Some(thousandths), "{text}");
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
            assert_eq!(read(text, ONES), Some(ones), "{text}");
        }
        for wrong in ["", ".", "m", "1..2", "1.2.3", "-1", "1K", "1e", "1e1.5", "1 Gi", "Mi"] {
            assert_eq!(read(wrong, ONES), None, "{wrong}");
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
            read(&text, unit);
        }

        #[test]
        fn a_larger_quantity_is_no_smaller_amount(
            pair in any::<[u64; 2]>(),
            suffix in prop::sample::select(SUFFIXES.to_vec()),
        ) {
            let [low, high] = if pair[0] <= pair[1] { pair } else { [pair[1], pair[0]] };
            let amount = |number: u64| read(&format!("{number}{suffix}"), THOUSANDTHS).expect("a quantity");
            prop_assert!(amount(low) <= amount(high));
        }
    }
}
