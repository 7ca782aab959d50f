//! Strings that readers take for something else, and strings that look as if they were.

use manifests_lib::yaml::to_string;
use serde_json::json;

/// Written as they are.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    // names, versions, quantities, hashes
    "a", "Z", "account", "app.kubernetes.io/name", "services", "apps/v1", "v1", "1.2.3", "8.5.0", "1.10.0-rc.1", "100m", "128Mi", "1Gi", "1G",
    "d74ac1c", "cad5c87", "b5d0574", "00690e9f", "1e3f", "9e", "1e", "1e+", "0xyz", "0x1G", "1x2", "0b2x", "12ab", "5s", "1h30m", "7d", "50%",
    "sha256:599fe5e5073102dbb0ee3dbb65f049dab44fa9fc251f6835c9990f8fb196a72b", "nginx:1.10", "image:latest", "host:8080", "x86_64", "a_1", "_1", "_", "__",
    // addresses, paths, commands
    "10.0.0.1", "10.0.0.0/8", "127.0.0.1:8000", "::1", "fe80::1", "0.0.0.0:8080", ":8080", "8080/tcp", "8080:80", "http://a.b:80/c?d=e&f=g#h", "/data/src", "./a", "../a", ".",
    ".a", ".5a", "~/a", "~a", "a~", "C:\\a\\b", "--bind=0.0.0.0:8000", "-k", "-a b", "--", "--a", "...a", "?a", "??", ":a", "a:b", "a::b", "a :b", "a#b", "a# b", "mysql+mysqldb",
    "sleep infinity", "$(DB_HOST)", "${A}", "$A", "a=b", "a = b", "=a", "==", "<a", "<<a", "<", "a<<", "a>b", "a|b", "a&b", "a&&b", "a*b", "a!b", "a%b", "a@b", "a`b`", "a,b", "a, b", "a[0]", "a{b}", "a{{b}}",
    "it's", "say \"a\"", "a'", "a\"", "a\\", "\\", "\\n", "(a)", ";", "^", "$", "/", "_a", "a  b", "a ; b", "a? b", "a ?", "a -", "a - b", "a [", "a ]", "a }",
    // words that are no keywords
    "yess", "yeah", "nope", "none", "None", "nil", "truee", "trues", "t", "f", "T", "F", "o", "onn", "offf", "nulll", "nul", "inf", "nan", "NaN", "Inf", "Infinity", "-inf", "+inf", "-a", "+a", "+", "+-", "-+", "+-1", ".inff", ".i", ".n", "..5", "0.1.2", "1..2", "1.2.", "1.5.e3",
    "not a number", "1 2", "1,000", "1:2:x", "60:x", "12:60", "1:75", "1:100", "1:2:3x", "2024-01", "2024-01-", "2024-1-1x", "20240-1-1", "2024-001-01", "2024-01-01-01", "24-01-01", "2024/01/01", "01-01-2024", "0x1p-2", "1p3", "12e3.5", "1e5e5",
    // beyond ASCII
    "é", "日本語", "ß", "naïve text", "🙂", "a\u{a0}b", "\u{301}", "\u{1fffe}", "\u{10ffff}", "\u{e000}", "\u{fffd}", "\u{200d}",
];

/// Written in quotes.
#[rustfmt::skip]
const QUOTED: &[&str] = &[
    // nothing, and blanks at the edges
    "", " ", "  ", "\t", " a", "a ", "\ta", "a\t", "a\tb", " a ", "-\ta", "a:\tb",
    // keywords of YAML 1.1 and 1.2
    "y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "true", "True", "TRUE", "false", "False", "FALSE",
    "~", "null", "Null", "NULL", ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.INF", "-.inf", "-.Inf", "<<", "=",
    // integers
    "0", "1", "-1", "+1", "00", "007", "010", "08", "3306", "2024", "1_000", "1__0", "1_", "0_", "+_1", "-1_0", "0x1F", "0X1f", "-0x1F", "+0x1", "0x_1F", "0x", "0o14", "0O14", "-0o7", "0o8", "0o", "0b101", "0B1", "-0b11", "0b-101", "0b+1", "0b_1", "0b2",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890",
    // floats
    "1.5", "1.", "0.", ".5", ".0", "+.5", "-.5", "-1.5", "1e3", "1E3", "1e+3", "1e-3", "6.9e11", "00690e9", "1.e3", ".5e3", "1e400", "-1e400", "1_0.5", "1._5", "._5", ".5_", "1e5_0", "5e3", "1.10", "3.0",
    // what is a float by the letter of YAML 1.1 and to some readers, or makes them fail
    "..", "+.", "-.", "._", "-..", "+_", "-_", "+__", "e1", "E9", "+e9", "-E9", ".e9", "e+9", "-.e-9", "._e9",
    // base 60, dates, times
    "1:30", "22:22", "1:30:00", "-1:30", "+1:30", "190:20:30.15", "0:0", "1_0:30", "1:5.", "12:30:45", "00:00", "23:59",
    "2024-01-31", "2024-1-1", "0000-00-00", "2024-01-31T10:00:00Z", "2024-01-31t10:00:00.5+01:00", "2024-01-31 10:00:00", "2001-12-14 21:59:43.10 -5", "2024-01-31T",
    // indicators
    "-", "- a", "-  ", "? a", "?", ": a", ":", "[", "]", "[a]", "[]", "{", "}", "{}", "{a: b}", "{{ a }}", ",", ",a", "#", "#a", "&", "&a", "*", "*a", "*.example.com", "!", "!a", "!!str a", "|", "|-", "> a", ">", "'", "'a'", "''", "\"", "\"a\"", "%", "%a", "%YAML 1.2", "@", "@a", "`", "`a`",
    "a: b", "a:", "a: ", "key: value", "a:b: c", "http://a: b", "a #b", "a # b", "# a", "- #", "---", "--- a", "---a", "----", "-----BEGIN CERTIFICATE-----", "...", "... a", "- - a", "-: a", "-:", "::", "? :",
    // line breaks, controls, what no reader or reviewer sees
    "\n", "\n\n", "\r", "\r\n", "a\rb", "a\r\nb", "\r\na\n", " \n", "\n ", "\n\t\n", "  \na", "a\n ", "a\n\t", "\0", "a\0b", "\u{1}", "\u{7}", "\u{8}", "\u{b}", "\u{c}", "\u{1b}[0m", "\u{1f}", "\u{7f}", "\u{80}", "\u{85}", "a\u{85}b", "\u{9f}",
    "\u{2028}", "a\u{2029}b", "\u{feff}", "\u{feff}a", "a\u{feff}", "\u{fffe}", "\u{ffff}", "\u{202a}", "a\u{202e}b", "\u{2066}", "\u{200e}", "\u{200f}", "\u{61c}", "a\nb\u{85}", "a\n\u{1b}",
];

#[test]
fn ordinary_strings_are_plain() {
    let changed: Vec<_> = PLAIN
        .iter()
        .filter(|text| {
            to_string(text).unwrap() != format!("{text}\n")
                || to_string(&json!({**text: [text]})).unwrap() != format!("{text}:\n- {text}\n")
        })
        .collect();
    assert!(changed.is_empty(), "not plain: {changed:?}");
}

#[test]
fn strings_that_could_be_something_else_are_quoted() {
    let quoted = |text: &str| {
        (text.starts_with('"') && text.ends_with('"'))
            || (text.starts_with('\'') && text.ends_with('\''))
    };
    let plain: Vec<_> = QUOTED
        .iter()
        .filter(|text| {
            let value = to_string(text).unwrap();
            let key = to_string(&json!({**text: 1})).unwrap();
            !value.strip_suffix('\n').is_some_and(quoted)
                || !key.strip_suffix(": 1\n").is_some_and(quoted)
        })
        .collect();
    assert!(plain.is_empty(), "not quoted: {plain:?}");
}

#[test]
fn all_of_them_are_read_back() {
    let changed: Vec<_> = PLAIN
        .iter()
        .chain(QUOTED)
        .filter(|text| {
            let value = json!({**text: [text, {"a": text}]});
            let yaml = to_string(&value).unwrap();
            serde_yaml::from_str::<serde_json::Value>(&yaml).ok() != Some(value)
        })
        .collect();
    assert!(changed.is_empty(), "read back as something else: {changed:?}");
}
