//! Which plain scalars some reader takes for something other than a string.
//!
//! The measure is Go's `yaml.v2`, and beyond it what the YAML 1.1 types and the YAML 1.2 core
//! schema name, so that other readers agree. See <https://yaml.org/type/> and
//! <https://yaml.org/spec/1.2.2/#103-core-schema>.

/// Readers know three spellings of each, as in `no`, `No` and `NO`.
const WORDS: [&str; 12] =
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "="];

/// Whether `text`, which is not empty, could be read as a boolean, null, number, time or merge key
/// if it were written plain.
pub(super) fn is_ambiguous(text: &str) -> bool {
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            let bytes = text.as_bytes();
            is_timestamp(bytes) || is_number(text) || is_nearly_number(bytes)
        }
        Some(b'e' | b'E') => is_nearly_number(text.as_bytes()),
        Some(
            b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' | b'<'
            | b'=',
        ) => WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)),
        _ => false,
    }
}

fn is_number(text: &str) -> bool {
    // Readers drop underscores wherever they stand between the digits.
    if text.contains('_') {
        return is_number(&text.replace('_', ""));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let special = unsigned.eq_ignore_ascii_case(".inf") || unsigned.eq_ignore_ascii_case(".nan");
    special
        || is_decimal(unsigned.as_bytes())
        || is_prefixed(unsigned)
        || is_sexagesimal(unsigned.as_bytes())
}

/// What has a digit in its exponent alone, or nowhere: `..`, `+_`, `e9`, `-.e+9`. The letter of YAML 1.1 has some of them among its floats,
/// and some readers of it fail at them or read what is no number. A dot alone, which is common, is text to all that people use.
fn is_nearly_number(text: &[u8]) -> bool {
    let marks = text.iter().take_while(|byte| matches!(byte, b'-' | b'+' | b'.' | b'_')).count();
    let (marks, rest) = text.split_at(marks);
    match rest {
        [] => text != b"." && marks.iter().any(|byte| matches!(byte, b'.' | b'_')),
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// `12`, `1.5`, `1.`, `.5`, each with or without an exponent.
fn is_decimal(text: &[u8]) -> bool {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => split_digits(rest),
        _ => (0, rest),
    };
    if whole + fraction == 0 {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// `0x1F`, `0o14`, `0b101`; also `0b-101`, which Go reads, and `0x`, at which `PyYAML` fails.
fn is_prefixed(text: &str) -> bool {
    let Some((b"0", [letter, digits @ ..])) = text.as_bytes().split_at_checked(1) else {
        return false;
    };
    let digits = match digits {
        [b'+' | b'-', rest @ ..] => rest,
        _ => digits,
    };
    match letter {
        b'x' | b'X' => digits.iter().all(u8::is_ascii_hexdigit),
        b'o' | b'O' | b'b' | b'B' => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// `1:30`, `190:20:30.15`: base 60 of YAML 1.1.
fn is_sexagesimal(text: &[u8]) -> bool {
    let (whole, mut rest) = split_digits(text);
    if whole == 0 || rest.first() != Some(&b':') {
        return false;
    }
    while let [b':', group @ ..] = rest {
        let (digits, after) = split_digits(group);
        if digits == 0 || digits > 2 || (digits == 2 && group[0] > b'5') {
            return false;
        }
        rest = after;
    }
    match rest {
        [] => true,
        [b'.', fraction @ ..] => fraction.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// `2024-1-31`, alone or with a time after it.
fn is_timestamp(text: &[u8]) -> bool {
    let (year, rest) = split_digits(text);
    let [b'-', rest @ ..] = rest else {
        return false;
    };
    let (month, rest) = split_digits(rest);
    let [b'-', rest @ ..] = rest else {
        return false;
    };
    let (day, rest) = split_digits(rest);
    year == 4
        && (1..=2).contains(&month)
        && (1..=2).contains(&day)
        && matches!(rest, [] | [b'T' | b't' | b' ', ..])
}

/// How many digits `text` begins with, and what follows them.
fn split_digits(text: &[u8]) -> (usize, &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits, &text[digits..])
}
