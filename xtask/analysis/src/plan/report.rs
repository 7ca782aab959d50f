//! Plans as people and programs read them.

mod html;
mod json;
mod markdown;
mod text;

use serde_json::Value;
use support::Failure;

use super::Plan;
use crate::command::plan::Format;

/// Plans in a format.
///
/// # Errors
/// If they cannot be written as JSON.
pub fn print(format: Format, plans: &[Plan]) -> Result<String, Failure> {
    Ok(match format {
        Format::Text => text::print(plans, support::output::colours()),
        Format::Markdown => markdown::print(plans),
        Format::Json => json::print(plans)?,
        Format::Html => html::print(plans),
    })
}

/// Plans for programs, each by itself.
///
/// # Errors
/// If they cannot be written as JSON.
pub fn values(plans: &[Plan]) -> Result<Vec<Value>, Failure> {
    plans.iter().map(json::single).collect()
}

/// Plans as text without colours.
#[must_use]
pub fn plain(plans: &[Plan]) -> String {
    text::print(plans, false)
}
