//! `cargo xtask image`: which image an environment runs is one literal of its sources, which a program can edit.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use manifests_lib::values::{FixedTag, Tag};
use support::Failure;

use crate::environment::EnvironmentName;
use crate::external::{External, Program};

/// Tell which images the environments run, and set their tags.
#[derive(Subcommand)]
pub enum Command {
    Set(Set),
    List(List),
}

/// Set tags of images in the sources of an environment, and render it
///
/// An image is named by its repository, or by the fields that lead to it in the settings of the environment: `image list` has both. The literal
/// of its tag is edited, and nothing else. Then the environment is rendered: sources and snapshots change, or neither does. With tags that are
/// there already nothing changes.
///
/// What the backend's CI calls once it has pushed an image:
///
///   cargo xtask image set prd account-gin-repository=d74ac1c
///   cargo xtask image set prd order.lumen=b5d0574 order.nginx=b5d0574
///   cargo xtask image set prd account.image=release@sha256:58ad…   (a digest fixes any tag)
///
/// A tag that the next build moves, such as latest, is refused where the environment asks for a fixed one.
///
/// Exit codes: 0 set, 2 could not; then nothing is changed.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Set {
    /// Environment whose images change
    #[arg(value_name = "ENV")]
    environment: EnvironmentName,

    /// Image and its new tag: repository or field, `=`, tag, and optionally `@sha256:` and a digest
    #[arg(value_name = "NAME=TAG", required = true, value_parser = assignment)]
    images: Vec<Assignment>,
}

/// List the images in the sources of environments: repository, fields, tag, line
#[derive(Args)]
pub struct List {
    /// Environments to list [default: all]
    #[arg(value_name = "ENV")]
    environments: Vec<EnvironmentName>,
}

/// An image and its new tag.
#[derive(Clone)]
struct Assignment {
    name: String,
    tag: String,
    /// Whether the next build moves the tag.
    moves: bool,
}

fn assignment(text: &str) -> Result<Assignment, String> {
    let Some((name, tag)) = text.split_once('=') else {
        return Err(
            "it has no `=`: write NAME=TAG, such as account-gin-repository=d74ac1c".to_owned()
        );
    };
    if name.is_empty() || name.starts_with('-') {
        return Err("no image is called so before the `=`: write NAME=TAG".to_owned());
    }
    let moves = match (FixedTag::new(tag), Tag::new(tag)) {
        (Ok(_), _) => false,
        (Err(_), Ok(_)) => true,
        (Err(fixed), Err(_)) if tag.contains('@') => return Err(fixed.rule.to_owned()),
        (Err(_), Err(plain)) => return Err(plain.rule.to_owned()),
    };
    Ok(Assignment { name: name.to_owned(), tag: tag.to_owned(), moves })
}

/// Has the program that edits sources do it.
pub fn run(command: &Command) -> Result<ExitCode, Failure> {
    let mut options: Vec<OsString> = Vec::new();
    let word = match command {
        Command::Set(Set { environment, images }) => {
            options.push(environment.to_string().into());
            let moving = images.iter().filter(|image| image.moves);
            options.extend(moving.map(|image| format!("--moves={}", image.name).into()));
            options
                .extend(images.iter().map(|image| format!("{}={}", image.name, image.tag).into()));
            "set"
        }
        Command::List(List { environments }) => {
            let mut environments = environments.clone();
            if environments.is_empty() {
                environments = EnvironmentName::all().collect();
            }
            options.extend(environments.iter().map(|name| name.to_string().into()));
            "list"
        }
    };
    External::of(options).start(Program::Scaffold, &["image", word])
}
