//! What YAML from outside may cost: looked at before anything is built from it.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser};

/// The most bytes that are read; the largest released bundle of CRDs has a tenth of it.
const LARGEST: usize = 64 << 20;
/// The deepest nesting; deeper structures are refused by the reader anyway, but only after work that is quadratic in it.
const DEEPEST: usize = 120;
/// The most keys and values of one object, or elements of one list.
const WIDEST: usize = 20_000;
/// The most values that aliases (`*name`) may repeat in all.
const MOST_REPEATED: usize = 100_000;

/// Why YAML is not read: one clause that names the line. None if reading it is cheap, and says whether it is YAML.
///
/// It takes time and memory in proportion to the text, whatever the text is.
pub fn refusal(text: &str) -> Option<String> {
    if text.len() > LARGEST {
        return Some(format!("it has more than {} MiB", LARGEST >> 20));
    }
    let mut size_of: HashMap<usize, usize> = HashMap::new();
    // The open collections: anchor, how many values each holds so far, and how many of them directly.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut repeated = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(found) => found,
            // The one limit of this parser: it counts the nesting of brackets in a byte.
            Err(error) if error.info().contains("recursion limit") => {
                return Some(too_deep(error.marker().line()));
            }
            // It refuses some indentations that kubectl takes: those, and errors, are left to the reader.
            Err(_) if is_cheap(text) => return None,
            Err(error) => {
                let (line, column) = (error.marker().line(), error.marker().col() + 1);
                return Some(format!("{} at line {line} column {column}", error.info()));
            }
        };
        let line = span.start.line();
        let values = match event {
            Event::Scalar(_, _, anchor, _) => {
                size_of.insert(anchor, 1);
                1
            }
            Event::Alias(anchor) => {
                let size = size_of.get(&anchor).copied().unwrap_or(1);
                repeated = repeated.saturating_add(size);
                if repeated > MOST_REPEATED {
                    return Some(format!(
                        "its aliases repeat more than {MOST_REPEATED} values, in line {line}"
                    ));
                }
                size
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                open.push((anchor, 1, 0));
                if open.len() > DEEPEST {
                    return Some(too_deep(line));
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((anchor, size, _)) = open.pop() else { continue };
                size_of.insert(anchor, size);
                size
            }
            _ => continue,
        };
        if let Some((_, size, entries)) = open.last_mut() {
            *size = size.saturating_add(values);
            *entries += 1;
            if *entries > WIDEST {
                return Some(format!(
                    "it has an object or list of more than {} entries, in line {line}",
                    WIDEST / 2
                ));
            }
        }
    }
    None
}

/// Whether a reader whose time grows with length and open brackets is done soon, even if every bracket stays open.
fn is_cheap(text: &str) -> bool {
    let brackets = text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    text.len().saturating_mul(brackets) < 500_000_000
}

fn too_deep(line: usize) -> String {
    format!("it is nested more than {DEEPEST} levels deep, in line {line}")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn what_costs_more_than_it_says_is_refused() {
        let brackets = format!("a: {}", "[".repeat(200_000));
        let maps = format!("a: {}", "{a: ".repeat(200_000));
        let anchored = format!("a: {}", "[&a ".repeat(200_000));
        let steps = "- ".repeat(200_000);
        for text in [&brackets, &maps, &anchored, &steps] {
            let reason = refusal(text).expect("a refusal");
            assert_eq!(reason, "it is nested more than 120 levels deep, in line 1");
        }
    }

    #[test]
    fn aliases_of_aliases_are_counted_with_all_that_they_hold() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            let _ = writeln!(bomb, "a{level}: &a{level} [{before}]");
        }
        let reason = refusal(&bomb).expect("a refusal");
        assert_eq!(reason, "its aliases repeat more than 100000 values, in line 5");
    }

    #[test]
    fn what_the_reader_takes_is_left_to_it() {
        let folded = "a:\n  b: 'text\n    goes\n on'\n";
        assert!(serde_yaml::from_str::<serde_yaml::Value>(folded).is_ok());
        assert_eq!(refusal(folded), None);
        let hidden = format!("{folded}c: {}", "[".repeat(200_000));
        assert!(refusal(&hidden).is_some(), "brackets behind what is not understood");
    }

    #[test]
    fn ordinary_files_are_read() {
        let text = "a: &a {b: [1, 2]}\nc: *a\nd:\n  <<: *a\n---\ntext: |\n  [[[[ a { b\n";
        assert_eq!(refusal(text), None);
    }
}
