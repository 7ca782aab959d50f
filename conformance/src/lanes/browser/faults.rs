//! Faults for the lane `browser`.

use std::fs;
use std::path::{Path, PathBuf};

use harness::{Browser, Failure, Programs, Report, cannot_write};

use super::{Driven, Page, docs, mermaid, shown};
use crate::lanes::Options;
use crate::lanes::faults::expect;

const GOOD: &str = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>\
    <style>:root{color-scheme:light dark}</style><title>Page</title><h1>Page</h1><p>Text</p>";

/// Each alone on a page that is otherwise as it has to be.
const FAULTS: [(&str, &str, &[&str]); 12] = [
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
        "a line that is too wide for paper",
        "<style>@media print{p{width:2000px}}</style>",
        &["printed at 1280-light: ", "is wider than the window"],
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

/// What the page of `docs` may have wrong, each put in the place of what is right, all at once.
const FAULTS_OF_DOCS: [(&str, &str, &str, &[&str]); 12] = [
    (
        "a page that is lost",
        "pages = packed.pages;",
        "pages = packed.pages; delete pages[Object.keys(pages).find((page) => page.startsWith('services/'))];",
        &["a link of the list of pages leads to another page: services/"],
    ),
    (
        "a link that leads nowhere",
        "main.innerHTML = page.html;",
        "main.innerHTML = page.html.replace('<a href=\"#services/', '<a href=\"#gone/');",
        &["a link leads nowhere: #gone/"],
    ),
    (
        "a box that nothing follows",
        "if (!button) return;",
        "if (!button) { if (event.target.closest('.picture')) event.preventDefault(); return; }",
        &["a press on a box of ", " leads to The platform"],
    ),
    (
        "an object without YAML",
        "object ? object.yaml : ''",
        "''",
        &["an object opens without its YAML: snapshots/"],
    ),
    (
        "an object of a line that is not there",
        "objects = packed.objects;",
        "objects = packed.objects; for (const one of Object.values(objects)) one.lines = ['written at gone.rs:7'];",
        &["gone.rs:7 is no line of this repository"],
    ),
    (
        "a key that opens nothing",
        "dialog.showModal();",
        "if (event.detail || !event.isTrusted) dialog.showModal();",
        &["the key Enter opens no object"],
    ),
    (
        "a search that finds nothing",
        "row.hidden = !is || !there;",
        "row.hidden = words.length > 0;",
        &["a search does not find "],
    ),
    (
        "a choice of an environment that hides nothing",
        "part.hidden = place !== null && ",
        "part.hidden = false && ",
        &["a choice of an environment shows what is not there: "],
    ),
    (
        "differences that are not told apart",
        "row.hidden = choice === 'differs' && ",
        "row.hidden = false && ",
        &["«what differs» shows what is the same: "],
    ),
    (
        "a button of colours that does nothing",
        "dataset.theme = dark ? 'light' : 'dark'",
        "dataset.other = dark ? 'light' : 'dark'",
        &["the button of colours changes none"],
    ),
    (
        "a table that is cut off on paper",
        ".table,.picture{overflow:visible;",
        ".table,.picture{overflow:hidden;width:9rem;",
        &["start: printed, [", "table", "is cut off"],
    ),
    (
        "a list that stays folded on paper",
        "addEventListener('beforeprint'",
        "addEventListener('never'",
        &["start: printed, a list is folded"],
    ),
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
        let stem = format!("{} ", name(number));
        let own: Vec<String> =
            findings.iter().filter(|finding| finding.contains(&stem)).cloned().collect();
        expect(report, fault, &own, expected);
    }
    of_docs(programs, &mut browser, report)?;
    of_mermaid(programs, &mut browser, report)
}

/// The page of `docs` with all that it may have wrong, used once.
fn of_docs(programs: &Programs, browser: &mut Browser, report: &mut Report) -> Result<(), Failure> {
    let folder = programs.temporary_folder()?;
    let mut findings = Vec::new();
    for file in docs::write(folder.path())? {
        let mut page = fs::read_to_string(&file).map_err(|error| cannot_write(&file, &error))?;
        for (fault, right, wrong, _) in FAULTS_OF_DOCS {
            if !page.contains(right) {
                return Err(Failure::new(format!(
                    "the page of docs has no `{right}` to put a fault into, {fault}: choose another place in FAULTS_OF_DOCS"
                )));
            }
            page = page.replacen(right, wrong, 1);
        }
        fs::write(&file, page).map_err(|error| cannot_write(&file, &error))?;
        let mut tab = browser.tab(docs::READ)?;
        tab.go(&file)?;
        findings.extend(docs::drive(&mut tab)?.failed);
        tab.close()?;
    }
    for (fault, _, _, expected) in FAULTS_OF_DOCS {
        expect(report, fault, &findings, expected);
    }
    Ok(())
}

/// Pictures that Mermaid refuses, that it draws as something else, and one that it draws.
fn of_mermaid(
    programs: &Programs,
    browser: &mut Browser,
    report: &mut Report,
) -> Result<(), Failure> {
    let page = |picture: &str| format!("# Page\n\n```mermaid\n{picture}\n```\n");
    let good = "flowchart LR\n  b_a[\"a\"]\n  b_b[\"b\"]\n  b_a --> b_b";
    let pages = [
        ("good.md", good.to_owned()),
        ("refused.md", good.replace("[\"a\"]", "[\"a\"")),
        ("lost.md", good.replace("  b_b[", "  %% b_b[").replace("b_a --> b_b", "b_a[\"c\"]")),
    ];
    let pages = pages.into_iter().map(|(name, picture)| (PathBuf::from(name), page(&picture)));
    let mut said = Report::default();
    mermaid::drawn(programs, browser, &pages.collect(), &mut said)?;
    let of = |name: &str| -> Vec<String> {
        said.findings.iter().filter(|finding| finding.contains(name)).cloned().collect()
    };
    for finding in of("good.md") {
        report.finding(format!("a lane finds a fault in a picture that has none: {finding}"));
    }
    let refused = [
        "docs/platform/refused.md:4: Mermaid does not draw the picture: ",
        "Parse error on line 3",
    ];
    expect(report, "a picture that Mermaid cannot read", &of("refused.md"), &refused);
    expect(report, "a box that Mermaid does not draw", &of("lost.md"), &["it draws 1 of 2 boxes"]);
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
