//! Plans as people and programs read them.

mod text;

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
        Format::Markdown | Format::Json | Format::Html => text::print(plans, false),
    })
}

/// Plans as text without colours.
#[must_use]
pub fn plain(plans: &[Plan]) -> String {
    text::print(plans, false)
}
