//! Strings that are hard to write: one function for each class of them.

use std::iter;

use fastrand::Rng;

/// What makes a string hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Spellings of numbers in YAML 1.1, YAML 1.2 and Go, and what is almost one.
    Numbers,
    /// Words for booleans and null, in every case, and what is almost one.
    Words,
    /// Dates, times and numbers to the base of 60.
    Times,
    /// Characters that mean something to YAML, at the start, at the end and between.
    Indicators,
    /// Tabs and line ends of every kind.
    LineEnds,
    /// Blanks in front and behind.
    EdgeBlanks,
    /// Control characters, invisible characters and code points that are no characters.
    Controls,
    /// Lines longer than readers and writers fold, and keys longer than 1024 characters.
    Long,
    /// Text of several lines.
    MultiLine,
    /// What manifests are full of.
    Names,
    /// Two classes in one string, or any characters at all.
    Mixed,
}

impl Class {
    /// Every class, with how many of 100 strings are of it.
    pub const SHARES: [(Self, usize); 11] = [
        (Self::Numbers, 16),
        (Self::Words, 10),
        (Self::Times, 10),
        (Self::Indicators, 14),
        (Self::LineEnds, 10),
        (Self::EdgeBlanks, 10),
        (Self::Controls, 10),
        // The larger part of all bytes nevertheless.
        (Self::Long, 2),
        (Self::MultiLine, 8),
        (Self::Names, 4),
        (Self::Mixed, 6),
    ];

    /// One of the classes, by their shares.
    pub fn any(random: &mut Rng) -> Self {
        let mut at = random.usize(..100);
        for (class, share) in Self::SHARES {
            if at < share {
                return class;
            }
            at -= share;
        }
        Self::Mixed
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbers => "number spellings",
            Self::Words => "bool and null words",
            Self::Times => "times",
            Self::Indicators => "indicators",
            Self::LineEnds => "tabs and line ends",
            Self::EdgeBlanks => "blanks at the edges",
            Self::Controls => "control and non-characters",
            Self::Long => "long lines",
            Self::MultiLine => "multi-line",
            Self::Names => "ordinary names",
            Self::Mixed => "mixtures",
        }
    }

    /// A string of this class.
    pub fn string(self, random: &mut Rng) -> String {
        match self {
            Self::Numbers => number(random),
            Self::Words => word(random),
            Self::Times => time(random),
            Self::Indicators => indicators(random),
            Self::LineEnds => line_ends(random),
            Self::EdgeBlanks => edge_blanks(random),
            Self::Controls => controls(random),
            Self::Long => long(random),
            Self::MultiLine => multi_line(random),
            Self::Names => name(random),
            Self::Mixed => mixed(random),
        }
    }
}

fn pick<'a>(random: &mut Rng, texts: &[&'a str]) -> &'a str {
    texts[random.usize(..texts.len())]
}

/// `shortest..=longest` of these ASCII characters.
fn of(random: &mut Rng, characters: &str, shortest: usize, longest: usize) -> String {
    let characters = characters.as_bytes();
    (0..random.usize(shortest..=longest))
        .map(|_| char::from(characters[random.usize(..characters.len())]))
        .collect()
}

/// Puts a text between any two characters, in front or behind.
fn insert(random: &mut Rng, text: &mut String, inserted: &str) {
    let at = random.usize(..=text.chars().count());
    let at = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    text.insert_str(at, inserted);
}

/// What is no finite number, and what no longer fits.
#[rustfmt::skip]
const LIMITS: &[&str] = &[
    ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", ".iNF", "inf", "NaN", "Infinity", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
    "1e400", "0x1p-2",
];

fn number(random: &mut Rng) -> String {
    let sign = pick(random, &["", "", "-", "+"]);
    // Go's reader takes a second sign behind the base.
    let inner = pick(random, &["", "", "", "-", "+", "_"]);
    match random.u8(..8) {
        0 => of(random, "0123456789+-._eExXobBaFp", 1, 8),
        1 => format!("{sign}{}", of(random, "0123456789_", 1, 10)),
        2 => format!(
            "{sign}{}{inner}{}",
            pick(random, &["0x", "0X"]),
            of(random, "0123456789abcdefABCDEFg_", 0, 6)
        ),
        3 => format!("{sign}{}{inner}{}", pick(random, &["0b", "0B"]), of(random, "01012_", 0, 6)),
        4 => format!(
            "{sign}{}{inner}{}",
            pick(random, &["0o", "0O", "0"]),
            of(random, "01234567018_", 0, 6)
        ),
        5 | 6 => format!(
            "{sign}{}{}{}{}{}",
            of(random, "0123456789_", 0, 5),
            pick(random, &[".", ".", "", "._"]),
            of(random, "0123456789_", 0, 4),
            pick(random, &["", "e", "E", "e+", "e-", "E+"]),
            of(random, "0123456789_", 0, 3)
        ),
        _ => {
            let limit = pick(random, LIMITS);
            format!("{sign}{limit}")
        }
    }
}

fn word(random: &mut Rng) -> String {
    let word = pick(
        random,
        &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "", "<<", "="],
    );
    let upper = random.u8(..6);
    let mut text: String = word
        .char_indices()
        .map(|(at, letter)| {
            let is_upper = match upper {
                0 => true,
                1 => at == 0,
                2 => random.bool(),
                _ => false,
            };
            if is_upper { letter.to_ascii_uppercase() } else { letter }
        })
        .collect();
    if random.u8(..4) == 0 {
        let almost = pick(random, &["e", "s", "~", "<", "=", " ", "_", ".", "l", ":"]);
        insert(random, &mut text, almost);
    }
    text
}

fn time(random: &mut Rng) -> String {
    let two = |random: &mut Rng| of(random, "012345679", 1, 2);
    let sign = pick(random, &["", "", "", "-", "+"]);
    let sixties = |random: &mut Rng| {
        let mut text = of(random, "0123456789_", 1, 3);
        for _ in 0..random.usize(1..=3) {
            text.push(':');
            text.push_str(&two(random));
        }
        text.push_str(pick(random, &["", "", "", ".", ".5", ".15", "_", ":"]));
        text
    };
    let date = |random: &mut Rng| {
        format!("{}-{}-{}", of(random, "0123456789", 3, 5), two(random), two(random))
    };
    match random.u8(..4) {
        0 | 1 => format!("{sign}{}", sixties(random)),
        2 => date(random),
        _ => format!(
            "{}{}{}{}",
            date(random),
            pick(random, &["T", "t", " ", "  ", "\t", "x"]),
            sixties(random),
            pick(random, &["", "Z", "z", " Z", "+01:00", "-5", " +1", ".1Z", "x"])
        ),
    }
}

/// Everything that means something to YAML, alone and with the blank that makes it one.
#[rustfmt::skip]
const INDICATORS: &[&str] = &[
    "-", "- ", "--", "---", "--- ", "...", "... ", "?", "? ", ":", ": ", " :", ",", ", ", "[", "]", "[]", "{",
    "}", "{}", "{{", "}}", "#", " #", "# ", "&", "*", "!", "!!", "|", "|-", "|2", ">", ">-", "'", "''", "\"",
    "\"\"", "%", "%YAML ", "@", "`", "\\", "\\n", "<<", "=", "~",
];

fn indicators(random: &mut Rng) -> String {
    let mut text = match random.u8(..3) {
        0 => String::new(),
        _ => of(random, "abcxyz019 ./", 0, 5),
    };
    for _ in 0..random.usize(1..=3) {
        let indicator = pick(random, INDICATORS);
        match random.u8(..4) {
            0 => text.push_str(indicator),
            1 => insert(random, &mut text, indicator),
            _ => text.insert_str(0, indicator),
        }
    }
    text
}

/// Tabs and line ends; the last three end a line for some readers only.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "\t", "\t", "\n", "\n", "\r", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}",
];

fn line_ends(random: &mut Rng) -> String {
    let mut text = of(random, "ab: #-1'\"|", 0, 6);
    for _ in 0..random.usize(1..=4) {
        let end = pick(random, ENDS);
        insert(random, &mut text, end);
    }
    text
}

/// What readers and editors cut off.
const BLANKS: &[&str] =
    &[" ", "  ", "\t", " \t", "\t ", "\n", " \n", "\n ", "\u{a0}", "\u{3000}", "    "];

fn edge_blanks(random: &mut Rng) -> String {
    let inner = match random.u8(..4) {
        0 => word(random),
        1 => indicators(random),
        2 => multi_line(random),
        _ => of(random, "abc :#-", 0, 6),
    };
    let blanks = pick(random, BLANKS);
    match random.u8(..3) {
        0 => format!("{blanks}{inner}"),
        1 => format!("{inner}{blanks}"),
        _ => format!("{blanks}{inner}{}", pick(random, BLANKS)),
    }
}

/// Where the sets of characters begin and end that readers take, writers escape and people see.
#[rustfmt::skip]
const CONTROLS: &[char] = &[
    '\0', '\x01', '\x07', '\x08', '\x0b', '\x0c', '\x0e', '\x1b', '\x1f', '\x7f', '\u{80}', '\u{84}', '\u{85}',
    '\u{86}', '\u{9f}', '\u{ad}', '\u{61c}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{2028}', '\u{2029}',
    '\u{202a}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{e000}', '\u{fdd0}', '\u{feff}', '\u{fff9}', '\u{fffe}',
    '\u{ffff}', '\u{1fffe}', '\u{1ffff}', '\u{e0001}', '\u{10fffe}', '\u{10ffff}',
];

fn controls(random: &mut Rng) -> String {
    let mut text = match random.u8(..4) {
        0 => String::new(),
        1 => multi_line(random),
        _ => of(random, "ab: #'\"\\", 0, 6),
    };
    for _ in 0..random.usize(1..=3) {
        let control = CONTROLS[random.usize(..CONTROLS.len())];
        insert(random, &mut text, control.encode_utf8(&mut [0; 4]));
    }
    text
}

/// What long lines are made of.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "a", "a b ", "ab: ", "# ", "é", "日", "\u{1f600}", "'", "\"", "\\", "\t", "\u{85}", "a, ",
];

fn long(random: &mut Rng) -> String {
    // Near the limits of plain keys (1024), of buffers and of folding.
    let length = match random.u8(..8) {
        0 => random.usize(1015..=1035),
        1 => random.usize(505..=520),
        2 => random.usize(1036..=4200),
        _ => random.usize(121..=400),
    };
    let unit = pick(random, UNITS);
    let mut text: String = unit.chars().cycle().take(length).collect();
    for _ in 0..random.usize(..3) {
        let part = [word, indicators, edge_blanks, multi_line][random.usize(..4)](random);
        if random.bool() {
            text.insert_str(0, &part);
        } else {
            text.push_str(&part);
        }
    }
    text
}

/// Lines that mean something outside of a text.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "", "", " ", "  ", "\t", " \t", "a", "a", "b c", " a", "  a", "\ta", " \ta", "a ", "a\t", "# c", "- x", "-",
    "k: v", "k:", "---", "...", "--- a", "|", ">", "'q'", "\"q\"", "?", "? a", "é", "\u{a0}", "\\", "%T", "[",
    "}", "*a", "&a", "!t", "日本", "\u{1f600}", "set -e", "    exit 1",
];

fn multi_line(random: &mut Rng) -> String {
    let mut text = pick(random, LINES).to_owned();
    for _ in 0..random.usize(1..=6) {
        text.push('\n');
        text.push_str(pick(random, LINES));
    }
    text
}

/// Keys that the writer moves to the front, and keys that it does not.
const KEYS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "name", "labels", "items"];

fn name(random: &mut Rng) -> String {
    match random.u8(..4) {
        0 => pick(random, KEYS).to_owned(),
        1 => format!("{}.example.com/{}", of(random, "abcxyz", 1, 6), of(random, "abcxyz-", 1, 8)),
        2 => {
            format!("{}:{}", of(random, "abcxyz/.-", 1, 10), of(random, "0123456789.abcdef", 1, 7))
        }
        _ => of(random, "abcdefghijklmnopqrstuvwxyz0123456789-", 1, 12),
    }
}

fn mixed(random: &mut Rng) -> String {
    const PARTS: [fn(&mut Rng) -> String; 9] =
        [number, word, time, indicators, line_ends, edge_blanks, controls, multi_line, name];
    let part = |random: &mut Rng| PARTS[random.usize(..PARTS.len())](random);
    match random.u8(..4) {
        0 => {
            let length = random.usize(..12);
            iter::repeat_with(|| random.char(..)).take(length).collect()
        }
        1 => {
            let mut text = part(random);
            let any = random.char(..);
            insert(random, &mut text, any.encode_utf8(&mut [0; 4]));
            text
        }
        _ => format!(
            "{}{}{}",
            part(random),
            pick(random, &["", " ", "\n", ": ", "_", "-"]),
            part(random)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every string of a class has.
    fn belongs(class: Class, text: &str) -> bool {
        let edge = |character: Option<char>| character.is_some_and(char::is_whitespace);
        match class {
            Class::Numbers => {
                !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'+'..=b'z'))
            }
            Class::Words => text.len() <= 6,
            Class::Times => text.contains(':') || text.contains('-'),
            Class::Indicators => INDICATORS.iter().any(|indicator| text.contains(indicator)),
            Class::LineEnds => text.contains(['\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']),
            Class::EdgeBlanks => edge(text.chars().next()) || edge(text.chars().next_back()),
            Class::Controls => text.contains(CONTROLS),
            Class::Long => text.chars().count() > 120,
            Class::MultiLine => text.contains('\n'),
            Class::Names => text.bytes().all(|byte| byte.is_ascii_graphic()),
            Class::Mixed => true,
        }
    }

    #[test]
    fn strings_belong_to_their_class() {
        let mut random = Rng::with_seed(1);
        for (class, _) in Class::SHARES {
            for _ in 0..2_000 {
                let text = class.string(&mut random);
                assert!(belongs(class, &text), "{class:?}: {text:?}");
            }
        }
    }

    #[test]
    fn classes_have_the_strings_that_readers_differ_about() {
        let mut random = Rng::with_seed(1);
        for (class, hard) in [
            (Class::Numbers, "0b-1"),
            (Class::Numbers, "-.inf"),
            (Class::Words, "yes"),
            (Class::Words, "~"),
            (Class::Times, "1:1"),
            (Class::Indicators, "---"),
            (Class::LineEnds, "\u{85}"),
            (Class::EdgeBlanks, "\n "),
            (Class::Controls, "\u{feff}"),
            (Class::MultiLine, "\n---"),
        ] {
            let made = iter::repeat_with(|| class.string(&mut random))
                .take(100_000)
                .any(|text| text == hard);
            assert!(made, "{class:?} has no {hard:?}");
        }
    }

    #[test]
    fn shares_are_of_a_hundred() {
        let sum: usize = Class::SHARES.iter().map(|(_, share)| share).sum();
        assert_eq!(sum, 100);
    }
}
