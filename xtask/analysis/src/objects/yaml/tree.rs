//! The documents of a text as JSON.

use std::collections::{BTreeMap, HashMap};
use std::mem::take;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::scalar::is_ambiguous;
use super::{Error, Extent, resolve};
use crate::objects::{Map, Remark, RemarkKind, Value};

/// Deeper values are refused: the API server refuses them, and reading them again would cost more stack than there is.
const DEEPEST: usize = 200;

/// More values in a file, with what aliases repeat, are refused: a few lines can stand for billions.
const MOST_VALUES: usize = 3_000_000;

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its value.
    pub value: Value,
    /// Where it stands.
    pub extent: Extent,
    /// What is read otherwise than it looks.
    pub remarks: Vec<Remark>,
    /// Where the elements of its list `items` stand.
    pub items: Vec<Item>,
}

/// Where an element of the list `items` stands, which is an object of its own in a `List`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it stands.
    pub extent: Extent,
    /// Which remarks of the document are on it.
    pub remarks: Range<usize>,
}

/// Reads every document of a text, empty ones as null; what stands before a mistake is returned with it.
pub fn documents(text: &str) -> (Vec<Document>, Option<Error>) {
    let mut documents = Vec::new();
    let error = each_document(text, &mut |document| documents.push(document));
    (documents, error)
}

/// Hands on every document of a text, like [`documents`]: a file may hold a million, of which nobody wants to keep most.
pub fn each_document(text: &str, keep: &mut dyn FnMut(Document)) -> Option<Error> {
    let read = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cursor = Cursor::new(text, text.len() - read.len());
    let mut reader = Reader { cursor, ..Reader::default() };
    let mut parser = Parser::new_from_str(read);
    while let Some(event) = parser.next_event() {
        let read = event.map_err(|error| Error {
            line: error.marker().line(),
            message: error.info().to_owned(),
        });
        match read.and_then(|(event, span)| reader.event(event, span)) {
            Ok(None) => {}
            Ok(Some(document)) => keep(document),
            Err(error) => return Some(error),
        }
    }
    None
}

#[derive(Default)]
struct Reader<'a> {
    cursor: Cursor<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    remarks: Vec<Remark>,
    root: Option<Value>,
    extent: Extent,
    items: Vec<Item>,
    values: usize,
}

/// A place in a text, which only goes forward: the parser counts characters, and texts are cut by bytes.
#[derive(Default)]
struct Cursor<'a> {
    text: &'a str,
    byte: usize,
    line: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str, byte: usize) -> Self {
        Self { text, byte, line: 1, column: 0 }
    }

    /// The byte at a mark of the parser.
    fn at(&mut self, mark: Marker) -> usize {
        let mut letters = self.text[self.byte..].chars().peekable();
        while (self.line, self.column) < (mark.line(), mark.col()) {
            let Some(letter) = letters.next() else { break };
            self.byte += letter.len_utf8();
            // As the parser counts: `\r\n` is one end of a line, and so is each of both alone.
            if letter == '\n' || letter == '\r' && letters.peek() != Some(&'\n') {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
        }
        self.byte
    }

    fn begin(&mut self, mark: Marker) -> Extent {
        let begin = self.at(mark);
        Extent { begin, end: begin, line: mark.line(), column: mark.col() }
    }
}

/// A collection whose end has not been read.
struct Open {
    anchor: usize,
    line: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Value>),
    Mapping { fields: BTreeMap<String, Value>, merged: Vec<Value>, key: Option<Key> },
}

enum Key {
    Merge,
    Text(String),
}

impl Reader<'_> {
    /// The document that ends with the event, if one does.
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Option<Document>, Error> {
        let line = span.start.line();
        self.place(&event, span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                if plain && text == "<<" && self.takes_key() {
                    self.set_key(Key::Merge);
                    return Ok(None);
                }
                let value = scalar(&text, plain, tag.as_deref());
                // Keys are texts in the end, whatever a reader takes them for.
                if plain && tag.is_none() && !self.takes_key() && is_ambiguous(&text, &value) {
                    let kind = RemarkKind::Ambiguous(text.to_string(), value.to_string());
                    self.remarks.push(Remark { line, kind });
                }
                self.anchor(anchor, &value, line)?;
                self.value(value, line)?;
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or_else(|| Error {
                    line,
                    message: "an alias stands in the value that it repeats".to_owned(),
                })?;
                self.count(size(&value), line)?;
                self.value(value, line)?;
            }
            Event::SequenceStart(anchor, _) => self.open(anchor, line, Kind::List(Vec::new()))?,
            Event::MappingStart(anchor, _) => {
                let kind = Kind::Mapping { fields: BTreeMap::new(), merged: Vec::new(), key: None };
                self.open(anchor, line, kind)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::DocumentEnd => {
                let value = self.root.take().unwrap_or(Value::Null);
                let (remarks, items) = (take(&mut self.remarks), take(&mut self.items));
                self.anchors.clear();
                let extent = take(&mut self.extent);
                return Ok(Some(Document { value, extent, remarks, items }));
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
        Ok(None)
    }

    /// Keeps where the document and the elements of its `items` begin and end.
    fn place(&mut self, event: &Event<'_>, span: Span) {
        let begins = match event {
            Event::Scalar(..)
            | Event::Alias(_)
            | Event::MappingStart(..)
            | Event::SequenceStart(..) => true,
            Event::MappingEnd | Event::SequenceEnd => false,
            _ => return,
        };
        let ends = !matches!(event, Event::MappingStart(..) | Event::SequenceStart(..));
        // What ends is still open.
        let depth = if begins { self.open.len() } else { self.open.len().saturating_sub(1) };
        if depth == 0 {
            if begins {
                self.extent = self.cursor.begin(span.start);
            }
            if ends {
                self.extent.end = self.cursor.at(span.end);
            }
        } else if depth == 2 && self.is_in_items() {
            if begins {
                let remarks = self.remarks.len()..self.remarks.len();
                self.items.push(Item { extent: self.cursor.begin(span.start), remarks });
            }
            if let (true, Some(item)) = (ends, self.items.last_mut()) {
                item.extent.end = self.cursor.at(span.end);
                item.remarks.end = self.remarks.len();
            }
        }
    }

    /// Whether the second collection that is open is the list `items` of the first.
    fn is_in_items(&self) -> bool {
        let mut open = self.open.iter().map(|open| &open.kind);
        matches!(
            (open.next(), open.next()),
            (Some(Kind::Mapping { key: Some(Key::Text(key)), .. }), Some(Kind::List(_))) if key == "items"
        )
    }

    fn open(&mut self, anchor: usize, line: usize, kind: Kind) -> Result<(), Error> {
        if self.open.len() >= DEEPEST {
            return Err(Error {
                line,
                message: format!("values are nested more than {DEEPEST} deep"),
            });
        }
        self.open.push(Open { anchor, line, kind });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(Open { anchor, line, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => items.into(),
            Kind::Mapping { mut fields, merged, .. } => {
                // What is written here wins, and then the first of several.
                for (key, value) in merged.into_iter().flat_map(mappings).flatten() {
                    fields.entry(key.to_string()).or_insert(value);
                }
                Value::Object(fields.into_iter().collect())
            }
        };
        self.anchor(anchor, &value, line)?;
        self.value(value, line)
    }

    /// Keeps a value that aliases may repeat; the copy counts, as an anchor within an anchor is kept twice.
    fn anchor(&mut self, anchor: usize, value: &Value, line: usize) -> Result<(), Error> {
        if anchor > 0 {
            self.count(size(value), line)?;
            self.anchors.insert(anchor, value.clone());
        }
        Ok(())
    }

    /// Whether the next value is a key of a mapping.
    fn takes_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { kind: Kind::Mapping { key: None, .. }, .. }))
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Open { kind: Kind::Mapping { key, .. }, .. }) = self.open.last_mut() {
            *key = Some(new);
        }
    }

    fn count(&mut self, values: usize, line: usize) -> Result<(), Error> {
        self.values += values;
        if self.values <= MOST_VALUES {
            return Ok(());
        }
        Err(Error { line, message: format!("the file stands for more than {MOST_VALUES} values") })
    }

    fn value(&mut self, value: Value, line: usize) -> Result<(), Error> {
        self.count(1, line)?;
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(value),
            Some(Kind::List(items)) => items.push(value),
            Some(Kind::Mapping { fields, merged, key }) => match key.take() {
                None => *key = Some(Key::Text(key_text(value, line)?)),
                Some(Key::Merge) => merged.push(value),
                Some(Key::Text(text)) => {
                    if fields.contains_key(&text) {
                        let kind = RemarkKind::DuplicateKey(text.clone());
                        self.remarks.push(Remark { line, kind });
                    }
                    fields.insert(text, value);
                }
            },
        }
        Ok(())
    }
}

fn scalar(text: &str, plain: bool, tag: Option<&Tag>) -> Value {
    match tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str()) {
        Some("str") => text.into(),
        Some("int" | "float" | "bool" | "null") => resolve(text),
        _ if plain => resolve(text),
        _ => text.into(),
    }
}

/// JSON's keys are texts; Go's reader takes numbers and booleans for them as well.
fn key_text(key: Value, line: usize) -> Result<String, Error> {
    match key {
        Value::String(text) => Ok(text.into_string()),
        Value::Array(_) | Value::Object(_) => {
            Err(Error { line, message: "a list or a mapping is no key".to_owned() })
        }
        other => Ok(other.to_string()),
    }
}

/// The mappings of a merge key: one, or a list of them.
fn mappings(value: Value) -> Vec<Map> {
    match value {
        Value::Object(fields) => vec![fields],
        Value::Array(items) => items.into_iter().flat_map(mappings).collect(),
        _ => Vec::new(),
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::json;

    fn values(text: &str) -> Vec<Value> {
        let (documents, error) = documents(text);
        assert_eq!(error, None);
        documents.into_iter().map(|document| document.value).collect()
    }

    #[test]
    fn documents_know_their_first_lines() {
        let (documents, error) = documents("a: 1\n---\n# b\n\nb: yes\n");
        assert_eq!(error, None);
        let lines: Vec<_> = documents.iter().map(|document| document.extent.line).collect();
        assert_eq!(lines, [1, 5]);
        assert_eq!(documents[1].value, json!({"b": true}));
    }

    #[test]
    fn aliases_and_merge_keys_are_followed() {
        let text = "a: &a {one: 1, two: 2}\nb:\n  <<: *a\n  two: 3\nc: *a\n";
        let a = json!({"one": 1, "two": 2});
        let expected = json!({"a": a, "b": {"one": 1, "two": 3}, "c": a});
        assert_eq!(values(text), [expected]);
    }

    #[test]
    fn the_last_of_two_keys_counts_and_is_told() {
        let (documents, _) = documents("a: 1\nb: 2\na: 3\n");
        assert_eq!(documents[0].value, json!({"a": 3, "b": 2}));
        let kind = RemarkKind::DuplicateKey("a".to_owned());
        assert_eq!(documents[0].remarks, [Remark { line: 3, kind }]);
    }

    #[test]
    fn quoted_texts_stay_texts() {
        assert_eq!(
            values("a: 'yes'\nb: \"1\"\nc: !!str 1\nd: |\n  1\n"),
            [json!({"a": "yes", "b": "1", "c": "1", "d": "1\n"})]
        );
    }

    #[test]
    fn aliases_that_stand_for_billions_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            text.extend(["a", &level.to_string(), ": &a", &level.to_string(), " [", &below, "]\n"]);
        }
        let (_, error) = documents(&text);
        assert!(error.expect("too much").message.contains("more than"));
    }

    #[test]
    fn anchors_within_anchors_count_as_often_as_they_are_kept() {
        let mut begin = String::new();
        for level in 0..100 {
            begin.extend(["&a", &level.to_string(), " ["]);
        }
        let text = format!("{begin}{}{}", "x, ".repeat(100_000), "]".repeat(100));
        let (_, error) = documents(&text);
        assert!(error.expect("too much").message.contains("more than"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let (_, error) =
            documents(&format!("{}{}", "[".repeat(DEEPEST + 1), "]".repeat(DEEPEST + 1)));
        assert!(error.expect("too deep").message.contains("deep"));
        let (_, error) = documents(&"[".repeat(100_000));
        assert!(error.is_some());
    }
}
