//! The tables of `docs/migrating-from-helm.md`.

use serde_json::Value;

use crate::path;
use crate::pattern::Pattern;

/// The file, as messages name it.
pub const FILE: &str = "docs/migrating-from-helm.md";

const COLUMNS: [&str; 8] =
    ["Environment", "Object", "Field", "Helm release", "Here", "Why", "In place", "Command"];

/// One deliberate difference.
pub struct Row {
    pub line: usize,
    pub environments: Vec<String>,
    pub object: Pattern,
    pub field: Field,
    pub helm: Cell,
    pub here: Cell,
}

/// The part in which two objects differ.
#[derive(Clone, PartialEq, Eq)]
pub enum Field {
    /// Whether the object exists.
    Object,
    ApiVersion,
    Labels,
    Selector,
    /// A path into the rendered object.
    Path(String),
}

/// A value in the document's notation.
pub enum Cell {
    Absent,
    Text(String),
}

/// Reads the rows of every table of differences.
pub fn parse(text: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut in_table = false;
    for (index, line) in text.lines().enumerate() {
        let cells = cells(line);
        if cells == COLUMNS {
            in_table = true;
        } else if cells.is_empty() {
            in_table = false;
        } else if in_table && !cells.iter().all(|cell| cell.trim_matches('-').is_empty()) {
            rows.push(
                row(index + 1, &cells).map_err(|error| format!("{FILE}:{}: {error}", index + 1))?,
            );
        }
    }
    if rows.is_empty() {
        return Err(format!("{FILE}: no table with the columns {COLUMNS:?}: restore it"));
    }
    Ok(rows)
}

/// The cells of a table row; `None` for other lines.
fn cells(line: &str) -> Vec<String> {
    let Some(line) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
        return Vec::new();
    };
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn row(line: usize, cells: &[String]) -> Result<Row, String> {
    let [environment, object, field, helm, here, why, in_place, command] = cells else {
        return Err(format!(
            "{} cells where {} belong: fill the columns of the table",
            cells.len(),
            COLUMNS.len()
        ));
    };
    if why.is_empty() {
        return Err("the column Why is empty: say what the difference is good for".to_owned());
    }
    match (in_place.as_str(), command.as_str()) {
        ("yes", "–") => {}
        ("no", command) if code(command).is_some_and(|code| code.starts_with("kubectl ")) => {}
        _ => {
            return Err(format!(
                "In place {in_place:?} with the command {command:?}: write yes and –, or no and the `kubectl …` that makes room"
            ));
        }
    }
    Ok(Row {
        line,
        environments: environment.split(", ").map(str::to_owned).collect(),
        object: Pattern::parse(code(object).ok_or_else(|| no_code("Object", object))?)?,
        field: Field::parse(code(field).ok_or_else(|| no_code("Field", field))?)?,
        helm: Cell::parse("Helm release", helm)?,
        here: Cell::parse("Here", here)?,
    })
}

fn no_code(column: &str, cell: &str) -> String {
    format!("the column {column} holds {cell:?}: put the value between backticks")
}

/// The text between backticks.
fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

impl Field {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "object" => Self::Object,
            "apiVersion" => Self::ApiVersion,
            "labels" => Self::Labels,
            "selector" => Self::Selector,
            path => {
                path::values(&Value::Null, path)?;
                Self::Path(path.to_owned())
            }
        })
    }

    /// The name in the column `Field`.
    pub fn title(&self) -> &str {
        match self {
            Self::Object => "object",
            Self::ApiVersion => "apiVersion",
            Self::Labels => "labels",
            Self::Selector => "selector",
            Self::Path(path) => path,
        }
    }
}

impl Cell {
    /// Reads the value of a cell.
    pub fn parse(column: &str, cell: &str) -> Result<Self, String> {
        if cell == "absent" {
            return Ok(Self::Absent);
        }
        code(cell).map(|text| Self::Text(text.to_owned())).ok_or_else(|| {
            format!(
                "the column {column} holds {cell:?}: write absent, or the value between backticks"
            )
        })
    }

    /// Whether the cell matches this value of an object; `fill` replaces the placeholders.
    pub fn means(&self, value: Option<&Value>, fill: impl Fn(&str) -> String) -> bool {
        match (self, value) {
            (Self::Absent, value) => value.is_none(),
            (Self::Text(_), None) => false,
            (Self::Text(text), Some(_)) if text == "…" => true,
            (Self::Text(text), Some(value)) => {
                let text = fill(text);
                match value {
                    Value::String(value) if text.contains('…') => fits(&text, value),
                    value => *value == json(&text),
                }
            }
        }
    }
}

/// JSON where the text is JSON, a string otherwise.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Whether `value` is `pattern` with at least one character for every ellipsis.
fn fits(pattern: &str, value: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == value,
        Some((before, after)) => value.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .skip(1)
                .map(|(index, _)| index)
                .chain([rest.len()])
                .any(|end| end > 0 && fits(after, &rest[end..]))
        }),
    }
}
