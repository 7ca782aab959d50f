//! How one string is written so that it is read back as itself.

use super::resolve::is_ambiguous;
use super::writer::indent;

/// Appends `text` as a value and ends its line; lines of a literal block are indented by `column`
/// spaces.
pub(super) fn write_value(text: &str, column: usize, output: &mut Vec<u8>) {
    if is_plain(text) {
        output.extend_from_slice(text.as_bytes());
    } else if let Some(block) = LiteralBlock::of(text) {
        return block.write(column, output);
    } else {
        write_quoted(text, output);
    }
    output.push(b'\n');
}

/// Appends `text` as a key, always on one line.
pub(super) fn write_key(text: &str, output: &mut Vec<u8>) {
    if is_plain(text) {
        output.extend_from_slice(text.as_bytes());
    } else {
        write_quoted(text, output);
    }
}

fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !may_begin_plain(bytes) || matches!(bytes, [.., b' ' | b':']) {
        return false;
    }
    let mut ascii = true;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b':' if bytes.get(index + 1) == Some(&b' ') => return false,
            b' ' if bytes.get(index + 1) == Some(&b'#') => return false,
            b' '..=b'~' => {}
            0x80.. => ascii = false,
            _ => return false,
        }
    }
    (ascii || !text.chars().any(must_escape)) && !is_ambiguous(text)
}

fn may_begin_plain(text: &[u8]) -> bool {
    let indicator = matches!(
        text,
        [
            b' ' | b','
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'#'
                | b'&'
                | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'\''
                | b'"'
                | b'%'
                | b'@'
                | b'`',
            ..,
        ]
    );
    let indicator_before_blank =
        matches!(text, [b'-' | b'?' | b':'] | [b'-' | b'?' | b':', b' ', ..]);
    // kubectl splits a file at every line that begins with three dashes, whatever follows them.
    let marker = text.starts_with(b"---") || text == b"..." || text.starts_with(b"... ");
    !text.is_empty() && !indicator && !indicator_before_blank && !marker
}

/// What the reader refuses, folds or drops unless escaped, and what changes the direction of the
/// text around it, so that a review would not see what is written. See
/// <https://yaml.org/spec/1.2.2/#51-character-set> and <https://www.unicode.org/reports/tr9/>.
fn must_escape(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fffe}'..='\u{ffff}'
    )
}

/// Double quotes, unless single ones need less escaping.
fn write_quoted(text: &str, output: &mut Vec<u8>) {
    let count = |wanted: &[u8]| text.bytes().filter(|byte| wanted.contains(byte)).count();
    if count(b"\"\\") > count(b"'") && !text.chars().any(must_escape) {
        write_single_quoted(text, output);
    } else {
        write_double_quoted(text, output);
    }
}

fn write_single_quoted(text: &str, output: &mut Vec<u8>) {
    output.push(b'\'');
    for byte in text.bytes() {
        output.push(byte);
        if byte == b'\'' {
            output.push(b'\'');
        }
    }
    output.push(b'\'');
}

fn write_double_quoted(text: &str, output: &mut Vec<u8>) {
    output.push(b'"');
    let mut written = 0;
    for (index, character) in text.char_indices() {
        if !matches!(character, '"' | '\\') && !must_escape(character) {
            continue;
        }
        output.extend_from_slice(&text.as_bytes()[written..index]);
        written = index + character.len_utf8();
        let letter = match character {
            '"' | '\\' => character,
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0b' => 'v',
            '\x0c' => 'f',
            '\r' => 'r',
            '\x1b' => 'e',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(character);
                let escape =
                    if code < 0x100 { format!("\\x{code:02X}") } else { format!("\\u{code:04X}") };
                output.extend_from_slice(escape.as_bytes());
                continue;
            }
        };
        output.extend_from_slice(format!("\\{letter}").as_bytes());
    }
    output.extend_from_slice(&text.as_bytes()[written..]);
    output.push(b'"');
}

/// Text of several lines that `|` can represent exactly.
struct LiteralBlock<'a> {
    header: &'static [u8],
    text: &'a str,
}

impl<'a> LiteralBlock<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let representable = |character| matches!(character, '\n' | '\t') || !must_escape(character);
        if !text.contains('\n') || !text.chars().all(representable) {
            return None;
        }
        // A first or last line of blanks alone would be invisible, and readers differ about it.
        let content = text.trim_matches('\n');
        let blank = |line: &str| line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        if content.split('\n').next().is_none_or(blank)
            || content.rsplit('\n').next().is_none_or(blank)
        {
            return None;
        }
        // A reader finds the indentation by the first line that is not empty, unless that begins
        // with a blank of its own.
        let indented = content.starts_with([' ', '\t']);
        let header: &[u8] = match (indented, text.len() - text.trim_end_matches('\n').len()) {
            (false, 0) => b"|-\n",
            (false, 1) => b"|\n",
            (false, _) => b"|+\n",
            (true, 0) => b"|2-\n",
            (true, 1) => b"|2\n",
            (true, _) => b"|2+\n",
        };
        Some(Self { header, text })
    }

    fn write(&self, column: usize, output: &mut Vec<u8>) {
        output.extend_from_slice(self.header);
        for line in self.text.strip_suffix('\n').unwrap_or(self.text).split('\n') {
            if !line.is_empty() {
                indent(column, output);
                output.extend_from_slice(line.as_bytes());
            }
            output.push(b'\n');
        }
    }
}
