//! The file of a plan that was kept, and what has become of what it compared.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use support::{Failure, visible};

use crate::plan::saved::{Drift, Kept, Saved, Side};

/// Larger files are none of ours: a plan of 100,000 objects has less.
const LIMIT: u64 = 1 << 28;

/// So many objects of one side are named; the others are counted.
const NAMED: usize = 50;

/// Reads the plan in a file.
///
/// # Errors
/// If there is none.
pub fn read(path: &Path) -> Result<Saved, Failure> {
    let reason = match fs::metadata(path) {
        Ok(file) if !file.is_file() => "it is no file".to_owned(),
        Ok(file) if file.len() > LIMIT => format!("it has {} bytes", file.len()),
        Ok(_) => match fs::read(path).map_err(|error| error.to_string()) {
            Ok(text) => match Saved::read(&text) {
                Ok(saved) => return Ok(saved),
                Err(reason) => reason,
            },
            Err(reason) => reason,
        },
        Err(error) => error.to_string(),
    };
    Err(Failure::new(format!(
        "{} cannot be verified: {reason}; keep a plan with `plan --save FILE` when it is reviewed",
        path.display()
    )))
}

/// Writes a file as a whole, or not at all.
///
/// # Errors
/// If it cannot be written; what was there stays.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, text).map_err(|error| {
        Failure::new(format!(
            "the plan cannot be kept in {}: {error}; what was there is as it was: name a file in a folder that can be written",
            path.display()
        ))
    })
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one.
    let path = match fs::canonicalize(path) {
        Ok(path) if path.is_file() => path,
        Ok(_) => return Err(io::Error::other("there is something else than a file")),
        Err(_) => path.to_owned(),
    };
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // As the process's mask has it, like any other file.
    let mut file =
        tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// What has become of a plan.
pub struct Verdict {
    /// What is to be told.
    pub text: String,
    /// Whether anything is no longer as it was reviewed.
    pub differs: bool,
    /// Whether all that was reviewed could be compared.
    pub is_whole: bool,
}

/// What is no longer as it was reviewed; what charts make counts where they were rendered both then and now.
///
/// # Errors
/// If the plan has none of an environment.
pub fn verdict(
    reviewed: &Saved,
    path: &Path,
    now: &[(Option<String>, [Side; 2])],
    with_charts: bool,
) -> Result<Verdict, Failure> {
    let (mut text, mut differs) = (String::new(), false);
    let both = reviewed.charts && with_charts;
    let compared = |side: &Side| if both { side.clone() } else { side.without_charts() };
    let (mut unreviewed, mut unseen) = (false, false);
    for (name, [from, to]) in now {
        let kept = of(reviewed, path, name.as_deref())?;
        unreviewed |= !both && (from.has_charts() || to.has_charts());
        unseen |= !both && (kept.from.has_charts() || kept.to.has_charts());
        let (was, from, to) = ([&kept.from, &kept.to].map(compared), compared(from), compared(to));
        let name = name.as_deref().map(|name| format!("{}: ", visible(name))).unwrap_or_default();
        let [deployed, intended] = [was[0].drift(&from), was[1].drift(&to)];
        differs |= !deployed.is_empty() || !intended.is_empty();
        if intended.is_empty() {
            let count = objects(to.len());
            line(
                &mut text,
                format_args!("{name}what is to be deployed is what was reviewed: {count}"),
            );
        } else {
            line(
                &mut text,
                format_args!(
                    "{name}what is to be deployed is not what was reviewed: {}",
                    counted(&intended, to.len())
                ),
            );
            list(&mut text, &intended);
        }
        if !deployed.is_empty() {
            line(
                &mut text,
                format_args!(
                    "{name}what it was compared with has changed since, so that it may have other effects: {}",
                    counted(&deployed, from.len())
                ),
            );
            list(&mut text, &deployed);
        }
    }
    if unseen {
        line(
            &mut text,
            format_args!(
                "what charts make was reviewed as well, and is not compared: verify {} with --charts",
                visible(&path.display().to_string())
            ),
        );
    }
    if unreviewed {
        line(
            &mut text,
            format_args!(
                "what charts make was not reviewed, and is not compared: {} was kept without --charts",
                visible(&path.display().to_string())
            ),
        );
    }
    Ok(Verdict { text, differs, is_whole: !unseen })
}

/// The plan of an environment.
fn of<'a>(saved: &'a Saved, path: &Path, name: Option<&str>) -> Result<&'a Kept, Failure> {
    let found = saved.plans.iter().find(|plan| plan.environment.as_deref() == name);
    found.ok_or_else(|| {
        let known = saved.plans.iter().map(|plan| match &plan.environment {
            Some(name) => visible(name),
            None => "two folders".to_owned(),
        });
        let known: Vec<String> = known.collect();
        let asked = name.map_or_else(|| "two folders".to_owned(), visible);
        Failure::new(format!(
            "{} has no plan of {asked}, only of {}: verify what was compared, with the same --from and --to",
            path.display(),
            known.join(" and ")
        ))
    })
}

fn counted(drift: &Drift, of: usize) -> String {
    format!(
        "{} changed, {} new, {} gone, of {}",
        drift.changed.len(),
        drift.new.len(),
        drift.gone.len(),
        objects(of)
    )
}

fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}

fn list(text: &mut String, drift: &Drift) {
    let signed = [('~', &drift.changed), ('+', &drift.new), ('-', &drift.gone)];
    let all = signed.iter().flat_map(|(sign, of)| of.iter().map(move |object| (sign, object)));
    for (sign, object) in all.take(NAMED) {
        line(text, format_args!("  {sign} {}", visible(object)));
    }
    if drift.len() > NAMED {
        line(text, format_args!("  and {} more", objects(drift.len() - NAMED)));
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to memory cannot fail.
    let _ = writeln!(text, "{line}");
}
