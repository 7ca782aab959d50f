//! What is shown while objects are written and waited for: a table on a terminal, a line for each news elsewhere.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use rustix::termios::tcgetwinsize;
use support::visible;

/// What is shown to the user.
pub struct Show {
    is_table: bool,
    /// How many lines of the table are on the screen.
    drawn: usize,
    title: String,
    /// The titles that were told, where there is no table.
    titles: HashSet<String>,
    rows: BTreeMap<String, String>,
    /// What was told of an object last, where there is no table.
    told: BTreeMap<String, String>,
}

/// At most so many rows; the others are counted.
const ROWS: usize = 12;

impl Show {
    /// For standard error.
    pub fn new() -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|terminal| terminal == "dumb");
        Self::of(io::stderr().is_terminal() && !is_dumb)
    }

    fn of(is_table: bool) -> Self {
        Self {
            is_table,
            drawn: 0,
            title: String::new(),
            titles: HashSet::new(),
            rows: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// Tells a line that stays.
    pub fn tell(&mut self, line: &str) {
        let mut text = self.erase();
        text.push_str(line);
        text.push('\n');
        text.push_str(&self.table());
        print(&text);
    }

    /// What is under way.
    pub fn title(&mut self, title: String) {
        if !self.is_table && self.titles.insert(title.clone()) {
            print(&format!("{title}\n"));
        }
        self.title = title;
        self.draw();
    }

    /// What is waited for, each with its state; what is not among them is done.
    pub fn rows(&mut self, rows: BTreeMap<String, String>) {
        if !self.is_table {
            for (name, state) in &rows {
                if self.told.get(name) != Some(state) {
                    print(&format!("  {name}: {state}\n"));
                }
            }
            for name in self.told.keys().filter(|name| !rows.contains_key(*name)) {
                print(&format!("  {name}: ready\n"));
            }
            self.told.clone_from(&rows);
        }
        if rows != self.rows {
            self.rows = rows;
            self.draw();
        }
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.is_table
    }

    /// What is waited for before it can be written; it is not told that it is ready.
    pub fn waits(&mut self, rows: BTreeMap<String, String>) {
        if !self.is_table {
            for (name, state) in &rows {
                if self.told.get(name) != Some(state) {
                    print(&format!("  {name}: {state}\n"));
                }
            }
            self.told.clone_from(&rows);
        }
        if rows != self.rows {
            self.rows = rows;
            self.draw();
        }
    }

    /// Forgets what was waited for, which need not be ready.
    pub fn clear(&mut self) {
        self.told.clear();
        self.rows.clear();
        self.draw();
    }

    /// Takes the table away.
    pub fn end(&mut self) {
        let text = self.erase();
        self.title.clear();
        self.rows.clear();
        self.told.clear();
        print(&text);
    }

    fn draw(&mut self) {
        if self.is_table {
            let text = self.erase() + &self.table();
            print(&text);
        }
    }

    /// What takes the lines of the table from the screen.
    fn erase(&mut self) -> String {
        let mut text = String::new();
        if self.drawn > 0 {
            // Up, then clear to the end of the screen.
            let _ = write!(text, "\u{1b}[{}A\r\u{1b}[J", self.drawn);
        }
        self.drawn = 0;
        text
    }

    fn table(&mut self) -> String {
        if !self.is_table || self.title.is_empty() {
            return String::new();
        }
        let width = width();
        let lines = lines(&self.title, &self.rows, width);
        self.drawn = lines.len();
        lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }
}

/// The lines of a table, none longer than the screen is wide.
fn lines(title: &str, rows: &BTreeMap<String, String>, width: usize) -> Vec<String> {
    let mut lines = vec![cut(title, width)];
    let widest =
        rows.keys().take(ROWS).map(|name| name.chars().count()).max().unwrap_or(0).min(width / 2);
    for (name, state) in rows.iter().take(ROWS) {
        // Of a log only the first line fits.
        let state = state.lines().next().unwrap_or_default();
        let row = format!("  {:<widest$}  {state}", cut(name, widest));
        lines.push(cut(&row, width));
    }
    if rows.len() > ROWS {
        lines.push(cut(&format!("  … and {} more", rows.len() - ROWS), width));
    }
    lines
}

fn cut(text: &str, width: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= width {
        return text;
    }
    let start: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{start}…")
}

fn width() -> usize {
    let size = tcgetwinsize(io::stderr()).map(|size| usize::from(size.ws_col));
    // The last column would break the line on some terminals.
    size.ok().filter(|width| *width > 20).unwrap_or(80) - 1
}

/// A closed terminal is not worth a failure.
fn print(text: &str) {
    if !text.is_empty() {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_no_wider_and_no_longer_than_a_screen() {
        let mut rows: BTreeMap<String, String> = (0..20)
            .map(|number| {
                (
                    format!("Deployment.apps shop/web-{number:02}"),
                    "0 of 1 pods are available".to_owned(),
                )
            })
            .collect();
        rows.insert(
            "Deployment.apps shop/a".to_owned(),
            "a: gin crashes: exit code 1\n      | panic".to_owned(),
        );
        let lines = lines("wave 1 of 2 (0.1: shop): 20 of 20 written, 21 not ready", &rows, 50);
        assert!(lines.iter().all(|line| line.chars().count() <= 50), "{lines:#?}");
        insta::assert_snapshot!(lines[..3].join("\n") + "\n" + &lines[lines.len() - 1]);
    }
}
