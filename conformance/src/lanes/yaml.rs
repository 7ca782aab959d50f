//! Lane `yaml`: what kubectl and Argo CD read is what was written, for every string as key and as value.
//!
//! The found cases come first, then documents of at least a million hard strings from a printed start value. A case
//! that is read as something else is made smaller until nothing can be left out.

mod documents;
pub mod faults;
mod reader;
mod strings;

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use harness::{Failure, Programs, Report};
use serde_json::{Value, json};

use super::Options;

use documents::{Document, Documents, Made};
use reader::{Reader, Writer};
use strings::CLASSES;

/// How many strings a run makes.
const STRINGS: usize = 1_000_000;

/// How many strings of every class there have to be among them.
const STRINGS_OF_A_CLASS: usize = 10_000;

/// Cases that were once read as something else, or could be: strings, and documents with them.
const FOUND: &str = include_str!("yaml/found.json");

/// How many failing documents are made smaller, of the found cases and of the others; the rest is only counted.
const SHRUNK: usize = 10;

/// Judges the writer of this project.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    let seed = options.seed.unwrap_or_else(any_seed);
    let writer: Writer =
        |document| manifests_lib::yaml::to_string(document).map_err(|error| error.to_string());
    judge(programs, writer, seed, STRINGS, report)
}

/// A start value that differs from run to run, short enough to be typed.
fn any_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::from(time.subsec_nanos()))
}

/// Judges any writer with the found cases and with this many strings.
pub fn judge(
    programs: &Programs,
    writer: Writer,
    seed: u64,
    strings: usize,
    report: &mut Report,
) -> Result<(), Failure> {
    report.note(format!("start value {seed}: repeat the run with --seed {seed}"));
    let mut reader = Reader::start(programs)?;

    let found = found()?;
    report.compared(found.len(), "documents of found cases");
    let mut failing = Failing::default();
    let trees: Vec<Value> = found.iter().map(|document| document.tree.clone()).collect();
    reader.judge_all(trees, writer, |number, _| failing.add(number))?;

    let mut documents = Documents::new(seed, strings);
    let mut generated = Failing::default();
    reader.judge_all(&mut documents, writer, |number, _| generated.add(number))?;
    count(&documents.made, strings, report);

    let number = failing.count + generated.count;
    if number == 0 {
        return Ok(());
    }
    let mut fails = |case: &Value| Ok(reader.judge(case, writer)?.is_some());
    let mut cases = Vec::new();
    for at in failing.first {
        cases.extend(singled_out(&found[at], &mut fails)?);
    }
    for at in generated.first {
        cases.extend(singled_out(&documents.smallest(at, &mut fails)?, &mut fails)?);
    }
    cases.sort_by_cached_key(|case| {
        let text = ascii(case);
        (text.len(), text)
    });
    cases.dedup();
    for case in cases {
        let Some(read) = reader.judge(&case, writer)? else { continue };
        let yaml = json!(writer(&case).unwrap_or_default());
        report.finding(format!(
            "{} is written as {} and read as {read}",
            ascii(&case),
            ascii(&yaml),
        ));
    }
    report.finding(format!(
        "{number} documents are read as something else, the smallest cases of the first ones are above: correct the \
         writer and add them to conformance/src/lanes/yaml/found.json"
    ));
    Ok(())
}

/// Each string of a document that fails alone, as a value or as a key; where none does, the document.
fn singled_out(
    document: &Document,
    mut fails: impl FnMut(&Value) -> Result<bool, Failure>,
) -> Result<Vec<Value>, Failure> {
    let mut cases = Vec::new();
    for (_, text) in &document.strings {
        for case in [json!(text), json!({text: null})] {
            if fails(&case)? {
                cases.push(case);
            }
        }
    }
    if cases.is_empty() {
        cases.push(document.tree.clone());
    }
    Ok(cases)
}

/// Documents that are read as something else, by their numbers.
#[derive(Default)]
struct Failing {
    count: usize,
    first: Vec<usize>,
}

impl Failing {
    fn add(&mut self, number: usize) {
        self.count += 1;
        if self.first.len() < SHRUNK {
            self.first.push(number);
        }
    }
}

/// The found cases: each string as a document, as key and as value, everything else as it is.
fn found() -> Result<Vec<Document>, Failure> {
    let cases: Vec<Value> = serde_json::from_str(FOUND).map_err(|error| {
        Failure::new(format!(
            "conformance/src/lanes/yaml/found.json is no list of cases: {error}; correct it there"
        ))
    })?;
    let mut documents = Vec::new();
    for case in cases {
        let mut trees = vec![case.clone()];
        if let Value::String(text) = &case {
            trees.extend([
                json!({text: text}),
                json!([text, [text], {text: [text, {text: {text: null}}], "metadata": {"name": text}}]),
            ]);
        }
        for tree in trees {
            let strings = case.as_str().map(|text| (0, text.to_owned()));
            documents.push(Document { strings: strings.into_iter().collect(), tree });
        }
    }
    Ok(documents)
}

fn count(made: &Made, wanted: usize, report: &mut Report) {
    report.compared(made.documents, "generated documents");
    report.compared(made.strings, "generated strings, each as a key and as a value:");
    if made.strings < wanted {
        report.finding(format!(
            "only {} strings were made, fewer than {wanted}: correct conformance/src/lanes/yaml/documents.rs",
            made.strings
        ));
    }
    for (class, count) in CLASSES.iter().zip(made.classes) {
        report.compared(count, format!("- {}", class.name));
        if wanted >= STRINGS && count < STRINGS_OF_A_CLASS {
            report.finding(format!(
                "only {count} strings are {}, fewer than {STRINGS_OF_A_CLASS}: raise their share in \
                 conformance/src/lanes/yaml/strings.rs",
                class.name
            ));
        }
    }
    report.compared(made.long_keys, "- of all, longer than 1024 characters");
}

/// JSON that terminals and editors show as it is: everything beyond ASCII is escaped.
fn ascii(value: &Value) -> String {
    let mut text = String::new();
    for character in value.to_string().chars() {
        if matches!(character, ' '..='~') {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_cases_can_be_read_by_people() {
        assert!(FOUND.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')));
        let documents = found().unwrap();
        for case in ["yes", "0b-101", "\u{85}", "<<", "---a"] {
            let tree = json!({case: case});
            assert!(documents.iter().any(|document| document.tree == tree), "{case}");
        }
    }

    #[test]
    fn cases_are_printed_in_ascii() {
        let case = json!({"\u{feff}\n": "a\u{7f}\u{1f600}\""});
        let text = ascii(&case);
        insta::assert_snapshot!(text, @r#"{"\ufeff\n":"a\u007f\ud83d\ude00\""}"#);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), case);
    }

    fn made(strings: usize, of_each_class: usize) -> Made {
        Made { strings, classes: [of_each_class; CLASSES.len()], ..Made::default() }
    }

    fn findings(made: &Made, wanted: usize) -> Vec<String> {
        let mut report = Report::default();
        count(made, wanted, &mut report);
        report.findings
    }

    #[test]
    fn a_class_with_few_strings_is_a_finding() {
        let enough = made(STRINGS, STRINGS_OF_A_CLASS);
        assert_eq!(findings(&enough, STRINGS), [""; 0]);
        let few = made(STRINGS, STRINGS_OF_A_CLASS - 1);
        assert_eq!(findings(&few, STRINGS).len(), CLASSES.len());
        // A short run is not for the classes.
        assert_eq!(findings(&made(1, 0), 1), [""; 0]);
    }

    #[test]
    fn fewer_strings_than_wanted_are_a_finding() {
        let few = made(STRINGS - 1, STRINGS_OF_A_CLASS);
        let findings = findings(&few, STRINGS);
        assert!(
            findings.len() == 1 && findings[0].starts_with("only 999999 strings were made"),
            "{findings:?}"
        );
    }
}
