//! `import chart`: the crate `helm-values` from released Helm charts.

mod absent;
mod agreed;
mod choices;
mod facts;
mod generate;
mod keep;
mod kind;
mod kubernetes;
mod lock;
mod metadata;
mod path;
mod place;
mod problem;
mod rules;
mod schema;
mod shaped;
mod typing;
mod values;
mod yaml;

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use released::{Files, LockedFile, Names, Places, Releases, sha256};

use crate::comment::comment;
use crate::lock_file;
use crate::output::{Changes, File, stamped};
use crate::rustfmt;
use agreed::Agreed;
use kind::Object;
use lock::{Lock, LockedChart};
use problem::Problem;
use shaped::Types;
use support::{Failure, Result, tell};

const EXAMPLES: &str = "\
Examples:
  cargo xtask chart import                     after a change of charts.toml
  cargo xtask chart import --from releases     without a network, from files below the folder releases and the cache
  cargo xtask chart import --check             print what would change, for CI
  cargo xtask chart import --repin             after a change of versions: takes the new digests, too
  cargo xtask chart import --repin --fill      after adding a chart: takes its digests, and JSON where nothing tells a type

Exit codes: 0 no differences, 1 differences found by --check, 2 could not run.";

const NAMES: Names = Names { lock: "charts.toml", option: "--from", download: Some("--download") };

/// Generate the Rust types of Helm values from released charts.
///
/// charts.toml lists the charts with their values.yaml by URL and sha256, and the values that the project sets. Without
/// --from every file is downloaded from its URL, once: it is kept in manifests-released below `XDG_CACHE_HOME` or ~/.cache.
/// Nothing is used before its sha256 has been checked. If the chart has dropped values that are in use, or changed their types,
/// all of them are listed and nothing is written. Changed files are written atomically; files that were not generated are never
/// touched.
///
/// Keep little: what you set, and no more. The message proposes a line for each kept value that has no type.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Arguments {
    /// Read the released files from this file or folder, and what it lacks from the cache, instead of the network.
    ///
    /// Below a folder, the file with the listed sha256 is taken, whatever its name. All files that are nowhere are listed at
    /// once, with the commands that download them.
    #[arg(long, value_name = "FILE|DIR")]
    from: Option<PathBuf>,

    /// Download what --from lacks.
    #[arg(long, requires = "from")]
    download: bool,

    /// Print what would change as a unified diff, without writing anything, and exit with 1 if anything would.
    #[arg(long)]
    check: bool,

    /// First write the sha256 of what the URLs hold now into charts.toml, after a change of version and URLs there.
    ///
    /// Whoever commits it vouches for the files: read what changed between the versions.
    #[arg(long, conflicts_with_all = ["from", "check"])]
    repin: bool,

    /// First write the lines that the message proposes into charts.toml, where nothing else is left to decide.
    ///
    /// The types are as wide as what the chart shows: narrow those of values that you set.
    #[arg(long, conflicts_with = "check")]
    fill: bool,

    /// Accept dropped values and changed types; look at the code that sets them first.
    #[arg(long)]
    accept: bool,

    /// The folder of the crate to write, manifests-lib/helm-values of the repository by default.
    ///
    /// Files go to its src folder, and paths.tsv beside it. Its Cargo.toml is yours: it depends on k8s-openapi, serde and
    /// `serde_json`.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,

    /// The list of charts, charts.toml of manifests-lib/helm-values by default.
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
}

/// Regenerates, or compares with `--check`.
///
/// # Errors
/// If the sources do not match charts.toml, or cannot be typed, or change values in use, or the output cannot be written.
/// Nothing is written before everything has been generated.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    // Outside of a checkout, both have to be named.
    let home = || support::workspace().map(|root| root.join("manifests-lib/helm-values"));
    let output = match &arguments.output {
        Some(folder) => folder.clone(),
        None => home()?,
    };
    let output = output.as_path();
    let lock_file = match &arguments.lock {
        Some(file) => file.clone(),
        None => home()?.join("charts.toml"),
    };
    let text = fs::read_to_string(&lock_file).map_err(|error| {
        Failure::new(format!(
            "{} cannot be read: {error}; name the list of charts with --lock",
            lock_file.display()
        ))
    })?;
    let name = lock_file.display().to_string();
    let files = |lock: &Lock| lock.charts.iter().flat_map(LockedChart::files).collect::<Vec<_>>();
    let text = if arguments.repin {
        lock_file::repin(&lock_file, text, NAMES, |text| Ok(files(&Lock::read(&name, text)?)))?
    } else {
        text
    };
    let lock = Lock::read(&name, &text)?;
    // All files first: a wrong digest is reported before anything else.
    let files = files(&lock);
    let places = Places::of(arguments.from.as_deref(), arguments.download);
    let files = Releases::of_this_user(NAMES).get(places, &files)?;
    let sources = lock.charts.iter().map(|chart| sources(chart, &files));
    let sources: Vec<Sources> = sources.collect::<Result<_>>()?;
    let written = text;
    let text =
        if arguments.fill { filled(&name, written.clone(), &sources)? } else { written.clone() };
    let lock = Lock::read(&name, &text)?;
    let charts = typed(&lock, &sources)?;
    let count = charts.len();
    let mut now = Agreed::default();
    for (chart, values, _) in &charts {
        now.add(chart, values);
    }
    if !arguments.accept {
        refuse_broken(&agreed(output)?, &now, &lock)?;
    }
    let origin = format!("charts.toml, sha256 {}", sha256(text.as_bytes()));
    let changes = Changes::find(output, generate(charts, &now, &origin)?)?;
    if arguments.check {
        support::output::print(&changes.diff())?;
        return Ok(ExitCode::from(u8::from(!changes.is_empty())));
    }
    if text != written {
        lock_file::replace(&lock_file, &written, &text)?;
        let lines = text.lines().count() - written.lines().count();
        tell(format_args!("{name}: {lines} new lines; narrow the types of what you set"));
    }
    let changes = changes.apply()?;
    tell(format_args!(
        "{} {} in {}: {}",
        count,
        if count == 1 { "chart" } else { "charts" },
        output.display(),
        changes.summary()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The sources of one chart.
struct Sources {
    values: serde_json::Map<String, serde_json::Value>,
    schema: Option<serde_json::Value>,
}

impl Sources {
    fn typed(&self, chart: &LockedChart) -> std::result::Result<(Object, Types), Vec<Problem>> {
        typing::of(chart, self.values.clone(), self.schema.as_ref())
    }
}

/// A chart with the type of its values, and the types that it consists of.
type Typed<'a> = (&'a LockedChart, Object, Types);

fn typed<'a>(lock: &'a Lock, sources: &[Sources]) -> Result<Vec<Typed<'a>>> {
    let mut charts = Vec::new();
    let mut problems = Vec::new();
    for (chart, sources) in lock.charts.iter().zip(sources) {
        match sources.typed(chart) {
            Ok((values, types)) => charts.push((chart, values, types)),
            Err(of_it) => problems.extend(of_chart(chart, of_it)),
        }
    }
    if problems.is_empty() {
        return Ok(charts);
    }
    Err(not_agreed(&problems))
}

/// How often lines may be added: a type may show what has no name yet, and a name what has none any more.
const ROUNDS: usize = 8;

/// The text of charts.toml with what the problems propose, where each of a chart's problems proposes something.
fn filled(name: &str, mut text: String, sources: &[Sources]) -> Result<String> {
    for _ in 0..ROUNDS {
        let lock = Lock::read(name, &text)?;
        let before = text.len();
        for (position, (chart, sources)) in lock.charts.iter().zip(sources).enumerate() {
            let problems = sources.typed(chart).err().unwrap_or_default();
            let is_open = problems.iter().any(|problem| problem.proposals.is_empty());
            if !problems.is_empty() && !is_open {
                text = problem::settled(name, &text, position, &problems)?;
            }
        }
        if text.len() == before {
            break;
        }
    }
    Ok(text)
}

fn of_chart(chart: &LockedChart, problems: Vec<Problem>) -> impl Iterator<Item = String> {
    problems.into_iter().map(|problem| format!("{}: {}", chart.name, problem.sentence))
}

fn not_agreed(problems: &[String]) -> Failure {
    Failure::new(format!("charts.toml and the charts do not agree:{}", listed(problems)))
}

fn sources(chart: &LockedChart, files: &Files) -> Result<Sources> {
    let get = |file: &LockedFile| -> Result<(String, String)> {
        let found = files.get(file)?;
        Ok((found.origin.clone(), found.into_text()?))
    };
    let (file, text) = get(&chart.values)?;
    let mut values = values::read(&file, &text)?;
    if let Some(key) = &chart.defaults_below {
        values = match values.remove(key) {
            Some(serde_json::Value::Object(defaults)) => defaults,
            _ => {
                return Err(Failure::new(format!(
                    "{file} has no object {key}, below which charts.toml expects the defaults of {}; correct defaults_below",
                    chart.release()
                )));
            }
        };
    }
    if let Some(file) = &chart.metadata {
        let (file, text) = get(file)?;
        let carried = chart.dependencies.as_ref().map(get).transpose()?;
        let carried = carried.as_ref().map(|(file, text)| (file.as_str(), text.as_str()));
        metadata::check(chart, (&file, &text), carried)?;
    }
    for subchart in &chart.subcharts {
        let (file, text) = get(&subchart.values)?;
        values::coalesce(&mut values, &subchart.key, values::read(&file, &text)?);
    }
    let schema = match &chart.schema {
        Some(schema) => {
            let (file, text) = get(schema)?;
            Some(serde_json::from_str(&text).map_err(|error| {
                Failure::new(format!(
                    "{file} is not JSON: {error}; compare it with the release it was taken from"
                ))
            })?)
        }
        None => None,
    };
    Ok(Sources { values, schema })
}

/// The types that the crate was generated with before; empty if it is new.
fn agreed(output: &Path) -> Result<Agreed> {
    let file = output.join("paths.tsv");
    match fs::read_to_string(&file) {
        Ok(text) => Ok(Agreed::read(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Agreed::default()),
        Err(error) => Err(Failure::new(format!(
            "{} cannot be read: {error}; restore it from git",
            file.display()
        ))),
    }
}

fn refuse_broken(before: &Agreed, now: &Agreed, lock: &Lock) -> Result<()> {
    let broken: Vec<String> = lock
        .charts
        .iter()
        .flat_map(|chart| {
            let broken = before.broken(chart, now).into_iter();
            broken.map(|sentence| format!("{}: {sentence}", chart.release()))
        })
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "values that are in use have changed; look at the code that sets them, then run again with --accept:{}",
        listed(&broken)
    )))
}

fn listed(sentences: &[String]) -> String {
    sentences.iter().fold(String::new(), |mut list, sentence| {
        let _ = write!(list, "\n  {sentence}");
        list
    })
}

fn generate(charts: Vec<Typed<'_>>, agreed: &Agreed, origin: &str) -> Result<Vec<File>> {
    let mut formatted = vec![("src/lib.rs".to_owned(), root(&charts))];
    let mut origins = vec![vec![origin.to_owned()]];
    for (chart, values, types) in charts {
        let module = generate::module(chart, &values, types);
        formatted.push((format!("src/{}.rs", chart.module()), module));
        origins.push(origins_of(chart));
    }
    rustfmt::format(&mut formatted)?;
    formatted.push(("paths.tsv".to_owned(), agreed.text()));
    origins.push(vec![origin.to_owned()]);
    let files = formatted.into_iter().zip(origins);
    Ok(files
        .map(|((path, body), origins)| File {
            path,
            text: stamped("cargo xtask chart import", &origins, &body),
        })
        .collect())
}

fn origins_of(chart: &LockedChart) -> Vec<String> {
    let mut origins = vec![format!("{}, release {}", chart.values.url, chart.version)];
    if let Some(schema) = &chart.schema {
        origins.push(format!("{}, release {}", schema.url, chart.version));
    }
    for subchart in &chart.subcharts {
        origins.push(format!("{}, release {}", subchart.values.url, subchart.version));
    }
    origins
}

/// Lints of the workspace that generated types cannot keep.
const LINTS: &str = r#"#![allow(
    clippy::enum_variant_names,
    clippy::struct_field_names,
    reason = "the names are those of the charts"
)]
"#;

/// The code that all charts share.
const LIBRARY: &str = include_str!("chart/library.rs.txt");

fn root(charts: &[Typed<'_>]) -> String {
    let documentation = include_str!("chart/crate_documentation.md").trim_end();
    let mut text = comment("//!", documentation);
    let _ = writeln!(text, "\n{LINTS}");
    let mut modules: Vec<String> = charts.iter().map(|(chart, ..)| chart.module()).collect();
    modules.sort();
    for module in modules {
        let _ = writeln!(text, "pub mod {module};");
    }
    text + LIBRARY
}
