//! Where charts.toml and a chart do not agree, and the lines of charts.toml that would settle it.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use support::{Failure, Result};

/// What does not agree.
#[derive(Debug)]
pub struct Problem {
    /// In one sentence, with the way out.
    pub sentence: String,
    /// The lines that settle it; none where a person has to look.
    pub proposals: Vec<Proposal>,
}

/// A line of charts.toml.
#[derive(Debug)]
pub struct Proposal {
    /// The table of the chart that takes it.
    pub table: &'static str,
    /// Its key.
    pub path: String,
    /// Its value.
    pub value: String,
    /// What stands behind it.
    pub remark: Option<String>,
}

impl From<String> for Problem {
    fn from(sentence: String) -> Self {
        Self { sentence, proposals: Vec::new() }
    }
}

/// The text of charts.toml with the lines that settle the problems of a chart, all else as it was; the position is that of the chart.
///
/// # Errors
/// If the text is not TOML of this form.
pub fn settled(file: &str, text: &str, position: usize, problems: &[Problem]) -> Result<String> {
    let unexpected = |reason: String| Failure::new(format!("{file}: {reason}; correct it"));
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| unexpected(error.to_string()))?;
    let charts = document.get_mut("chart").and_then(Item::as_array_of_tables_mut);
    let chart = charts.and_then(|charts: &mut ArrayOfTables| charts.get_mut(position));
    let chart = chart.ok_or_else(|| unexpected("charts are no [[chart]] tables".to_owned()))?;
    for proposal in problems.iter().flat_map(|problem| &problem.proposals) {
        let table = chart.entry(proposal.table).or_insert_with(|| Item::Table(Table::new()));
        let table = table
            .as_table_like_mut()
            .ok_or_else(|| unexpected(format!("{} of a chart is no table", proposal.table)))?;
        let mut value = Value::from(proposal.value.as_str());
        if let Some(remark) = &proposal.remark {
            value.decor_mut().set_suffix(format!(" # {remark}"));
        }
        table.insert(&proposal.path, Item::Value(value));
    }
    Ok(document.to_string())
}
