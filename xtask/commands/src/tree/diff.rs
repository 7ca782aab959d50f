//! A plan as a unified diff.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use anstyle::{AnsiColor, Style};
use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 3;

const BOLD: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const DELETED: Style = AnsiColor::Red.on_default();
const INSERTED: Style = AnsiColor::Green.on_default();

/// Writes how one file changes; an absent one is compared with `/dev/null`.
pub(super) fn write(
    path: &Path,
    old: Option<&[u8]>,
    new: Option<&str>,
    output: &mut impl io::Write,
    colour: bool,
) -> io::Result<()> {
    let styled = |style: Style| if colour { style } else { Style::new() };
    let before = old.map_or("/dev/null".to_owned(), |_| label("a", path));
    let after = new.map_or("/dev/null".to_owned(), |_| label("b", path));
    let bold = styled(BOLD);
    writeln!(output, "{bold}--- {before}{bold:#}")?;
    writeln!(output, "{bold}+++ {after}{bold:#}")?;

    let old = old.map_or(Cow::Borrowed(""), String::from_utf8_lossy);
    // Split by hand: a lone carriage return does not end a line in a patch.
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.unwrap_or_default().split_inclusive('\n').collect();
    for hunk in group_diff_ops(operations(&old, &new), CONTEXT) {
        let style = styled(HUNK);
        writeln!(output, "{style}{}{style:#}", UnifiedHunkHeader::new(&hunk))?;
        for line in hunk.iter().flat_map(|operation| operation.iter_changes(&old, &new)) {
            let style = styled(match line.tag() {
                ChangeTag::Equal => Style::new(),
                ChangeTag::Delete => DELETED,
                ChangeTag::Insert => INSERTED,
            });
            let (text, end) = match line.value().strip_suffix('\n') {
                Some(text) => (text, "\n"),
                None => (line.value(), "\n\\ No newline at end of file\n"),
            };
            write!(output, "{style}{}{text}{style:#}{end}", line.tag())?;
        }
    }
    Ok(())
}

/// The steps from `old` to `new`.
fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let lines: HashSet<&str> = old.iter().copied().collect();
    if !old.is_empty() && !new.is_empty() && !new.iter().any(|line| lines.contains(line)) {
        // Nothing in common, such as after a change of line endings: the search for a shortest diff would take quadratic time.
        return vec![DiffOp::Replace {
            old_index: 0,
            old_len: old.len(),
            new_index: 0,
            new_len: new.len(),
        }];
    }
    capture_diff_slices(Algorithm::Myers, old, new)
}

/// The path with slashes, after `a` or `b`, as git writes it: in quotes where it has characters that would end or change the line.
fn label(side: &str, path: &Path) -> String {
    let mut label = side.to_owned();
    let names = path
        .components()
        .filter(|component| matches!(component, Component::Normal(_) | Component::ParentDir));
    for name in names {
        label.push('/');
        for chunk in name.as_os_str().as_bytes().utf8_chunks() {
            chunk.valid().chars().for_each(|character| escape(character, &mut label));
            for byte in chunk.invalid() {
                // Writing to a String cannot fail.
                let _ = write!(label, "\\{byte:03o}");
            }
        }
    }
    if label.contains('\\') { format!("\"{label}\"") } else { label }
}

fn escape(character: char, label: &mut String) {
    match character {
        '\n' => label.push_str("\\n"),
        '\t' => label.push_str("\\t"),
        '"' | '\\' => label.extend(['\\', character]),
        '\0'..' ' | '\u{7f}' => {
            let _ = write!(label, "\\{:03o}", u32::from(character));
        }
        _ => label.push(character),
    }
}
