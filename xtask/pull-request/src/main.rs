//! `cargo xtask pull-request`: writes a comment on a pull request, or a pull request, whose text is in a file.
//!
//! A program of its own, without the renderer: the job that has a token which may write must not run what a pull request has changed, so it
//! builds this from the branch below it.

mod body;
mod github;
mod operation;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use support::{Failure, output};

use body::Body;
use github::GitHub;
use operation::Done;

/// Write a comment on a pull request of GitHub, or a pull request, whose text is in a file such as `plan --format markdown` prints
///
/// Reads the variables `GITHUB_TOKEN`, `GITHUB_REPOSITORY` (owner/name) and `GITHUB_API_URL` (that of github.com where it is not set); a
/// workflow has the last two already. The job needs `permissions: pull-requests: write`. The token is in no output.
///
/// What cannot be reached, or wants to be left alone for a while, is asked up to four times within five minutes.
///
/// Exit codes: 0 done, or nothing to do, 2 could not.
#[derive(Parser)]
#[command(bin_name = "cargo xtask pull-request")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the one comment of this kind on a pull request: later calls change it
    Comment {
        /// Number of the pull request
        #[arg(long, value_name = "NUMBER")]
        number: u64,
        #[command(flatten)]
        text: Text,
    },
    /// Open a pull request, or change the description of the one that is open
    ///
    /// What somebody has written above the text in its description stays. Branches without a difference are no failure.
    Open {
        /// Branch to merge
        #[arg(long, value_name = "BRANCH")]
        head: String,
        /// Branch to merge into
        #[arg(long, value_name = "BRANCH")]
        base: String,
        /// Title of a new pull request; one that is open keeps its own
        #[arg(long, value_name = "TEXT")]
        title: String,
        #[command(flatten)]
        text: Text,
    },
}

/// What is written.
#[derive(Args)]
struct Text {
    /// File with the text, in Markdown
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// Where the whole text is, for one that does not fit into a comment
    #[arg(long, value_name = "URL")]
    artifact: Option<String>,
    /// Kind of the text, by which it is found again: it begins with `<!-- KIND -->`
    #[arg(long, value_name = "KIND", default_value = "manifests plan")]
    kind: String,
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let ended = run(&command).and_then(|done| output::lines(&[done.to_string()]));
    ended.map_or_else(|failure| failure.report(), |()| ExitCode::SUCCESS)
}

fn run(command: &Command) -> Result<Done, Failure> {
    match command {
        Command::Comment { number, text } => {
            let body = text.read()?;
            operation::comment(&GitHub::from_environment()?, *number, &body)
        }
        Command::Open { head, base, title, text } => {
            let body = text.read()?;
            let request = operation::Request { head, base, title };
            operation::open(&GitHub::from_environment()?, &request, &body)
        }
    }
}

impl Text {
    fn read(&self) -> Result<Body, Failure> {
        Body::read(&self.body, &self.kind, self.artifact.as_deref())
    }
}
