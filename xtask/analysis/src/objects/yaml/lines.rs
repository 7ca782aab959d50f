//! The lines of an object's fields.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use saphyr_parser::{Event, Parser};

use super::Extent;
use crate::objects::field::{FieldPath, Step};

/// The line of each field of an object, read once for all that somebody asks.
#[derive(Debug)]
pub struct Lines {
    first: usize,
    /// By what stands for the path of a field: a path for each would take more memory than the object.
    by_path: HashMap<u64, usize>,
}

impl Lines {
    /// Reads an object again, which stands in this part of a text.
    #[must_use]
    pub fn of(text: &str, extent: &Extent) -> Self {
        let part = text.get(extent.begin..extent.end).unwrap_or_default();
        // Lines below the first are indented as far as what stands before it, but in braces that does not matter.
        let column = if part.starts_with(['{', '[']) { 0 } else { extent.column };
        let indented = " ".repeat(column) + part;
        let mut reader = Reader {
            lines: Self { first: extent.line, by_path: HashMap::new() },
            open: Vec::new(),
        };
        let mut parser = Parser::new_from_str(&indented);
        while let Some(Ok((event, span))) = parser.next_event() {
            if !reader.event(&event, extent.line - 1 + span.start.line()) {
                break;
            }
        }
        reader.lines
    }

    /// The line of a field, counted from 1; of the nearest field above it where it does not stand there itself.
    #[must_use]
    pub fn line(&self, path: &FieldPath) -> usize {
        let mut line = self.first;
        let mut at = ROOT;
        for step in &path.0 {
            at = match step {
                Step::Key(key) => below(at, key),
                Step::Index(index) => below(at, index),
            };
            match self.by_path.get(&at) {
                Some(&found) => line = found,
                None => break,
            }
        }
        line
    }
}

/// What stands for the path of the object itself.
const ROOT: u64 = 0;

fn below(path: u64, step: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(path);
    step.hash(&mut hasher);
    hasher.finish()
}

struct Reader {
    lines: Lines,
    open: Vec<Open>,
}

/// A collection whose end has not been read.
struct Open {
    mapping: bool,
    path: u64,
    /// The number of values read so far; of mappings, keys and values.
    read: usize,
    /// The last key, as a path, and its line.
    key: (u64, usize),
}

impl Reader {
    /// Whether there is more of the object.
    fn event(&mut self, event: &Event<'_>, line: usize) -> bool {
        match event {
            Event::DocumentEnd => return false,
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let path = self.begin(None, line);
                let mapping = matches!(event, Event::MappingStart(..));
                self.open.push(Open { mapping, path, read: 0, key: (path, line) });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
                return !self.open.is_empty();
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

    /// A value begins; returns what stands for its path.
    fn begin(&mut self, text: Option<&str>, line: usize) -> u64 {
        let Some(open) = self.open.last_mut() else { return ROOT };
        let position = open.read;
        open.read += 1;
        if open.mapping && position.is_multiple_of(2) {
            open.key = (below(open.path, text.unwrap_or_default()), line);
            return open.path;
        }
        // A field has the line of its key.
        let (path, line) = if open.mapping { open.key } else { (below(open.path, position), line) };
        // The last of two keys counts.
        self.lines.by_path.insert(path, line);
        path
    }
}

#[cfg(test)]
mod tests {
    use super::super::documents;
    use super::*;

    fn lines(text: &str) -> Vec<Lines> {
        let (documents, error) = documents(text);
        assert_eq!(error, None);
        let of_items =
            |items: &[super::super::Item]| items.iter().map(|item| item.extent).collect::<Vec<_>>();
        let extents = documents.iter().flat_map(|document| {
            let items = of_items(&document.items);
            if items.is_empty() { vec![document.extent] } else { items }
        });
        extents.map(|extent| Lines::of(text, &extent)).collect()
    }

    fn path(steps: &[&str]) -> FieldPath {
        let step = |step: &&str| match step.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Key((*step).to_owned()),
        };
        FieldPath(steps.iter().map(step).collect())
    }

    const TEXT: &str = "\
kind: A
---
kind: B
spec:
  - name: one
  - name: two
    ports: [80, 81]
";

    #[test]
    fn a_field_has_the_line_of_its_key() {
        let lines = &lines(TEXT)[1];
        assert_eq!(lines.line(&path(&[])), 3);
        assert_eq!(lines.line(&path(&["spec"])), 4);
        assert_eq!(lines.line(&path(&["spec", "1"])), 6);
        assert_eq!(lines.line(&path(&["spec", "1", "ports", "0"])), 7);
    }

    #[test]
    fn a_field_that_is_not_there_has_the_line_above() {
        assert_eq!(lines(TEXT)[1].line(&path(&["spec", "0", "image"])), 5);
    }

    #[test]
    fn marks_in_texts_begin_no_document() {
        let text = "a: 1\n---\nb: |\n  ---\nc: 2\n";
        assert_eq!(lines(text)[1].line(&path(&["c"])), 5);
    }

    #[test]
    fn items_of_lists_have_lines_of_their_own() {
        let text = "\
# ü
kind: List
items:
  - kind: A
    b:
      c: 1

  # one more
  - kind: B
    b: [1, 2]
  - {kind: C, b: 3}
";
        let lines = lines(text);
        assert_eq!(lines[0].line(&path(&["b", "c"])), 6);
        assert_eq!(lines[1].line(&path(&["b", "1"])), 10);
        assert_eq!(lines[2].line(&path(&["b"])), 11);
    }

    #[test]
    fn lines_may_be_long() {
        let text = format!("{{\"items\": [{}{{\"a\":\n1}}]}}", " ".repeat(70_000));
        assert_eq!(lines(&text)[0].line(&path(&["a"])), 1);
    }

    #[test]
    fn json_and_other_line_ends_are_read_as_well() {
        let text =
            "{\"kind\": \"List\", \"items\": [{\"a\": \"\u{fc}\"},\r\n{\"a\":\r\n1, \"b\": 2}]}";
        let lines = lines(text);
        assert_eq!(lines[0].line(&path(&["a"])), 1);
        assert_eq!(lines[1].line(&path(&["b"])), 3);
    }
}
