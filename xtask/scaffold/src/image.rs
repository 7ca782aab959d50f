//! `image`: the tags of the images of an environment, as its sources have them.
//!
//! `set` edits the literal of one tag and renders: both change, or nothing does.

mod places;
mod render;

use std::fmt::Write as _;
use std::path::Path;

use clap::Subcommand;
use support::{Failure, Result, visible};

use crate::environment::sources;
use crate::plan::Plan;
use crate::source::Source;
use places::{Place, Written};

/// What `cargo xtask image` starts.
#[derive(Subcommand)]
pub enum Command {
    /// Sets tags
    Set {
        /// The environment
        environment: String,
        /// Names of those whose new tag is moved by the next build
        #[arg(long)]
        moves: Vec<String>,
        /// Each image and its new tag
        #[arg(required = true, value_parser = assignment)]
        images: Vec<(String, String)>,
    },
    /// Lists images
    List {
        /// The environments
        environments: Vec<String>,
    },
}

fn assignment(text: &str) -> std::result::Result<(String, String), String> {
    let (name, tag) = text.split_once('=').ok_or("it is no NAME=TAG")?;
    Ok((name.to_owned(), tag.to_owned()))
}

/// A file of an environment, and the images in it.
struct File {
    path: String,
    text: String,
    places: Vec<Place>,
}

/// Runs a command, and returns what a person reads.
///
/// # Errors
/// If it cannot be done; then nothing is changed.
pub fn run(plan: Plan, command: Command) -> Result<String> {
    match command {
        Command::Set { environment, moves, images } => set(plan, &environment, &moves, &images),
        Command::List { environments } => {
            let mut lines = String::new();
            for environment in &environments {
                for file in files(&plan, environment)? {
                    for place in &file.places {
                        let _ = writeln!(lines, "{environment} {}", place.line(&file.path));
                    }
                }
            }
            Ok(lines)
        }
    }
}

fn set(
    mut plan: Plan,
    environment: &str,
    moves: &[String],
    images: &[(String, String)],
) -> Result<String> {
    let files = files(&plan, environment)?;
    let mut changes: Vec<(&File, &Place, String)> = Vec::new();
    for (name, tag) in images {
        let (file, place) = find(environment, &files, name)?;
        let literal = place.literal(&file.path, tag, moves.contains(name))?;
        if let Some((.., earlier)) =
            changes.iter().find(|(_, known, _)| std::ptr::eq(*known, place))
        {
            if *earlier != literal {
                return Err(Failure::new(format!(
                    "{} is named twice, with two tags; nothing was written: say which of them it is to be",
                    visible(name)
                )));
            }
            continue;
        }
        changes.push((file, place, literal));
    }
    let mut report = String::new();
    for file in &files {
        let own = || changes.iter().filter(|(of, ..)| std::ptr::eq(*of, file));
        let (mut source, _) = Source::parse(&file.path, &file.text)?;
        for (_, place, literal) in own() {
            let Written::Own { range, text, .. } = &place.written else { continue };
            let what = if text == literal { "as it was" } else { "changed" };
            let _ = writeln!(
                report,
                "{what:9} {}:{} {}: {}",
                file.path,
                place.line,
                place.name(),
                if text == literal { text.clone() } else { format!("{text} -> {literal}") }
            );
            source.replace_range(range.clone(), format!("{literal:?}"));
        }
        if own().any(|(_, place, literal)| place.text() != Some(literal)) {
            let new = source.finish(plan.root())?;
            plan.change(&file.path, file.text.clone(), new);
        }
    }
    let root = plan.root().to_owned();
    plan.apply_then(|| render::run(&root, environment))?;
    Ok(report)
}

/// The one image of this name.
fn find<'a>(environment: &str, files: &'a [File], name: &str) -> Result<(&'a File, &'a Place)> {
    let all = || files.iter().flat_map(|file| file.places.iter().map(move |place| (file, place)));
    let found: Vec<(&File, &Place)> = all().filter(|(_, place)| place.is_called(name)).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(format!(
            "{environment} has no image {}{}; nothing was written: `cargo xtask image list {environment}` lists all",
            visible(name),
            alike(all().map(|(_, place)| place), name)
        ))),
        several => {
            let fields = several.iter().filter_map(|(_, place)| place.field.as_deref());
            let fields: Vec<&str> = fields.collect();
            Err(Failure::new(format!(
                "{environment} has {} images {}; nothing was written: name the field, {}",
                several.len(),
                visible(name),
                fields.join(" or ")
            )))
        }
    }
}

/// What was probably meant.
fn alike<'a>(places: impl Iterator<Item = &'a Place>, name: &str) -> String {
    const NAMED: usize = 3;
    const LIKE: f64 = 0.75;
    let names = places.flat_map(|place| [Some(place.repository.as_str()), place.field.as_deref()]);
    let mut scored: Vec<(f64, &str)> = names
        .flatten()
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(likeness, known)| *likeness > LIKE || (name.len() > 2 && known.contains(name)))
        .collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    scored.dedup_by_key(|(_, known)| *known);
    let names: Vec<&str> = scored.into_iter().take(NAMED).map(|(_, known)| known).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(" (did you mean {}?)", names.join(" or ")),
    }
}

/// The sources of an environment: its crate, or, where one crate has all of them, what is named after it.
fn files(plan: &Plan, environment: &str) -> Result<Vec<File>> {
    let own = format!("environments/{environment}/src");
    let (folder, within) = if plan.root().join(&own).is_dir() {
        (own, None)
    } else {
        ("environments/src".to_owned(), Some(environment))
    };
    let mut files = Vec::new();
    for below in sources(&plan.root().join(&folder))? {
        let path = format!("{folder}/{below}");
        if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
            let text = plan.read(&path)?;
            let (_, syntax) = Source::parse(&path, &text)?;
            // A file of the environment's name is its own.
            let is_own = Path::new(&below).iter().any(|part| {
                Path::new(part)
                    .file_stem()
                    .is_some_and(|stem| Some(stem) == within.map(AsRef::as_ref))
            });
            let places = places::of(&syntax, within.filter(|_| !is_own));
            files.push(File { path, text, places });
        }
    }
    Ok(files)
}
