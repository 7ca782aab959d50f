//! Lane `browser`: a real browser shows the pages that commands make, and what is on them works.
//!
//! A page is a line of [`PAGES`] and a file beside this one. What every page has to be is in `look`. Pictures in pages of Markdown
//! are drawn by what GitHub draws them with: `mermaid`.

mod docs;
pub mod faults;
mod look;
mod mermaid;
mod plan;

use std::fs;
use std::path::{Path, PathBuf};

use harness::{Browser, Failure, Form, Programs, Report, Scheme, Tab};

use super::Options;
use crate::rendered;

/// A page that a command makes.
pub struct Page {
    /// Its name in messages and in those of its pictures.
    pub name: &'static str,
    /// Writes it, with all that belongs to it, into an empty folder; returns the files to look at, the one to start with first.
    pub write: fn(&Path) -> Result<Vec<PathBuf>, Failure>,
    /// Uses the first file as a reader would; returns what does not work, a sentence each, and how much was tried.
    pub drive: fn(&mut Tab<'_>) -> Result<Driven, Failure>,
}

/// What came of using a page.
#[derive(Default)]
pub struct Driven {
    /// What worked.
    pub worked: usize,
    /// What did not, a sentence each.
    pub failed: Vec<String>,
    /// What else is worth telling.
    pub notes: Vec<String>,
}

impl Driven {
    /// Counts an expectation, or says that it is not met.
    pub fn expect(&mut self, met: bool, otherwise: impl Into<String>) {
        if met {
            self.worked += 1;
        } else {
            self.failed.push(otherwise.into());
        }
    }

    /// Says something that nobody has to mend.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }
}

/// Every page.
const PAGES: [Page; 2] = [plan::PAGE, docs::PAGE];

/// A desk and a telephone, by day and by night.
const FORMS: [Form; 4] = [
    Form { width: 1280, scheme: Scheme::Light },
    Form { width: 1280, scheme: Scheme::Dark },
    Form { width: 390, scheme: Scheme::Light },
    Form { width: 390, scheme: Scheme::Dark },
];

/// Shows every page.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let pictures = pictures()?;
    let mut browser = Browser::start(programs)?;
    for page in &PAGES {
        shown(programs, &mut browser, page, Some(&pictures), report)?;
    }
    let pages = commands::docs::pages_of(rendered::entries())?;
    mermaid::drawn(programs, &mut browser, &pages, report)?;
    report.note(format!("pictures of all pages: {}", pictures.display()));
    Ok(())
}

/// The folder for pictures, for people: nothing compares them.
fn pictures() -> Result<PathBuf, Failure> {
    let folder = support::workspace()?.join("target/browser");
    let made = fs::create_dir_all(&folder);
    made.map_err(|error| {
        Failure::new(format!("cannot make {}: {error}; make room there", folder.display()))
    })?;
    Ok(folder)
}

/// Looks at all files of a page in every form, and uses the first one.
pub fn shown(
    programs: &Programs,
    browser: &mut Browser,
    page: &Page,
    pictures: Option<&Path>,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = page.name;
    let folder = programs.temporary_folder()?;
    let files = (page.write)(folder.path())?;
    let (mut looks, mut worked) = (0, 0);
    for form in FORMS {
        let mut tab = browser.tab(form)?;
        // The first one last, so that it is there to be used.
        for file in files.iter().rev() {
            tab.go(file)?;
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            for wrong in look::at(&mut tab, folder.path())? {
                report.finding(format!("{name}: {stem} at {form}: {wrong}"));
            }
            looks += 1;
            if let Some(pictures) = pictures {
                tab.picture(&pictures.join(format!("{name}-{stem}-{form}.png")))?;
            }
            // Paper is as wide for everybody.
            if form.width == FORMS[0].width {
                tab.print(true)?;
                for wrong in look::at(&mut tab, folder.path())? {
                    report.finding(format!("{name}: {stem} printed at {form}: {wrong}"));
                }
                looks += 1;
                if let Some(pictures) = pictures {
                    tab.picture(&pictures.join(format!("{name}-{stem}-printed-{form}.png")))?;
                }
                tab.print(false)?;
            }
        }
        let driven = (page.drive)(&mut tab)?;
        worked += driven.worked;
        for note in driven.notes {
            report.note(format!("{name} at {form}: {note}"));
        }
        for wrong in driven.failed.into_iter().chain(look::at(&mut tab, folder.path())?) {
            report.finding(format!("{name}: used at {form}: {wrong}"));
        }
        if let Some(pictures) = pictures {
            tab.picture(&pictures.join(format!("{name}-used-{form}.png")))?;
        }
        tab.close()?;
    }
    report.compared(looks, format!("looks at the page {name}: no complaint, nothing from outside, nothing too wide or too faint"));
    report
        .compared(worked, format!("things that a reader does with the page {name}, and that work"));
    Ok(())
}
