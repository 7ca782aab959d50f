//! Durations as Go writes them.

/// A length of time in seconds, such as `1m30s` or `500ms`; an empty one has none. A sign is no part of it.
///
/// Upstream: <https://pkg.go.dev/time#ParseDuration>
pub fn seconds(duration: &str) -> Option<f64> {
    let is_of_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let mut rest = duration;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|it| !is_of_number(it))?);
        let (unit, next) = after.split_at(after.find(is_of_number).unwrap_or(after.len()));
        let unit = match unit {
            "ns" => 1e-9,
            // The sign for micro, and the Greek letter.
            "us" | "\u{b5}s" | "\u{3bc}s" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * unit;
        rest = next;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, expected) in [
            ("2s", Some(2.0)),
            ("1m30s", Some(90.0)),
            ("1.5s", Some(1.5)),
            ("2", None),
            ("", Some(0.0)),
            ("x", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
