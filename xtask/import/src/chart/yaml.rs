//! YAML as Helm reads it: one document, with anchors, aliases and merge keys resolved.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use go_yaml::resolved;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};
use serde_json::{Map, Value};

/// The deepest nesting; the deepest of known charts has 12 levels.
const DEPTH: usize = 128;

/// The most scalars, lists and objects, with those that aliases repeat; the largest of known charts has 5,000.
const NODES: usize = 200_000;

/// How many lines may stand further left than YAML 1.2 allows, which the parser keeps to and Helm's reader does not.
const REPAIRS: usize = 100;

/// How many bytes may be read again for them.
const REPAIRED: usize = 4 << 20;

/// Further right than any block.
const INDENTATION: usize = 256;

/// Reads a text that holds one document; a text with nothing but comments is null.
///
/// # Errors
/// One sentence without a full stop, with the line where there is one.
pub fn read(text: &str) -> Result<Value, String> {
    let mut text = Cow::Borrowed(text.trim_start_matches('\u{feff}'));
    let most = (REPAIRED / text.len().max(1)).clamp(1, REPAIRS);
    for _ in 0..=most {
        let mut reader = Reader {
            parser: Parser::new_from_str(&text),
            line: 1,
            nodes: 0,
            anchors: BTreeMap::new(),
        };
        match reader.document() {
            Ok(value) => return Ok(value),
            Err(Unreadable::Said(reason)) => return Err(unless_template(&text, reason)),
            Err(Unreadable::Scan(error)) => match indented(&text, &error) {
                Some(repaired) => text = Cow::Owned(repaired),
                None => return Err(unless_template(&text, told(&error))),
            },
        }
    }
    Err("too many lines of lists, objects and quotes stand further left than what holds them"
        .to_owned())
}

/// Why a text cannot be read.
enum Unreadable {
    Said(String),
    Scan(ScanError),
}

impl From<String> for Unreadable {
    fn from(reason: String) -> Self {
        Self::Said(reason)
    }
}

/// The text with one line further right, if the parser wants that and Helm's reader does not: inside brackets and quotes.
fn indented(text: &str, error: &ScanError) -> Option<String> {
    let place = error.info().strip_prefix("invalid indentation")?;
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut lines: Vec<Cow<'_, str>> = text.split('\n').map(Cow::Borrowed).collect();
    let mut index = error.marker().line().checked_sub(1)?;
    let start = indentation(lines.get(index)?);
    // Of a quote, the parser tells where it begins.
    if place == " in quoted scalar" {
        let below = |line: &Cow<'_, str>| !line.trim().is_empty() && indentation(line) <= start;
        index += 1 + lines[index + 1..].iter().position(below)?;
    }
    let line = lines.get_mut(index)?;
    *line = Cow::Owned(format!("{:1$}{line}", "", INDENTATION));
    Some(lines.join("\n"))
}

fn unless_template(text: &str, reason: String) -> String {
    template_line(text).map_or(reason, |(line, code)| {
        format!("line {line} is code of a Helm template, {code}, and has to be rendered first")
    })
}

/// The first line that is code of a Helm template.
fn template_line(text: &str) -> Option<(usize, String)> {
    let mut lines = text.lines().map(str::trim).enumerate();
    let (index, code) = lines.find(|(_, line)| line.starts_with("{{") && line.contains("}}"))?;
    Some((
        index + 1,
        code.chars()
            .take(60)
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect(),
    ))
}

type Read<T> = Result<T, Unreadable>;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// The line of the last event.
    line: usize,
    nodes: usize,
    /// What aliases stand for, with the number of its nodes.
    anchors: BTreeMap<usize, (Value, usize)>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Value> {
        let mut found = Value::Null;
        loop {
            match self.next()? {
                Event::StreamEnd => return Ok(found),
                Event::Nothing
                | Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
                event => {
                    let line = self.line;
                    let value = self.node(event, 0)?;
                    if !found.is_null() && !value.is_null() {
                        return Err(Unreadable::Said(format!(
                            "a second document begins at line {line}, which not every version of Helm reads"
                        )));
                    }
                    if !value.is_null() {
                        found = value;
                    }
                }
            }
        }
    }

    fn next(&mut self) -> Read<Event<'a>> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = span.start.line();
                Ok(event)
            }
            Some(Err(error)) => Err(Unreadable::Scan(error)),
            None => Ok(Event::StreamEnd),
        }
    }

    fn here<T>(&self, reason: &str) -> Read<T> {
        Err(Unreadable::Said(format!("{reason} at line {}", self.line)))
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Read<Value> {
        if depth > DEPTH {
            return self.here(&format!("it is nested more than {DEPTH} levels deep"));
        }
        let before = self.nodes;
        self.count(1)?;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, self.scalar(&text, style, tag.as_deref())?)
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.object(depth)?),
            Event::Alias(anchor) => {
                let Some((value, nodes)) = self.anchors.get(&anchor).cloned() else {
                    return self.here("an anchor holds itself");
                };
                self.count(nodes)?;
                (0, value)
            }
            _ => return self.here("it ends too early"),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.nodes - before));
        }
        Ok(value)
    }

    fn count(&mut self, nodes: usize) -> Read<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES {
            return Err(Unreadable::Said(format!("it holds more than {NODES} values")));
        }
        Ok(())
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Read<Value> {
        let suffix = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
        let is_decided_by_text = match suffix {
            None => tag.is_none() && style == ScalarStyle::Plain,
            Some(suffix) => ["bool", "int", "float", "null"].contains(&suffix),
        };
        if !is_decided_by_text {
            return Ok(text.into());
        }
        let value = resolved(text).or_else(|reason| self.here(&reason))?;
        let fits = match suffix {
            Some("bool") => value.is_boolean(),
            Some("int") => value.is_i64() || value.is_u64(),
            Some("float") => value.is_number(),
            Some("null") => value.is_null(),
            _ => true,
        };
        if fits { Ok(value) } else { self.here(&format!("{text:?} is not what its tag says")) }
    }

    fn list(&mut self, depth: usize) -> Read<Value> {
        let mut elements = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::Array(elements)),
                event => elements.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        let mut object = Map::new();
        let mut own = BTreeSet::new();
        loop {
            let event = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::Object(object));
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.node(event, depth + 1)?;
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            if is_merge {
                self.merge(&mut object, value)?;
                continue;
            }
            let Some(key) = text_of(&key) else {
                return self.here(&format!("the key {key} is not a string"));
            };
            if !own.insert(key.clone()) {
                return self.here(&format!("the key {key:?} stands twice in one object, again"));
            }
            object.insert(key, value);
        }
    }

    /// What a merge key adds at its place: it goes before the keys above it, those below it go before it.
    fn merge(&self, object: &mut Map<String, Value>, value: Value) -> Read<()> {
        let sources = match value {
            Value::Array(sources) => sources,
            source => vec![source],
        };
        // The first source goes before the others.
        for source in sources.into_iter().rev() {
            match source {
                Value::Object(source) => object.extend(source),
                _ => {
                    return self
                        .here("a merge key takes objects only, and stands before another value");
                }
            }
        }
        Ok(())
    }
}

/// The text that Helm makes of a key, such as `8080` or `true`.
fn text_of(key: &Value) -> Option<String> {
    match key {
        Value::String(key) => Some(key.clone()),
        Value::Bool(key) => Some(key.to_string()),
        Value::Number(key) if key.is_i64() => Some(key.to_string()),
        // With the precision of 32 bits; larger and smaller ones would be written in another way.
        Value::Number(key) if key.is_f64() => key
            .to_string()
            .parse::<f32>()
            .ok()
            .filter(|key| (1e-4..1e20).contains(&key.abs()))
            .map(|key| key.to_string()),
        _ => None,
    }
}

fn told(error: &ScanError) -> String {
    format!(
        "{} at line {} column {}",
        error.info(),
        error.marker().line(),
        error.marker().col() + 1
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// What sigs.k8s.io/yaml 1.6.0 makes of documents.
    #[test]
    fn a_document_is_what_helm_reads() {
        let table = [
            ("[yes, 010, 'a', \"0440\"]", json!([true, 8, "a", "0440"])),
            (
                "{yes: 1, 0440: 2, 1.5: 3, 1_000: 4, 1.0: 5}",
                json!({"true": 1, "288": 2, "1.5": 3, "1000": 4, "1": 5}),
            ),
            (
                "[!!str 12, !!int '12', !!float 1, !!bool 'yes', !!null '', !foo 12]",
                json!(["12", 12, 1, true, null, "12"]),
            ),
            (
                "{a: !foo {a: 1}, b: !foo [1], c: !!map {a: 1}}",
                json!({"a": {"a": 1}, "b": [1], "c": {"a": 1}}),
            ),
            ("a: |\n  0440\nb: >\n  yes\n", json!({"a": "0440\n", "b": "yes\n"})),
            (
                "{x: &b {t: 1, u: 2}, y1: {t: 3, <<: *b}, z: {<<: *b, t: 3}}",
                json!({"x": {"t": 1, "u": 2}, "y1": {"t": 1, "u": 2}, "z": {"t": 3, "u": 2}}),
            ),
            (
                "{x: &b {t: 1}, w: &c {t: 2, v: 9}, z: {<<: [*b, *c]}}",
                json!({"x": {"t": 1}, "w": {"t": 2, "v": 9}, "z": {"t": 1, "v": 9}}),
            ),
            ("{a: <<, b: {'<<': {q: 1}}}", json!({"a": "<<", "b": {"<<": {"q": 1}}})),
            ("{a, b: }", json!({"a": null, "b": null})),
            ("a: 1 # c\nb: 1#c\n", json!({"a": 1, "b": "1#c"})),
            ("\u{feff}a: 1\n", json!({"a": 1})),
            ("# a\n---\n# b\n---\na: 1\n---\n", json!({"a": 1})),
            ("", json!(null)),
            // Brackets and quotes end further left than what holds them.
            (
                "a:\n  b: [\n    x,\n  ]\n  c: {\nd: 1\n}\n",
                json!({"a": {"b": ["x"], "c": {"d": 1}}}),
            ),
            (
                "a:\n  b: \"one\ntwo\n\n  three\"\n  c: 1\n",
                json!({"a": {"b": "one two\nthree", "c": 1}}),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(
                read(text).map(|value| value.to_string().replace("1.0", "1")),
                Ok(expected.to_string()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_one_sentence() {
        let told = |text: &str| read(text).expect_err(text);
        assert_eq!(
            told("a: 1\n---\nb: 2\n"),
            "a second document begins at line 3, which not every version of Helm reads"
        );
        assert_eq!(
            told("a: 1\na: 2\n"),
            "the key \"a\" stands twice in one object, again at line 2"
        );
        assert_eq!(told("a: &a [*a]"), "an anchor holds itself at line 1");
        assert_eq!(told("~: a"), "the key null is not a string at line 1");
        assert_eq!(told("a: !!int yes"), "\"yes\" is not what its tag says at line 1");
        assert_eq!(told("a: .inf"), ".inf is not a number in JSON at line 1");
        assert_eq!(
            told("{<<: 1}"),
            "a merge key takes objects only, and stands before another value at line 1"
        );
        assert_eq!(
            told("# c\na:\n  {{- if .Values.b }}\n  b: 1\n"),
            "line 3 is code of a Helm template, {{- if .Values.b }}, and has to be rendered first"
        );
    }

    #[test]
    fn what_grows_beyond_measure_is_refused() {
        let bomb = (1..20).fold("a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let below = format!("*a{}, ", level - 1).repeat(8);
            format!("{text}a{level}: &a{level} [{below}]\n")
        });
        assert_eq!(read(&bomb), Err("it holds more than 200000 values".to_owned()));
        let deep = ["[", "{", "{a: ", "- ", "? "].map(|open| open.repeat(100_000));
        for text in deep {
            let message = read(&text).expect_err("deep");
            assert!(
                message.contains("more than 128 levels") || message.contains("recursion limit"),
                "{message}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(text in "[-a-c0-9 \n:,{}\\[\\]&*<!|>'\"#?~.]{0,40}") {
            let _ = read(&text);
        }
    }
}
