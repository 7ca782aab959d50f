//! Plans on the command line, of the program here and of `cargo xtask plan`.

mod kept;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use support::{Failure, output, tell};

use crate::environment::Environment;
use crate::objects::{Objects, Read, read};
use crate::plan::saved::{Saved, Side};
use crate::plan::{Effect, Plan as Plans, plan, report};

/// Nothing could be compared, or a part of it could not be read.
pub const FAILED: u8 = 1;
/// Something changes.
pub const CHANGES: u8 = 2;
/// Something changes as it was not to.
pub const FORBIDDEN: u8 = 3;

/// Tell what a change does to a cluster: what is created, restarted, must be recreated, is refused, and where data is lost
///
/// Exit codes: 0 nothing changes, 1 could not compare, 2 something changes, 3 something has an effect of --fail-on. With --verify:
/// 0 what was reviewed, 1 could not compare, 2 something else.
#[derive(Args, Debug)]
pub struct Plan {
    /// File or folder of the manifests that are deployed
    #[arg(long, value_name = "DIR|FILE")]
    from: PathBuf,

    /// File or folder of the manifests that are to be deployed, `-` for standard input
    #[arg(long, value_name = "DIR|FILE|-")]
    to: PathBuf,

    /// What is shared with every plan
    #[command(flatten)]
    pub options: Options,
}

/// Both sides of a plan.
#[derive(Debug)]
pub struct Seen {
    /// What is deployed.
    pub from: Environment,
    /// What is to be.
    pub to: Environment,
    /// Whether nothing is missing that was to be there.
    pub is_whole: bool,
}

/// Options of every plan.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How the plan is printed: text for people, markdown for a comment on a pull request, json for programs, html for a page
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Exit with 3 where something has one of these effects
    #[arg(long, value_name = "EFFECT", value_enum, value_delimiter = ',')]
    pub fail_on: Vec<Effect>,

    /// Also write the plan into a file in one of these formats, such as markdown=plan.md; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", conflicts_with = "verify")]
    pub write: Vec<Written>,

    /// Also keep the plan in this file, with a digest of each object on both sides, for --verify
    #[arg(long, value_name = "FILE", conflicts_with = "verify")]
    pub save: Option<PathBuf>,

    /// In place of a plan, tell object by object whether both sides are still those of the plan that --save has kept in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fail_on", "format"])]
    pub verify: Option<PathBuf>,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For a comment on a pull request, within the length that GitHub takes.
    Markdown,
    /// For programs: one document, whose schema is described in docs/planning.md.
    Json,
    /// For a browser: one page, with nothing beside it.
    Html,
}

/// A file with the plan.
#[derive(Clone, Debug)]
pub struct Written {
    format: Format,
    path: PathBuf,
}

impl FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text
            .split_once('=')
            .filter(|(_, path)| !path.is_empty())
            .ok_or_else(|| "name a format and a file, such as markdown=plan.md".to_owned())?;
        let known = <Format as ValueEnum>::from_str(format, false);
        let format = known.map_err(|_| {
            format!("{format} is no format: text, markdown, json and html are some")
        })?;
        Ok(Self { format, path: path.into() })
    }
}

impl ValueEnum for Effect {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.name()).help(self.words());
        Some(if *self == Self::Recreate { value.alias("replace") } else { value })
    }
}

impl Plan {
    /// Compares the files. With `with_charts`, `see` adds what Applications among them deploy, and tells whether it could add all of it.
    pub fn run(
        &self,
        with_charts: bool,
        see: impl FnOnce(Environment, Environment) -> Result<Seen, Failure>,
    ) -> ExitCode {
        self.compare(with_charts, see).unwrap_or_else(failed)
    }

    fn compare(
        &self,
        with_charts: bool,
        see: impl FnOnce(Environment, Environment) -> Result<Seen, Failure>,
    ) -> Result<ExitCode, Failure> {
        let mut run = Run::new(&self.options, with_charts)?;
        let (from, from_is_whole) = environment(&self.from)?;
        let (to, to_is_whole) = environment(&self.to)?;
        let Seen { from, to, is_whole } = see(from, to)?;
        run.compare(None, (from, from_is_whole && is_whole), (to, to_is_whole && is_whole));
        run.conclude()
    }
}

/// Reports a failure; what could not be compared ends otherwise than what changes.
#[must_use]
pub fn failed(failure: Failure) -> ExitCode {
    // Its own exit code is that of changes.
    let _ = failure.report();
    ExitCode::from(FAILED)
}

/// Prints what is wrong with a command line, or the help that it asks for; a plan that cannot be made is told from one with changes.
#[must_use]
pub fn refused(error: &clap::Error) -> ExitCode {
    // A closed terminal is not worth a failure.
    let _ = error.print();
    let is_plan = std::env::args_os().nth(1).is_some_and(|command| command == "plan");
    let code = u8::try_from(error.exit_code()).unwrap_or(FAILED);
    ExitCode::from(if is_plan && code != 0 { FAILED } else { code })
}

/// The objects of a file or folder, and whether all of it could be read.
fn environment(path: &Path) -> Result<Whole, Failure> {
    let Read { objects, troubles } = read(path)?;
    for trouble in &troubles {
        tell(format_args!("warning: {trouble}"));
    }
    Ok((Environment::of(None, Objects::new(objects)), troubles.is_empty()))
}

/// An environment, and whether all of it could be read.
pub type Whole = (Environment, bool);

/// Comparisons of one call, until all are made.
pub struct Run<'a> {
    options: &'a Options,
    /// The plan to verify.
    reviewed: Option<Saved>,
    plans: Vec<Plans>,
    /// What was compared, where that is kept or verified.
    sides: Vec<(Option<String>, [Side; 2])>,
    with_charts: bool,
    is_whole: bool,
}

impl<'a> Run<'a> {
    /// Reads the plan to verify, if there is one. Whether charts and folders of others that differ are rendered is kept with a plan.
    ///
    /// # Errors
    /// If it is none.
    pub fn new(options: &'a Options, with_charts: bool) -> Result<Self, Failure> {
        let reviewed = options.verify.as_deref().map(kept::read).transpose()?;
        let (plans, sides) = (Vec::new(), Vec::new());
        Ok(Self { options, reviewed, plans, sides, with_charts, is_whole: true })
    }

    /// The environments of the plan to verify; none where there is nothing to verify.
    #[must_use]
    pub fn reviewed(&self) -> Option<Vec<Option<&str>>> {
        let saved = self.reviewed.as_ref()?;
        Some(saved.plans.iter().map(|plan| plan.environment.as_deref()).collect())
    }

    /// Compares what is deployed with what is to be, under the name of an environment.
    pub fn compare(&mut self, name: Option<String>, from: Whole, to: Whole) {
        self.is_whole &= from.1 && to.1;
        let (from, to) = (from.0, to.0);
        if self.reviewed.is_some() || self.options.save.is_some() {
            let sides = [&from, &to].map(|side| Side::of(&side.objects));
            self.sides.push((name.clone(), sides));
        }
        if self.reviewed.is_none() {
            let mut plan = plan(&from, &to);
            plan.environment = name.or(plan.environment);
            self.plans.push(plan);
        }
    }

    /// Prints plans, or what is no longer as it was reviewed; what could not be read on either side is a failure all the same.
    ///
    /// # Errors
    /// If standard output or the file of `--save` cannot be written.
    pub fn conclude(self) -> Result<ExitCode, Failure> {
        let Self { options, reviewed, plans, sides, with_charts, is_whole } = self;
        if let (Some(reviewed), Some(path)) = (reviewed, &options.verify) {
            let verdict = kept::verdict(&reviewed, path, &sides, with_charts)?;
            output::print(&verdict.text)?;
            return Ok(ExitCode::from(match (is_whole && verdict.is_whole, verdict.differs) {
                (false, _) => FAILED,
                (true, true) => CHANGES,
                (true, false) => 0,
            }));
        }
        if let Some(path) = &options.save {
            if is_whole {
                let sides = sides.into_iter().map(|(_, sides)| sides).collect();
                kept::write(path, &Saved::of(&plans, sides, with_charts)?.text()?)?;
            } else {
                tell(format_args!(
                    "{} was not written: a plan of which a part could not be read is nothing to go by",
                    path.display()
                ));
            }
        }
        options.print(&plans, is_whole)
    }
}

impl Options {
    fn print(&self, plans: &[Plans], is_whole: bool) -> Result<ExitCode, Failure> {
        for Written { format, path } in &self.write {
            let text = match format {
                // Colours are for terminals.
                Format::Text => report::plain(plans),
                _ => report::print(*format, plans)?,
            };
            kept::write(path, &text)?;
        }
        output::print(&report::print(self.format, plans)?)?;
        let code = if !is_whole {
            FAILED
        } else if plans.iter().any(|plan| plan.has(&self.fail_on)) {
            FORBIDDEN
        } else if plans.iter().all(Plans::is_empty) {
            0
        } else {
            CHANGES
        };
        Ok(ExitCode::from(code))
    }
}
