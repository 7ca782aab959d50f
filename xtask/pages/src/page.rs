//! Pages as blocks, whatever they are printed as.

use crate::picture::Picture;

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its folder below that of the first page; empty for the first page itself.
    pub folder: &'static str,
    /// Its name, without an ending.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is rendered from.
    pub from: String,
    /// What it tells, in order.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// A title of a section, or of a part of one.
    Heading(Level, String),
    /// A paragraph.
    Words(Text),
    /// A list.
    List(Vec<Text>),
    /// A table.
    Table(Table),
    /// A picture, with what it shows.
    Picture(String, Picture),
}

/// The level of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A section.
    Section,
    /// A part of a section.
    Part,
}

/// A table: as many cells in each row as its head has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the columns are.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Text>>,
}

/// A text with links and code in it.
pub type Text = Vec<Piece>;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Words; backticks in them begin and end code, as in documentation.
    Words(String),
    /// What stands in files and programs.
    Code(String),
    /// The page of a bundle, by its name.
    Bundle(String),
    /// The page of an environment, by its name.
    Environment(String),
    /// A file of the repository: its path, and the words of the link.
    File(String, String),
    /// A page elsewhere.
    Url(String),
}

/// Words.
#[must_use]
pub fn words(text: impl Into<String>) -> Text {
    vec![Piece::Words(text.into())]
}

/// Code; nothing where there is none.
#[must_use]
pub fn code(text: impl Into<String>) -> Text {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Piece::Code(text)] }
}

/// Pieces of code with commas between them.
#[must_use]
pub fn codes<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Text {
    joined(texts.into_iter().map(code))
}

/// Texts with commas between them.
#[must_use]
pub fn joined(texts: impl IntoIterator<Item = Text>) -> Text {
    let mut all = Text::new();
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        if !all.is_empty() {
            all.push(Piece::Words(", ".to_owned()));
        }
        all.extend(text);
    }
    all
}

/// A text as plain words, to be searched and compared.
#[must_use]
pub fn plain(text: &Text) -> String {
    let pieces = text.iter().map(|piece| match piece {
        Piece::Words(text)
        | Piece::Code(text)
        | Piece::Bundle(text)
        | Piece::Environment(text)
        | Piece::File(_, text)
        | Piece::Url(text) => text.as_str(),
    });
    pieces.collect()
}

impl Page {
    /// The path of its file, with an ending.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}.md", self.folder, self.name)
    }

    /// Adds a section, unless it is empty.
    pub fn section(&mut self, title: &str, blocks: Vec<Block>) {
        if !blocks.is_empty() {
            self.blocks.push(Block::Heading(Level::Section, title.to_owned()));
            self.blocks.extend(blocks);
        }
    }
}

impl Table {
    /// A table as a block; none where it has no rows.
    #[must_use]
    pub fn block(self) -> Option<Block> {
        (!self.rows.is_empty()).then_some(Block::Table(self))
    }

    /// A table with this head.
    #[must_use]
    pub fn new(head: &[&str], rows: Vec<Vec<Text>>) -> Self {
        Self { head: head.iter().map(|&name| name.to_owned()).collect(), rows }
    }
}

/// Documentation, printed: backticks begin and end code, and one that does not end is a letter.
pub(crate) fn prose(
    text: &str,
    code: impl Fn(&str) -> String,
    words: impl Fn(&str) -> String,
) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        let parts: Vec<String> = parts.into_iter().map(&words).collect();
        return parts.join(&words("`"));
    }
    let parts = parts.into_iter().enumerate();
    parts.map(|(number, part)| if number % 2 == 1 { code(part) } else { words(part) }).collect()
}
