//! The buffer that a document is written to, and the places in it.

use super::Error;
use super::keys::Keys;
use super::scalar;
use super::serializer::ValueSerializer;

/// Spaces by which a level of nesting is indented.
pub(super) const INDENT: usize = 2;

/// Levels of nesting; far above any Kubernetes object, far below what overflows a stack or the
/// reader.
const MAX_DEPTH: usize = 256;

/// Characters up to which the reader recognises a key without the `?` indicator; counted here in
/// bytes, which are never fewer. See <https://yaml.org/spec/1.2.2/#822-block-mappings>.
const MAX_SIMPLE_KEY: usize = 1024;

pub(super) struct Writer {
    pub(super) output: Vec<u8>,
    pub(super) keys: Keys,
    depth: usize,
}

/// Where a value is about to be written.
#[derive(Clone, Copy)]
pub(super) enum Position {
    /// At the beginning of the document.
    Document,
    /// Behind the colon of a key in a mapping at this column.
    Field { column: usize, metadata: bool },
    /// At the beginning of a line, as an element of a sequence whose dashes stand at this column.
    Element { column: usize },
}

impl Position {
    pub(super) fn field(column: usize, key: &str) -> Self {
        Self::Field { column, metadata: key == "metadata" }
    }

    /// The column of the keys, if the value is a mapping.
    pub(super) fn mapping_column(self) -> usize {
        match self {
            Self::Document => 0,
            Self::Field { column, .. } | Self::Element { column } => column + INDENT,
        }
    }

    /// The column of the dashes, if the value is a sequence.
    pub(super) fn sequence_column(self) -> usize {
        match self {
            Self::Document => 0,
            Self::Field { column, .. } => column,
            Self::Element { column } => column + INDENT,
        }
    }

    /// The column of the lines, if the value is a literal block.
    fn literal_column(self) -> usize {
        match self {
            Self::Document => INDENT,
            Self::Field { column, .. } | Self::Element { column } => column + INDENT,
        }
    }
}

impl Writer {
    pub(super) fn new() -> Self {
        // Room for an ordinary object.
        let output = Vec::with_capacity(2048);
        Self { output, keys: Keys::default(), depth: 0 }
    }

    pub(super) fn document(&mut self) -> ValueSerializer<'_> {
        ValueSerializer { writer: self, position: Position::Document }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.output
    }

    /// Writes a scalar that needs no quotes.
    pub(super) fn write_scalar(&mut self, position: Position, text: &str) {
        self.begin_scalar(position);
        self.output.extend_from_slice(text.as_bytes());
        self.output.push(b'\n');
    }

    pub(super) fn write_string(&mut self, position: Position, text: &str) {
        self.begin_scalar(position);
        scalar::write_value(text, position.literal_column(), &mut self.output);
    }

    fn begin_scalar(&mut self, position: Position) {
        match position {
            Position::Document => {}
            Position::Field { .. } => self.output.push(b' '),
            Position::Element { column } => {
                self.indent(column);
                self.output.extend_from_slice(b"- ");
            }
        }
    }

    /// Enters a mapping or sequence. Its first line is written at full indentation; the offset
    /// returned is where that line gets the dash of the element it begins, if it begins one.
    pub(super) fn open(&mut self, position: Position) -> Result<Option<usize>, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(format_args!(
                "the value is nested deeper than {MAX_DEPTH} levels; does it contain itself?"
            )));
        }
        self.depth += 1;
        Ok(match position {
            Position::Element { column } => Some(self.output.len() + column),
            Position::Document | Position::Field { .. } => None,
        })
    }

    /// Ends the line of the key, if the mapping or sequence is the value of one: it is not empty,
    /// and begins on the next line.
    pub(super) fn begin_lines(&mut self, position: Position) {
        if let Position::Field { .. } = position {
            self.output.push(b'\n');
        }
    }

    /// Leaves a mapping or sequence.
    pub(super) fn close(&mut self, dash: Option<usize>) {
        self.depth -= 1;
        if let Some(offset) = dash {
            self.output[offset] = b'-';
        }
    }

    /// Writes the key at `index` of the open keys, and its colon.
    pub(super) fn write_key(&mut self, column: usize, index: usize) {
        write_key(self.keys.get(index), column, &mut self.output);
    }

    /// Begins the mapping whose only key is an enum variant; returns where the value of that key is
    /// written.
    pub(super) fn begin_variant(&mut self, position: Position, variant: &str) -> Position {
        self.begin_lines(position);
        let column = position.mapping_column();
        write_key(variant, column, &mut self.output);
        Position::field(column, variant)
    }

    fn indent(&mut self, column: usize) {
        indent(column, &mut self.output);
    }
}

fn write_key(key: &str, column: usize, output: &mut Vec<u8>) {
    indent(column, output);
    let start = output.len();
    scalar::write_key(key, output);
    if output.len() - start > MAX_SIMPLE_KEY {
        output.splice(start..start, *b"? ");
        output.push(b'\n');
        indent(column, output);
    }
    output.push(b':');
}

/// Appends `column` spaces.
pub(super) fn indent(column: usize, output: &mut Vec<u8>) {
    output.resize(output.len() + column, b' ');
}
