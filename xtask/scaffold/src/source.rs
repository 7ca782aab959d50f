//! New pieces in the text of a Rust file; all other lines stay as they are.

use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};

use support::{Failure, Result};
use syn::punctuated::{Pair, Punctuated};
use syn::spanned::Spanned;

/// A Rust file and what is to be inserted.
pub struct Source<'a> {
    /// Below the workspace.
    path: &'a str,
    text: &'a str,
    /// What is replaced and by which text; mostly nothing.
    pieces: Vec<(Range<usize>, String)>,
}

impl<'a> Source<'a> {
    /// Reads a file; its syntax has the places for insertions.
    ///
    /// # Errors
    /// If it is not Rust.
    pub fn parse(path: &'a str, text: &'a str) -> Result<(Self, syn::File)> {
        let syntax = syn::parse_file(text).map_err(|error| {
            let line = error.span().start().line;
            Failure::new(format!(
                "{path}:{line} is not Rust: {error}; nothing was written: mend it, then run again"
            ))
        })?;
        Ok((Self { path, text, pieces: Vec::new() }, syntax))
    }

    /// That the file lacks something that a new line would stand beside.
    pub fn lacks(&self, what: &str) -> Failure {
        Failure::new(format!(
            "{} has no {what}, so there is no place for the new line; nothing was written: write it by hand, or begin with the file \
             as it was",
            self.path
        ))
    }

    /// The text of a piece of syntax as it stands.
    pub fn text_of(&self, syntax: &impl Spanned) -> &'a str {
        &self.text[syntax.span().byte_range()]
    }

    /// Puts a piece in place of a piece of syntax.
    pub fn replace(&mut self, syntax: &impl Spanned, piece: String) {
        self.pieces.push((syntax.span().byte_range(), piece));
    }

    /// Puts a piece in place of some bytes.
    pub fn replace_range(&mut self, range: Range<usize>, piece: String) {
        self.pieces.push((range, piece));
    }

    pub fn insert_before(&mut self, syntax: &impl Spanned, piece: String) {
        let start = syntax.span().byte_range().start;
        self.pieces.push((start..start, piece));
    }

    pub fn insert_after(&mut self, syntax: &impl Spanned, piece: String) {
        let end = syntax.span().byte_range().end;
        self.pieces.push((end..end, piece));
    }

    pub fn insert_at_end(&mut self, piece: String) {
        let end = self.text.len();
        self.pieces.push((end..end, piece));
    }

    /// Adds an element to a list with commas: before `next`, or else after the last of `group`, or else at the end.
    pub fn insert_element<T: Spanned, P: Spanned>(
        &mut self,
        list: &Punctuated<T, P>,
        is_of_group: impl Fn(&T) -> bool,
        is_later: impl Fn(&T) -> bool,
        piece: &str,
    ) {
        if let Some(next) = list.iter().find(|element| is_of_group(element) && is_later(element)) {
            return self.insert_before(next, format!("{piece},\n"));
        }
        let last_of_group = list.pairs().filter(|pair| is_of_group(pair.value())).last();
        match last_of_group.or_else(|| list.pairs().last()) {
            Some(Pair::Punctuated(_, comma)) => {
                self.insert_after(comma, format!("\n{piece},"));
            }
            Some(Pair::End(element)) => {
                self.insert_after(element, format!(",\n{piece}"));
            }
            None => {}
        }
    }

    /// The text with all pieces, formatted.
    ///
    /// # Errors
    /// If rustfmt cannot be started or does not accept it.
    pub fn finish(mut self, root: &Path) -> Result<String> {
        self.pieces.sort_by_key(|(range, _)| range.start);
        let mut text = self.text.to_owned();
        for (range, piece) in self.pieces.into_iter().rev() {
            text.replace_range(range, &piece);
        }
        format(root, &text)
    }
}

/// Formats a file as `cargo fmt` does in this workspace.
///
/// # Errors
/// If rustfmt cannot be started or does not accept it.
pub fn format(root: &Path, text: &str) -> Result<String> {
    let unusable = |error: std::io::Error| {
        Failure::new(format!(
            "rustfmt cannot be run: {error}; nothing was written: install it with `rustup component add rustfmt`"
        ))
    };
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(unusable)?;
    // It reads all of its input before it writes. If it ends before, its output says why.
    let sent = rustfmt.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output().map_err(unusable)?;
    if !output.status.success() {
        let failure = Failure::new("rustfmt does not accept the new text; nothing was written");
        return Err(failure.with_output(&String::from_utf8_lossy(&output.stderr)));
    }
    sent.transpose().map_err(unusable)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
