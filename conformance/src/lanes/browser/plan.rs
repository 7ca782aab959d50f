//! The page of `cargo xtask plan --format html`.

use std::fs;
use std::path::{Path, PathBuf};

use analysis::environment::Environment;
use analysis::objects::{Line, Object, Objects, Origin};
use analysis::plan::{plan, report};
use harness::{Failure, Tab, cannot_write};

use super::{Driven, Page};
use crate::rendered::{self, Rendered};

pub const PAGE: Page = Page { name: "plan", write, drive };

/// What it would take to make the first environment the last one: hundreds of changes with nearly every effect.
fn write(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let environments = rendered::environments()?;
    let (Some(first), Some(last)) = (environments.first(), environments.last()) else {
        return Err(Failure::new(
            "there is no environment to plan: add one to environments/src/lib.rs",
        ));
    };
    let plans = [plan(&analysed(first), &analysed(last)), plan(&analysed(last), &analysed(first))];
    let file = folder.join("plan.html");
    let page = report::print(analysis::command::plan::Format::Html, &plans)?;
    fs::write(&file, page).map_err(|error| cannot_write(&file, &error))?;
    Ok(vec![file])
}

fn analysed(rendered: &Rendered) -> Environment {
    let objects = rendered.objects.iter().filter_map(|object| {
        let (file, line) = object.origin.rsplit_once(':')?;
        let written = Line { file: file.into(), line: line.parse().ok()? };
        let origin = Origin::Rust { written, patched: Vec::new() };
        Object::of(object.value.clone(), origin, Some(object.bundle.as_str().into()))
    });
    Environment::of(Some(rendered.environment.clone()), Objects::new(objects.collect()))
}

/// How many changes can be seen.
const SEEN: &str =
    "[...document.querySelectorAll('.change')].filter(change=>change.checkVisibility()).length";

fn drive(tab: &mut Tab<'_>) -> Result<Driven, Failure> {
    let mut driven = Driven::default();
    let all = tab.evaluate("document.querySelectorAll('.change').length")?;
    driven.expect(all.as_u64() > Some(100), format!("it has only {all} changes"));

    // Folding, by a finger and by keys.
    let is_open = "document.querySelector('details').open";
    let before = tab.evaluate(is_open)?;
    tab.click("summary")?;
    driven
        .expect(tab.evaluate(is_open)? != before, "a press on a bundle does not fold or unfold it");
    tab.evaluate("document.querySelector('summary').focus()")?;
    tab.press("Enter")?;
    driven.expect(
        tab.evaluate(is_open)? == before,
        "the key Enter on a bundle does not fold or unfold it",
    );

    // Search, and its end.
    let seen = tab.evaluate(SEEN)?;
    tab.write("input", "no such object anywhere")?;
    driven.expect(tab.evaluate(SEEN)? == 0, "a search for what is nowhere shows changes");
    let name = "document.querySelector('.change code').textContent";
    let name = tab.evaluate(name)?.as_str().unwrap_or_default().trim().to_uppercase();
    tab.write("input", &name)?;
    let found = tab.evaluate(SEEN)?;
    driven.expect(
        found.as_u64() > Some(0) && found.as_u64() < all.as_u64(),
        format!("a search for {name:?} shows {found} of {all} changes"),
    );
    let told = tab.evaluate("document.querySelector('[role=status]').textContent")?;
    driven.expect(
        told == format!("{found} of {all} changes"),
        format!("a search that shows {found} of {all} changes says {told}"),
    );
    tab.write("input", "")?;
    driven.expect(
        tab.evaluate(SEEN)? == seen,
        "the end of a search does not fold what it has unfolded",
    );
    tab.write("input", "image")?;
    Ok(driven)
}
