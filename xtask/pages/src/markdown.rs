//! Pages as Markdown that GitHub shows, and that reads well as text.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use support::visible;

use crate::Site;
use crate::page::{Block, Level, Page, Piece, Table, Text, prose};

/// How the first line of every page begins: a comment that nobody sees.
pub const MARKER: &str = "<!-- Rendered from ";

/// A page as Markdown.
#[must_use]
pub fn print(page: &Page, site: &Site<'_>) -> String {
    let printer = Printer { site, up: if page.folder.is_empty() { "" } else { "../" } };
    let from = comment(&page.from);
    let mut text = format!(
        "{MARKER}{from} by `cargo xtask docs`: change that, not this page. -->\n\n# {}\n",
        escaped(&page.title)
    );
    for block in &page.blocks {
        text.push('\n');
        printer.block(block, &mut text);
    }
    text
}

/// What may stand in a comment.
fn comment(text: &str) -> String {
    visible(text).replace("--", "-\u{200b}-")
}

struct Printer<'s, 'a> {
    site: &'s Site<'a>,
    /// The way to the folder of the first page.
    up: &'static str,
}

impl Printer<'_, '_> {
    fn block(&self, block: &Block, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = match block {
            Block::Heading(Level::Section, title) => writeln!(text, "## {}", escaped(title)),
            Block::Heading(Level::Part, title) => writeln!(text, "### {}", escaped(title)),
            Block::Words(words) => writeln!(text, "{}", self.text(words)),
            Block::List(items) => {
                for item in items {
                    let _ = writeln!(text, "- {}", self.text(item));
                }
                Ok(())
            }
            Block::Table(table) => {
                self.table(table, text);
                Ok(())
            }
            Block::Picture(about, picture) => {
                writeln!(text, "{}\n\n```mermaid\n{}```", escaped(about), picture.mermaid())
            }
        };
    }

    fn table(&self, table: &Table, text: &mut String) {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        text.push_str(&line(table.head.iter().map(|cell| cell_of(&escaped(cell))).collect()));
        text.push_str(&line(table.head.iter().map(|_| "---".to_owned()).collect()));
        for row in &table.rows {
            text.push_str(&line(row.iter().map(|cell| cell_of(&self.text(cell))).collect()));
        }
    }

    fn text(&self, text: &Text) -> String {
        text.iter().map(|piece| self.piece(piece)).collect()
    }

    fn piece(&self, piece: &Piece) -> String {
        let up = self.up;
        match piece {
            Piece::Words(words) => prose(words, code, escaped),
            Piece::Code(text) => code(text),
            Piece::Bundle(name) => {
                let folder = self.site.folder(name);
                format!("[{}]({up}{folder}/{}.md)", escaped(name), address(name))
            }
            Piece::Environment(name) => {
                format!("[{}]({up}environments/{}.md)", escaped(name), address(name))
            }
            Piece::File(path, words) => {
                format!("[{}]({up}../../{})", escaped(words), address(path))
            }
            Piece::Url(url) => {
                if url.starts_with("https://") && url.chars().all(is_of_address) {
                    format!("<{url}>")
                } else {
                    code(url)
                }
            }
        }
    }
}

fn is_of_address(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(letter)
}

/// What stands in a path as it is.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'@');

/// A path as the address of a link.
#[must_use]
pub fn address(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// A cell: its line does not end, and a bar ends no cell.
fn cell_of(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Code, however many backticks are in it.
fn code(text: &str) -> String {
    let text = visible(text).replace('\t', " ");
    if text.is_empty() {
        return String::new();
    }
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Words in which nothing is a command of Markdown or HTML; `**` stays, for what must not be overlooked.
fn escaped(text: &str) -> String {
    let mut words = String::new();
    for letter in visible(text).replace('\t', " ").chars() {
        match letter {
            '<' => words.push_str("&lt;"),
            '>' => words.push_str("&gt;"),
            '&' => words.push_str("&amp;"),
            '\\' | '`' | '[' | ']' | '_' | '~' | '#' => {
                words.push('\\');
                words.push(letter);
            }
            _ => words.push(letter),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_command() {
        assert_eq!(escaped("a_b <img src=x> [c](d) `e"), "a\\_b &lt;img src=x&gt; \\[c\\](d) \\`e");
        assert_eq!(code("a``b"), "``` a``b ```");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(cell_of(&code("a|b")), "`a\\|b`");
        assert_eq!(prose("Set `a_b` to <c>.", code, escaped), "Set `a_b` to &lt;c&gt;.");
        assert_eq!(prose("It`s", code, escaped), "It\\`s");
        assert_eq!(address("a b/c(d).rs"), "a%20b/c%28d%29.rs");
        assert_eq!(comment("a --> b"), "a -\u{200b}-> b");
    }
}
