//! `cargo xtask render`: environments become folders of YAML.

pub mod cluster;
pub mod files;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use crate::environment::{Built, EnvironmentName};
use crate::output::{self, printed};
use crate::tree::Plan;
use support::{Failure, in_workspace};

/// Write the manifests of each environment below snapshots, one object a file
///
/// Also the cluster itself, where eksctl makes it: environments/ENV/eks.yaml, which Argo CD never sees.
/// Writes only what changed and removes what is no longer rendered; files that it did not write are never touched.
/// `diff -r snapshots/dev snapshots/prd` then shows what tells a laptop from production.
#[derive(Args)]
pub struct Arguments {
    /// Environments to render; all of them where none is named
    #[arg(value_name = "ENV")]
    environments: Vec<EnvironmentName>,

    /// Write nothing: print what would change as a unified diff, and exit with 1 if anything would
    #[arg(long, conflicts_with = "stdout")]
    check: bool,

    /// Folder that has one folder per environment [default: snapshots]
    #[arg(long, value_name = "DIR", conflicts_with = "stdout")]
    output: Option<PathBuf>,

    /// Print the manifests as one YAML stream instead of writing files
    #[arg(long)]
    stdout: bool,
}

/// Renders what the arguments name.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut environments = arguments.environments.clone();
    if environments.is_empty() {
        environments = EnvironmentName::all().collect();
    }
    environments.sort_unstable();
    environments.dedup();
    let output = arguments.output.clone().unwrap_or_else(|| in_workspace("snapshots"));
    let mut code = ExitCode::SUCCESS;
    for name in environments {
        let started = Instant::now();
        let built = name.build()?;
        let rendered = render(&built)?;
        if arguments.stdout {
            print(&rendered)?;
            continue;
        }
        let root = output.join(rendered.environment.as_str());
        let plan = Plan::new(&root, &rendered.files)?;
        if arguments.check {
            if differs(&root, &plan, arguments.output.as_deref())? {
                code = ExitCode::from(1);
            }
        } else {
            write(&rendered, plan, started)?;
        }
        // Elsewhere than in the workspace there is no environment beside the snapshots.
        if arguments.output.is_none() && cluster::run(name, &built, arguments.check)? {
            code = ExitCode::from(1);
        }
    }
    Ok(code)
}

/// One environment in memory.
struct Rendered {
    environment: String,
    bundles: usize,
    files: files::Files,
}

fn render(built: &Built) -> Result<Rendered, Failure> {
    let platform = &built.platform;
    Ok(Rendered {
        environment: platform.environment.to_string(),
        bundles: platform.bundles.len(),
        files: files::of_platform(platform)?,
    })
}

fn print(rendered: &Rendered) -> Result<(), Failure> {
    let mut stream = String::new();
    for contents in rendered.files.values() {
        stream.push_str("---\n");
        stream.push_str(contents);
    }
    output::print(&stream)
}

fn write(rendered: &Rendered, plan: Plan<'_>, started: Instant) -> Result<(), Failure> {
    let foreign = plan.foreign().to_vec();
    let counts = plan.apply()?;
    let Rendered { environment, bundles, files } = rendered;
    printed(writeln!(
        io::stdout(),
        "{environment}: {} objects in {bundles} bundles: {} new, {} changed, {} removed, {} unchanged, {} ms",
        files.len(),
        counts.created,
        counts.changed,
        counts.removed,
        counts.unchanged,
        started.elapsed().as_millis()
    ))?;
    for file in foreign {
        eprintln!("warning: {}", foreign_file(&file));
    }
    Ok(())
}

/// Prints what would change; says whether anything would.
fn differs(root: &Path, plan: &Plan<'_>, output: Option<&Path>) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    let colour = stdout.is_terminal();
    printed(plan.diff(&mut stdout, colour))?;
    for file in plan.foreign() {
        eprintln!("{}", foreign_file(file));
    }
    if plan.is_empty() && plan.foreign().is_empty() {
        return Ok(false);
    }
    if !plan.is_empty() {
        let counts = plan.counts();
        let accept = match output {
            None => String::new(),
            Some(output) => format!(" --output {}", output.display()),
        };
        eprintln!(
            "{}: {} files differ from what is rendered; accept with: cargo xtask render{accept}",
            root.display(),
            counts.created + counts.changed + counts.removed
        );
    }
    Ok(true)
}

fn foreign_file(file: &Path) -> String {
    format!(
        "{} was not rendered, but Argo CD would apply it: move it out of the folder, or write it in Rust",
        file.display()
    )
}
