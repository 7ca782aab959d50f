//! The line of a field.

use saphyr_parser::{Event, Parser};

use crate::objects::field::{FieldPath, Step};

/// The line of a field in a document of a text, counted from 1; of the nearest field above it where it does not stand there itself.
///
/// `first` is the first line of the document: what stands before it need not be parsed for each field again.
pub fn line(text: &str, document: usize, first: usize, path: &FieldPath) -> Option<usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (document, before, text) = match begin(text, first) {
        Some((before, text)) if document > 0 => (0, before, text),
        _ => (document, 0, text),
    };
    let mut search = Search { path: &path.0, document, ..Search::default() };
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        if !search.event(&event, span.start.line()) {
            break;
        }
    }
    search.best.map(|(_, line)| before + line)
}

/// The text from the mark that begins a document, and the number of lines before it.
fn begin(text: &str, first: usize) -> Option<(usize, &str)> {
    let (mut begin, mut read) = (None, 0);
    for (position, line) in text.split_inclusive('\n').take(first).enumerate() {
        if line.strip_prefix("---").is_some_and(|rest| rest.trim_start().len() < rest.len()) {
            begin = Some((position, read));
        }
        read += line.len();
    }
    begin.map(|(position, read)| (position, &text[read..]))
}

#[derive(Default)]
struct Search<'a> {
    path: &'a [Step],
    /// How many documents are still to be skipped.
    document: usize,
    open: Vec<Open>,
    /// How much of the path the best line stands for.
    best: Option<(usize, usize)>,
}

/// A collection whose end has not been read.
struct Open {
    mapping: bool,
    /// How much of the path leads here; none where it leads elsewhere.
    matched: Option<usize>,
    /// The number of values read so far; of mappings, keys and values.
    read: usize,
    key: Option<(String, usize)>,
}

impl Search<'_> {
    /// Whether there may be more to find.
    fn event(&mut self, event: &Event<'_>, line: usize) -> bool {
        match event {
            Event::DocumentEnd if self.document == 0 => return false,
            Event::DocumentEnd => self.document -= 1,
            _ if self.document > 0 => {}
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let matched = self.begin(None, line);
                let mapping = matches!(event, Event::MappingStart(..));
                self.open.push(Open { mapping, matched, read: 0, key: None });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
            }
            Event::Scalar(text, ..) => {
                self.begin(Some(text), line);
            }
            Event::Alias(_) => {
                self.begin(None, line);
            }
            _ => {}
        }
        true
    }

    /// A value begins; returns how much of the path leads to it.
    fn begin(&mut self, text: Option<&str>, line: usize) -> Option<usize> {
        let matched = match self.open.last_mut() {
            None => Some((0, line)),
            Some(open) => {
                let position = open.read;
                open.read += 1;
                if open.mapping && position % 2 == 0 {
                    open.key = Some((text.unwrap_or_default().to_owned(), line));
                    return None;
                }
                let step = open.matched.and_then(|matched| self.path.get(matched));
                let leads = match (step, &open.key) {
                    (Some(Step::Key(wanted)), Some((key, line))) if open.mapping => {
                        (wanted == key).then_some(*line)
                    }
                    (Some(Step::Index(wanted)), _) if !open.mapping => {
                        (*wanted == position).then_some(line)
                    }
                    _ => None,
                };
                leads.zip(open.matched).map(|(line, matched)| (matched + 1, line))
            }
        };
        let (matched, line) = matched?;
        // The last of two keys counts.
        if self.best.is_none_or(|(best, _)| matched >= best) {
            self.best = Some((matched, line));
        }
        Some(matched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
kind: A
---
kind: B
spec:
  - name: one
  - name: two
    ports: [80, 81]
";

    fn of(path: &[Step]) -> Option<usize> {
        line(TEXT, 1, 3, &FieldPath(path.to_vec()))
    }

    #[test]
    fn a_field_has_the_line_of_its_key() {
        let spec = Step::Key("spec".to_owned());
        assert_eq!(of(&[]), Some(3));
        assert_eq!(of(std::slice::from_ref(&spec)), Some(4));
        assert_eq!(of(&[spec.clone(), Step::Index(1)]), Some(6));
        let ports = Step::Key("ports".to_owned());
        assert_eq!(of(&[spec, Step::Index(1), ports, Step::Index(0)]), Some(7));
    }

    #[test]
    fn a_field_that_is_not_there_has_the_line_above() {
        let spec = Step::Key("spec".to_owned());
        assert_eq!(of(&[spec, Step::Index(0), Step::Key("image".to_owned())]), Some(5));
    }

    #[test]
    fn what_stands_before_a_document_is_not_read_again() {
        let text = "a: [\n---\na: 1\n--- # the last one\n\nb: |\n  ---\nc: 2\n";
        let path = FieldPath(vec![Step::Key("c".to_owned())]);
        assert_eq!(line(text, 2, 6, &path), Some(8));
    }
}
