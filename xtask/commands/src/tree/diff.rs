//! A plan as a unified diff.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::{Component, Path};

use anstyle::{AnsiColor, Style};
use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use super::comparison::{Action, Change};

/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 3;

const BOLD: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const DELETED: Style = AnsiColor::Red.on_default();
const INSERTED: Style = AnsiColor::Green.on_default();

/// Writes one file after the other, with paths that begin with `root`.
pub(super) fn write(
    root: &Path,
    changes: &[Change],
    output: &mut impl io::Write,
    colour: bool,
) -> io::Result<()> {
    let styled = |style: Style| if colour { style } else { Style::new() };
    for change in changes {
        let path = label(&root.join(&change.path));
        let (old, new) = match &change.action {
            Action::Create { new } => (None, Some(*new)),
            Action::Overwrite { old, new } => (Some(old), Some(*new)),
            Action::Remove { old } => (Some(old), None),
        };
        let before = old.map_or("/dev/null".to_owned(), |_| format!("a/{path}"));
        let after = new.map_or("/dev/null".to_owned(), |_| format!("b/{path}"));
        let bold = styled(BOLD);
        writeln!(output, "{bold}--- {before}{bold:#}")?;
        writeln!(output, "{bold}+++ {after}{bold:#}")?;

        let old = old.map_or(Cow::Borrowed(""), |old| String::from_utf8_lossy(old));
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

/// The path with slashes and without a leading one, as git writes it.
fn label(path: &Path) -> String {
    let names: Vec<_> = path
        .components()
        .filter(|component| matches!(component, Component::Normal(_) | Component::ParentDir))
        .map(|component| component.as_os_str().to_string_lossy())
        .collect();
    names.join("/")
}
