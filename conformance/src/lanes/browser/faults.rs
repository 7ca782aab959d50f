//! Faults for the lane `browser`.

use std::fs;
use std::path::{Path, PathBuf};

use harness::{Browser, Failure, Programs, Report, cannot_write};

use super::{Driven, Page, shown};
use crate::lanes::Options;
use crate::lanes::faults::expect;

const GOOD: &str = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>\
    <style>:root{color-scheme:light dark}</style><title>Page</title><h1>Page</h1><p>Text</p>";

/// Each alone on a page that is otherwise as it has to be.
const FAULTS: [(&str, &str, &[&str]); 11] = [
    (
        "an error of a script",
        "<script>undefined.field</script>",
        &["the console says", "TypeError"],
    ),
    (
        "a promise that nobody looks at",
        "<script>Promise.reject(new Error('late'))</script>",
        &["the console says", "late"],
    ),
    ("a complaint", "<script>console.error('no', 7)</script>", &["the console says \"no 7\""]),
    (
        "a picture that is nowhere",
        "<img src=nowhere.png alt=''>",
        &["the console says", "ERR_FILE_NOT_FOUND"],
    ),
    (
        "a request to somebody else",
        "<img src='http://127.0.0.1:9/' alt=''>",
        &["it asks for http://127.0.0.1:9/"],
    ),
    (
        "a line that is too wide",
        "<p style='width:2000px'>wide</p>",
        &["\"wide\" is wider than the window"],
    ),
    (
        "a line that is too faint by day",
        "<p style='color:light-dark(#999,#fff)'>faint</p>",
        &["-light: <p> \"faint\" is too faint"],
    ),
    (
        "a line that is too faint by night",
        "<p style='color:#333'>dark</p>",
        &["-dark: <p> \"dark\" is too faint"],
    ),
    ("a field without a name", "<input>", &["has no name that is read out"]),
    ("a link to nowhere", "<a href='#nowhere'>there</a>", &["#nowhere leads nowhere"]),
    ("a second heading", "<h1>Other</h1>", &["it has 2 headings"]),
];

/// Pages with something wrong, and one with nothing wrong.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut browser = Browser::start(programs)?;
    let mut of = |write| {
        let page = Page { name: "fault", write, drive: |_| Ok(Driven::default()) };
        let mut said = Report::default();
        shown(programs, &mut browser, &page, None, &mut said)?;
        Ok::<_, Failure>(said.findings)
    };
    for finding in of(|folder| Ok(vec![file(folder, "good", "")?]))? {
        report.finding(format!("a lane finds a fault in a page that has none: {finding}"));
    }
    let findings = of(|folder| {
        let faults = FAULTS.iter().enumerate();
        faults.map(|(number, (_, fault, _))| file(folder, &name(number), fault)).collect()
    })?;
    for (number, (fault, _, expected)) in FAULTS.into_iter().enumerate() {
        let stem = format!("{} at", name(number));
        let own: Vec<String> =
            findings.iter().filter(|finding| finding.contains(&stem)).cloned().collect();
        expect(report, fault, &own, expected);
    }
    Ok(())
}

fn name(number: usize) -> String {
    format!("fault-{number}-of-{}", FAULTS.len())
}

fn file(folder: &Path, name: &str, fault: &str) -> Result<PathBuf, Failure> {
    let file = folder.join(format!("{name}.html"));
    fs::write(&file, format!("{GOOD}{fault}")).map_err(|error| cannot_write(&file, &error))?;
    Ok(file)
}
