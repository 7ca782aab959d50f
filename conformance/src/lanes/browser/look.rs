//! What every page has to be: quiet, complete in its folder, as wide as its window, readable by day and by night.

use std::path::Path;

use harness::{Failure, Tab};

/// What is wrong with the page as it is shown now, a sentence each; all of it lies in a folder.
pub fn at(tab: &mut Tab<'_>, folder: &Path) -> Result<Vec<String>, Failure> {
    let found = tab.evaluate(include_str!("look.js"))?;
    let found = found.as_array().into_iter().flatten().filter_map(|sentence| sentence.as_str());
    let mut wrong: Vec<String> = found.map(str::to_owned).collect();
    let complaints = tab.complaints()?;
    wrong.extend(complaints.iter().map(|complaint| format!("the console says {complaint:?}")));
    let own = format!("file://{}/", folder.display());
    let outside =
        tab.requests().iter().filter(|url| !url.starts_with(&own) && !url.starts_with("data:"));
    wrong.extend(outside.map(|url| format!("it asks for {url}, which is not beside it")));
    Ok(wrong)
}
