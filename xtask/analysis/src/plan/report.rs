//! Plans as people and programs read them.

mod html;
mod json;
mod markdown;
mod text;

use support::Failure;

use super::Plan;
use crate::command::plan::Format;
use crate::objects::Value;

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

/// Why there are objects that a plan does not see, and how to see them.
fn unseen_title(plan: &Plan) -> &'static str {
    if plan.is_rendered {
        "Not seen, because it could not be rendered"
    } else {
        "Not seen, because charts are not rendered here; --charts renders them as Argo CD does"
    }
}

/// What stands above values that were not compared.
const RANDOM_TITLE: &str = "Made anew at each rendering, so not compared";

/// Plans as text without colours.
#[must_use]
pub fn plain(plans: &[Plan]) -> String {
    text::print(plans, false)
}
