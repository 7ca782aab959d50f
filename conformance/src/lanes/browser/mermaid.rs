//! The pictures of the pages of `cargo xtask docs`, read and drawn by Mermaid itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use harness::{Browser, Failure, Form, Program, Programs, Report, Scheme, Tab, cannot_write};
use serde_json::json;

/// Mermaid draws in any form.
const FORM: Form = Form { width: 1280, scheme: Scheme::Light };

/// Draws every picture on some pages.
pub fn drawn(
    programs: &Programs,
    browser: &mut Browser,
    pages: &BTreeMap<PathBuf, String>,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = programs.temporary_folder()?;
    let script = folder.path().join("mermaid.js");
    let mermaid = programs.path(Program::MERMAID)?;
    fs::copy(mermaid, &script).map_err(|error| cannot_write(&script, &error))?;
    let file = folder.path().join("mermaid.html");
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>Mermaid</title><h1>Mermaid</h1><script src=mermaid.js></script>\
        <script>mermaid.initialize({startOnLoad:false,securityLevel:'strict'})</script>";
    fs::write(&file, page).map_err(|error| cannot_write(&file, &error))?;
    let mut tab = browser.tab(FORM)?;
    tab.go(&file)?;
    let (mut count, mut boxes) = (0, 0);
    for (path, text) in pages {
        for (line, picture) in pictures(text) {
            match draw(&mut tab, picture)? {
                Ok(drawn) => {
                    count += 1;
                    boxes += drawn;
                }
                Err(refused) => report.finding(format!(
                    "docs/platform/{}:{line}: Mermaid does not draw the picture: {refused}",
                    path.display()
                )),
            }
        }
    }
    for complaint in tab.complaints()? {
        report.finding(format!("Mermaid complains in the console: {complaint}"));
    }
    tab.close()?;
    report.compared(
        count,
        "pictures of pages that Mermaid reads and draws, with every box of theirs",
    );
    report.note(format!("{boxes} boxes in pictures of Mermaid"));
    Ok(())
}

/// The pictures of a page, each with the line that it begins in.
fn pictures(text: &str) -> impl Iterator<Item = (usize, &str)> {
    const FENCE: &str = "```mermaid\n";
    text.match_indices(FENCE).map(|(start, _)| {
        let line = text[..start].lines().count() + 2;
        let rest = &text[start + FENCE.len()..];
        (line, rest.split_once("\n```").map_or(rest, |(picture, _)| picture))
    })
}

/// How many boxes Mermaid draws, or why it does not.
fn draw(tab: &mut Tab<'_>, picture: &str) -> Result<Result<usize, String>, Failure> {
    let script = format!(
        "(async()=>{{const text={};try{{const {{diagramType}}=await mermaid.parse(text);\
         const {{svg}}=await mermaid.render('picture',text);\
         const drawn=new DOMParser().parseFromString(svg,'text/html');\
         return [diagramType,drawn.querySelectorAll('.node').length]}}catch(error){{return String(error)}}}})()",
        json!(picture)
    );
    let answer = tab.evaluate(&script)?;
    if let Some(refused) = answer.as_str() {
        return Ok(Err(refused.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    let drawn = answer[1].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let written = picture.lines().filter(|line| is_box(line)).count();
    Ok(if drawn == written {
        Ok(drawn)
    } else {
        Err(format!("it draws {drawn} of {written} boxes"))
    })
}

/// Whether a line is a box: its name, and no space before its shape.
fn is_box(line: &str) -> bool {
    let line = line.trim_start();
    let end = line.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    line.starts_with("b_") && end.is_some_and(|end| !line[end..].starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_with_their_lines_and_boxes() {
        let text = "# A\n\n```mermaid\nflowchart LR\n  b_a[\"a - b\"]\n  b_a -->|\"1\"| b_b\n  b_a --> b_b\n```\n\n```mermaid\nx\n```\n";
        let found: Vec<_> = pictures(text).collect();
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 11]);
        assert_eq!(found[0].1.lines().filter(|line| is_box(line)).count(), 1);
        assert_eq!(found[1].1, "x");
    }
}
