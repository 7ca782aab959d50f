//! Strings that are hard to write: one strategy for each class of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{SBoxedStrategy, Union};
use proptest::string::string_regex;

/// What makes a string hard.
pub struct Class {
    /// What people call it.
    pub name: &'static str,
    /// How many of 100 strings are of it.
    pub share: u32,
    strings: fn() -> Strings,
}

/// A way to make strings, and to make them shorter.
type Strings = SBoxedStrategy<String>;

/// Every class.
#[rustfmt::skip]
pub const CLASSES: [Class; 11] = [
    // Spellings of numbers in YAML 1.1, YAML 1.2 and Go, and what is almost one.
    Class { name: "number spellings", share: 16, strings: numbers },
    // Words for booleans and null, in every case, and what is almost one.
    Class { name: "bool and null words", share: 10, strings: words },
    // Dates, times and numbers to the base of 60.
    Class { name: "times", share: 10, strings: times },
    // Characters that mean something to YAML, at the start, at the end and between.
    Class { name: "indicators", share: 14, strings: indicators },
    // Tabs and line ends of every kind.
    Class { name: "tabs and line ends", share: 10, strings: line_ends },
    // Blanks in front and behind.
    Class { name: "blanks at the edges", share: 10, strings: edge_blanks },
    // Control characters, invisible characters and code points that are no characters.
    Class { name: "control and non-characters", share: 10, strings: controls },
    // Lines longer than readers and writers fold, and keys longer than 1024 characters: most of all bytes nevertheless.
    Class { name: "long lines", share: 2, strings: long },
    // Text of several lines.
    Class { name: "multi-line", share: 8, strings: multi_line },
    // What manifests are full of.
    Class { name: "ordinary names", share: 4, strings: names },
    // Two classes in one string, or any characters at all.
    Class { name: "mixtures", share: 6, strings: mixed },
];

/// Strings of every class by their shares, each with the place of its class in [`CLASSES`].
pub fn text() -> SBoxedStrategy<(usize, String)> {
    let classes = CLASSES.iter().enumerate().map(|(place, class)| {
        let strings = (class.strings)().prop_map(move |text| (place, text));
        (class.share, strings.sboxed())
    });
    Union::new_weighted(classes.collect()).sboxed()
}

/// Strings of one of these patterns.
fn of(patterns: &[&str]) -> Strings {
    let patterns = patterns.iter().map(|pattern| match string_regex(pattern) {
        Ok(strings) => strings.sboxed(),
        // A pattern is written below, and a test makes strings of each.
        Err(error) => panic!("{pattern:?}: {error}"),
    });
    Union::new(patterns).sboxed()
}

/// One of these texts; the first is the simplest.
fn one_of(texts: &'static [&'static str]) -> Strings {
    select(texts).prop_map(str::to_owned).sboxed()
}

/// One of these ways.
fn either<const N: usize>(ways: [Strings; N]) -> Strings {
    Union::new(ways).sboxed()
}

/// One to four pieces, with texts of a pattern between, in front and behind.
fn pieces(piece: Strings, between: &str) -> Strings {
    (vec((of(&[between]), piece), 1..=4), of(&[between]))
        .prop_map(|(pieces, last)| {
            let pieces = pieces.into_iter().map(|(between, piece)| between + &piece);
            pieces.chain([last]).collect()
        })
        .sboxed()
}

/// What is no finite number, and what no longer fits.
#[rustfmt::skip]
const LIMITS: &[&str] = &[
    ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", ".iNF", "inf", "NaN", "Infinity", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
    "1e400", "0x1p-2",
];

fn numbers() -> Strings {
    let limit = (one_of(&["", "-", "+"]), one_of(LIMITS)).prop_map(|(sign, limit)| sign + &limit);
    let spelled = of(&[
        r"[-+]?[0-9_]{1,10}",
        // Go's reader takes a second sign behind the base.
        r"[-+]?0[xX][-+_]?[0-9a-fA-Fg_]{0,6}",
        r"[-+]?0[bB][-+_]?[012_]{0,6}",
        r"[-+]?0[oO]?[-+_]?[0-8_]{0,6}",
        r"[-+]?[0-9_]{1,5}\.?[0-9_]{0,4}([eE][-+]?[0-9_]{0,3})?",
        r"[-+]?[0-9_]{0,5}\._?[0-9_]{0,4}([eE][-+]?[0-9_]{0,3})?",
        r"[0-9+._eExXobBaFp-]{1,8}",
    ]);
    Union::new_weighted(vec![(7, spelled), (1, limit.sboxed())]).sboxed()
}

const WORDS: &[&str] =
    &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "", "<<", "="];

/// What makes a word almost one.
const ALMOST: &[&str] = &["", "", "", "e", "s", "~", "<", "=", " ", "_", ".", "l", ":"];

fn words() -> Strings {
    // Small, small, small, with a capital, capitals, and any mixture of both.
    let capitals = prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(u8::MAX), 1 => any::<u8>()];
    (one_of(WORDS), capitals, one_of(ALMOST), 0..=5_usize)
        .prop_map(|(word, capitals, almost, at)| {
            let letters = word.char_indices().map(|(at, letter)| match capitals >> at & 1 {
                0 => letter,
                _ => letter.to_ascii_uppercase(),
            });
            let mut text: String = letters.collect();
            text.insert_str(at.min(text.len()), &almost);
            text
        })
        .sboxed()
}

fn times() -> Strings {
    let sixties = r"[0-9_]{1,3}(:[0-9]{1,2}){1,3}(\.|\.5|\.15|_|:)?";
    let date = "[0-9]{3,5}-[0-9]{1,2}-[0-9]{1,2}";
    let zone = r"(Z|z| Z|\+01:00|-5| \+1|\.1Z|x)?";
    of(&[
        &format!("[-+]?{sixties}"),
        sixties,
        date,
        &format!("{date}(T|t| |  |\t|x){sixties}{zone}"),
    ])
}

/// Everything that means something to YAML, alone and with the blank that makes it one.
#[rustfmt::skip]
const INDICATORS: &[&str] = &[
    "-", "- ", "--", "---", "--- ", "...", "... ", "?", "? ", ":", ": ", " :", ",", ", ", "[", "]", "[]", "{",
    "}", "{}", "{{", "}}", "#", " #", "# ", "&", "*", "!", "!!", "|", "|-", "|2", ">", ">-", "'", "''", "\"",
    "\"\"", "%", "%YAML ", "@", "`", "\\", "\\n", "<<", "=", "~",
];

fn indicators() -> Strings {
    pieces(one_of(INDICATORS), "[a-cx-z019 ./]{0,3}")
}

/// Tabs and line ends; the last three end a line for some readers only.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "\t", "\t", "\n", "\n", "\r", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}",
];

fn line_ends() -> Strings {
    pieces(one_of(ENDS), "[ab: #1'\"|-]{0,3}")
}

/// What readers and editors cut off.
const BLANKS: &[&str] =
    &[" ", "  ", "\t", " \t", "\t ", "\n", " \n", "\n ", "\u{a0}", "\u{3000}", "    "];

fn edge_blanks() -> Strings {
    let inner = either([of(&["[abc :#-]{0,6}"]), words(), indicators(), multi_line()]);
    (inner, one_of(BLANKS), one_of(BLANKS), 0..3_u8)
        .prop_map(|(inner, front, back, edge)| match edge {
            0 => front + &inner,
            1 => inner + &back,
            _ => front + &inner + &back,
        })
        .sboxed()
}

/// Where the sets of characters begin and end that readers take, writers escape and people see.
#[rustfmt::skip]
const CONTROLS: &[char] = &[
    '\0', '\x01', '\x07', '\x08', '\x0b', '\x0c', '\x0e', '\x1b', '\x1f', '\x7f', '\u{80}', '\u{84}', '\u{85}',
    '\u{86}', '\u{9f}', '\u{ad}', '\u{61c}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{2028}', '\u{2029}',
    '\u{202a}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{e000}', '\u{fdd0}', '\u{feff}', '\u{fff9}', '\u{fffe}',
    '\u{ffff}', '\u{1fffe}', '\u{1ffff}', '\u{e0001}', '\u{10fffe}', '\u{10ffff}',
];

fn controls() -> Strings {
    pieces(select(CONTROLS).prop_map(String::from).sboxed(), "[ab: #'\"\\\\\n]{0,3}")
}

/// What long lines are made of.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "a", "a b ", "ab: ", "# ", "é", "日", "\u{1f600}", "'", "\"", "\\", "\t", "\u{85}", "a, ",
];

fn long() -> Strings {
    // Near the limits of plain keys (1024), of buffers and of folding.
    let length = prop_oneof![
        5 => 121..=400_usize,
        1 => 505..=520_usize,
        1 => 1015..=1035_usize,
        1 => 1036..=4200_usize,
    ];
    let part = || vec(either([words(), indicators(), edge_blanks(), multi_line()]), 0..=1);
    (part(), select(UNITS), length, part())
        .prop_map(|(front, unit, length, back)| {
            let mut text = front.concat();
            text.extend(unit.chars().cycle().take(length));
            text + &back.concat()
        })
        .sboxed()
}

/// Lines that mean something outside of a text.
#[rustfmt::skip]
const LINES: &[&str] = &[
    "", "", " ", "  ", "\t", " \t", "a", "a", "b c", " a", "  a", "\ta", " \ta", "a ", "a\t", "# c", "- x", "-",
    "k: v", "k:", "---", "...", "--- a", "|", ">", "'q'", "\"q\"", "?", "? a", "é", "\u{a0}", "\\", "%T", "[",
    "}", "*a", "&a", "!t", "日本", "\u{1f600}", "set -e", "    exit 1",
];

fn multi_line() -> Strings {
    vec(select(LINES), 2..=7).prop_map(|lines| lines.join("\n")).sboxed()
}

/// Keys that the writer moves to the front, and keys that it does not.
const KEYS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "name", "labels", "items"];

fn names() -> Strings {
    let others = of(&[
        "[a-z0-9-]{1,12}",
        r"[a-cx-z]{1,6}\.example\.com/[a-cx-z-]{1,8}",
        "[a-cx-z/.-]{1,10}:[0-9a-f.]{1,7}",
    ]);
    either([one_of(KEYS), others.clone(), others])
}

fn mixed() -> Strings {
    let part = || {
        either([
            numbers(),
            words(),
            times(),
            indicators(),
            line_ends(),
            edge_blanks(),
            controls(),
            multi_line(),
            names(),
        ])
    };
    let characters = |most| vec(any::<char>(), 0..=most).prop_map(String::from_iter).sboxed();
    let two = (part(), one_of(&["", " ", "\n", ": ", "_", "-"]), either([part(), characters(1)]))
        .prop_map(|(first, between, second)| first + &between + &second);
    Union::new_weighted(vec![(3, two.sboxed()), (1, characters(11))]).sboxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    /// What every string of a class has.
    fn belongs(class: &str, text: &str) -> bool {
        let edge = |character: Option<char>| character.is_some_and(char::is_whitespace);
        match class {
            "number spellings" => {
                !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'+'..=b'z'))
            }
            "bool and null words" => text.len() <= 6,
            "times" => text.contains(':') || text.contains('-'),
            "indicators" => INDICATORS.iter().any(|indicator| text.contains(indicator)),
            "tabs and line ends" => ENDS.iter().any(|end| text.contains(end)),
            "blanks at the edges" => edge(text.chars().next()) || edge(text.chars().next_back()),
            "control and non-characters" => text.contains(CONTROLS),
            "long lines" => text.chars().count() > 120,
            "multi-line" => text.contains('\n'),
            "ordinary names" => text.bytes().all(|byte| byte.is_ascii_graphic()),
            "mixtures" => true,
            _ => false,
        }
    }

    fn strings(class: &Class) -> impl Iterator<Item = String> + use<> {
        let strings = (class.strings)();
        let mut runner = TestRunner::deterministic();
        std::iter::repeat_with(move || strings.new_tree(&mut runner).unwrap().current())
    }

    #[test]
    fn strings_belong_to_their_class() {
        for class in &CLASSES {
            for text in strings(class).take(1_000) {
                assert!(belongs(class.name, &text), "{}: {text:?}", class.name);
            }
        }
    }

    #[test]
    fn classes_have_the_strings_that_readers_differ_about() {
        for (name, hard) in [
            ("number spellings", "0b-1"),
            ("number spellings", "-.inf"),
            ("bool and null words", "yes"),
            ("bool and null words", "~"),
            ("times", "1:1"),
            ("indicators", "---"),
            ("tabs and line ends", "\u{85}"),
            ("blanks at the edges", "\n "),
            ("control and non-characters", "\u{feff}"),
            ("multi-line", "\n---"),
        ] {
            let class = CLASSES.iter().find(|class| class.name == name).unwrap();
            let made = strings(class).take(100_000).any(|text| text == hard);
            assert!(made, "{name} has no {hard:?}");
        }
    }

    #[test]
    fn shares_are_of_a_hundred() {
        assert_eq!(CLASSES.iter().map(|class| class.share).sum::<u32>(), 100);
    }
}
