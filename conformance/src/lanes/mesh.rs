//! Lane `mesh`: `istioctl analyze` has nothing to say, or nothing that is not explained here.

mod explained;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::Options;
use crate::failure::Failure;
use crate::process::{self, ended};
use crate::programs::{Program, Programs};
use crate::rendered::{self, Rendered};
use crate::report::Report;

pub use explained::{EXPLAINED, Table};

/// What istioctl says about an object.
#[derive(Debug, Deserialize)]
pub struct Message {
    /// Such as `IST0101`.
    code: String,
    level: String,
    /// Kind, name and namespace; some messages are about nothing in particular.
    #[serde(default)]
    origin: String,
    #[serde(rename = "message")]
    text: String,
}

/// Analyzes every environment.
pub fn run(programs: &Programs, _options: &Options) -> Result<Report, Failure> {
    let mut report = Report::default();
    let mut table = Table::new(EXPLAINED);
    for rendered in rendered::environments()? {
        environment(programs, &rendered, &mut table, &mut report)?;
    }
    for (code, origin) in table.unused() {
        report.finding(format!(
            "{code} about {origin}: explained, but istioctl no longer says it: remove it from \
             conformance/src/lanes/mesh/explained.rs"
        ));
    }
    Ok(report)
}

/// Everything that the lane does with one environment.
pub fn environment(
    programs: &Programs,
    rendered: &Rendered,
    table: &mut Table,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    let istioctl = programs.path(Program::Istioctl)?;
    let folder = programs.watchdog().temporary_folder()?;
    let files = rendered.write(folder.path())?;
    let messages = analyze(programs, &istioctl, &files)?;
    report.compared(files.len(), format!("objects of {name} analyzed"));
    let mut explained = 0;
    for message in messages {
        if table.explains(&message) {
            explained += 1;
        } else {
            let Message {
                code,
                level,
                origin,
                text,
            } = message;
            report.finding(format!("{name}: {level} {code} {origin}: {text}"));
        }
    }
    report.compared(
        explained,
        format!("messages about {name}, all explained in the source"),
    );
    Ok(())
}

fn analyze(
    programs: &Programs,
    istioctl: &Path,
    files: &[PathBuf],
) -> Result<Vec<Message>, Failure> {
    let mut command = Command::new(istioctl);
    command
        // No cluster, also where the user has one.
        .env_remove("KUBECONFIG")
        .args([
            "analyze",
            "--use-kube=false",
            // Otherwise it keeps what it finds outside of `default` to itself.
            "--all-namespaces",
            "--ignore-unknown",
            "--output=json",
        ])
        // File by file: whether a folder needs a flag depends on the version.
        .args(files);
    let output = process::run(programs.watchdog(), &mut command)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    // It also ends with an exit code where it has found something.
    match serde_json::from_str(stdout.trim()) {
        Ok(Some(messages)) => Ok(messages),
        Ok(None) if output.status.success() => Ok(Vec::new()),
        _ => Err(Failure::new(format!(
            "`istioctl analyze` {} and printed no list of messages; is {} istioctl 1.30 or newer?",
            ended(output.status),
            istioctl.display()
        ))
        .with_output(&String::from_utf8_lossy(&output.stderr))),
    }
}
