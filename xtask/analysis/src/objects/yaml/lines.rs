//! The line of a field.

use saphyr_parser::{Event, Parser};

use crate::objects::field::{FieldPath, Step};

/// The line of a field in a document of a text, counted from 1; of the nearest field above it where it does not stand there itself.
pub fn line(text: &str, document: usize, path: &FieldPath) -> Option<usize> {
    let mut search = Search { path: &path.0, document, ..Search::default() };
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(Ok((event, span))) = parser.next_event() {
        if !search.event(&event, span.start.line()) {
            break;
        }
    }
    search.best.map(|(_, line)| line)
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
        line(TEXT, 1, &FieldPath(path.to_vec()))
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
}
