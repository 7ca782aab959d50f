//! Lane `mesh`: `istioctl analyze` has nothing to say, or nothing that is not explained here.

mod explained;
pub mod faults;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use harness::{Failure, Program, Programs, Report, ended};
use serde::Deserialize;

use super::Options;
use crate::rendered::{self, Object, Rendered};

pub use explained::{EXPLAINED, Explained, Table};

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

/// What istioctl says about an environment.
struct Analysis {
    messages: Vec<Message>,
    /// What it says besides: files that it could not read are skipped, and neither a message nor the exit code tells.
    complaint: Option<String>,
}

/// Kinds outside of Istio's groups that its analyzers read.
const OTHER_KINDS: [(&str, &str); 6] = [
    ("", "ConfigMap"),
    ("", "Namespace"),
    ("", "Pod"),
    ("", "Secret"),
    ("", "Service"),
    ("apps", "Deployment"),
];

fn is_judged(object: &Object) -> bool {
    let (group, kind) = (object.identity.group, object.identity.kind);
    group.ends_with(".istio.io") || OTHER_KINDS.contains(&(group, kind))
}

/// Analyzes every environment.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut table = Table::new(EXPLAINED);
    let all = rendered::environments()?;
    for rendered in &all {
        environment(programs, rendered, &mut table, report)?;
    }
    unused(&table, &all, report);
    Ok(())
}

/// Reports the entries of the table that explain what istioctl does not say of objects for which the reason holds. A platform
/// that has no such object keeps the entry.
pub fn unused(table: &Table, all: &[Rendered], report: &mut Report) {
    for Explained { code, kind, holds } in table.unused() {
        let about = all.iter().find_map(|rendered| {
            let mut objects = rendered.objects.iter().filter(|it| it.identity.kind == kind);
            objects.find(|object| holds(object, &rendered.objects))
        });
        if let Some(object) = about {
            report.finding(format!(
                "{code} about {object}: explained, but istioctl no longer says it: remove it from \
                 conformance/src/lanes/mesh/explained.rs"
            ));
        }
    }
}

/// Everything that the lane does with one environment.
pub fn environment(
    programs: &Programs,
    rendered: &Rendered,
    table: &mut Table,
    report: &mut Report,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    if !rendered.has_mesh {
        let objects = &rendered.objects;
        let of_istio = objects.iter().filter(|it| it.identity.group.ends_with(".istio.io"));
        for object in of_istio {
            report.finding(format!("{name}: {object} is for a mesh, and there is none"));
        }
        report.compared(
            objects.len(),
            format!("objects of {name}, which has no mesh: none is for one"),
        );
        return Ok(());
    }
    let istioctl = programs.path(Program::ISTIOCTL)?;
    let folder = programs.temporary_folder()?;
    let files = rendered.write(folder.path())?;
    let analysis = analyze(programs, &istioctl, &files)?;
    let judged = rendered.objects.iter().filter(|object| is_judged(object));
    let judged = judged.count();
    report.compared(judged, format!("objects of {name} analyzed"));
    report.note(format!(
        "{name}: {} objects are of kinds that istioctl does not judge",
        rendered.objects.len() - judged
    ));
    if let Some(complaint) = analysis.complaint {
        report.finding(format!("{name}: istioctl did not analyze everything: {complaint}"));
    }
    let mut explained = 0;
    for message in analysis.messages {
        if table.explains(&message, &rendered.objects) {
            explained += 1;
        } else {
            let Message { code, level, origin, text } = message;
            report.finding(format!("{name}: {level} {code} {origin}: {text}"));
        }
    }
    report.compared(explained, format!("messages about {name}, all explained in the source"));
    Ok(())
}

fn analyze(programs: &Programs, istioctl: &Path, files: &[PathBuf]) -> Result<Analysis, Failure> {
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
    let output = programs.run(&mut command)?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    analysis(&stdout, &stderr, output.status, files).ok_or_else(|| {
        Failure::new(format!(
            "`istioctl analyze` {} and printed no list of messages; is {} istioctl 1.30?",
            ended(output.status),
            istioctl.display()
        ))
        .with_output(&stderr)
    })
}

/// Nothing where there is no list of messages.
fn analysis(stdout: &str, stderr: &str, status: ExitStatus, files: &[PathBuf]) -> Option<Analysis> {
    // Its log comes first and on the same stream.
    let mut start = 0;
    for line in stdout.split_inclusive('\n') {
        if line.starts_with('[') || line.trim() == "null" {
            break;
        }
        start += line.len();
    }
    let (log, list) = stdout.split_at(start);
    let messages: Option<Vec<Message>> = serde_json::from_str(list.trim()).ok()?;
    let messages = messages.unwrap_or_default();
    let mut complaint = complaint(stderr, files);
    if complaint.is_none() && !log.trim().is_empty() {
        complaint = Some(log.trim().to_owned());
    }
    // It may end with an exit code where it has found something.
    if complaint.is_none() && messages.is_empty() && !status.success() {
        complaint = Some(format!("it {}", ended(status)));
    }
    Some(Analysis { messages, complaint })
}

/// Everything on standard error but the sentence that all is well, which lists the files.
fn complaint(stderr: &str, files: &[PathBuf]) -> Option<String> {
    let lines: Vec<&str> = stderr
        .lines()
        .filter(|line| {
            let file = Path::new(line.trim().trim_start_matches("- "));
            !line.trim().is_empty()
                && !line.starts_with("✔ No validation issues found when analyzing")
                && !files.iter().any(|listed| listed == file)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    const MESSAGES: &str = r#"[
        {"code": "IST0101", "level": "Error", "origin": "VirtualService a/b", "message": "not found"}
    ]"#;

    fn complaint_of(stdout: &str, stderr: &str, status: i32) -> Option<String> {
        let files = [PathBuf::from("/folder/a.yaml"), "/folder/b.yaml".into()];
        analysis(stdout, stderr, ExitStatus::from_raw(status), &files).unwrap().complaint
    }

    #[test]
    fn files_that_are_skipped_are_a_complaint() {
        let stderr = "Error(s) adding files: 1 error occurred:\n\t* error processing a.yaml[0]\n\n\n\
                      No validation issues found when analyzing all namespaces (but 1 file could not be parsed).\n";
        let complaint = complaint_of("[]", stderr, 0).unwrap();
        assert!(
            complaint.starts_with("Error(s) adding files: 1 error occurred:\n\t* error processing"),
            "{complaint}"
        );
        // Also where the other files give messages.
        assert!(complaint_of(MESSAGES, stderr, 0).is_some());
    }

    #[test]
    fn a_log_before_the_list_is_a_complaint() {
        let stdout = format!("2026-01-01T00:00:00Z\twarn\tfile\tskipping\n{MESSAGES}");
        assert!(complaint_of(&stdout, "", 0).unwrap().ends_with("skipping"));
    }

    #[test]
    fn an_exit_code_without_a_reason_is_a_complaint() {
        let complaint = complaint_of("[]", "", 1 << 8);
        assert_eq!(complaint.as_deref(), Some("it ended with exit code 1"));
        // Here the messages are the reason.
        assert_eq!(complaint_of(MESSAGES, "", 1 << 8), None);
    }

    #[test]
    fn that_all_is_well_is_no_complaint() {
        let stderr = "✔ No validation issues found when analyzing:\n      - /folder/a.yaml\n      - /folder/b.yaml\n";
        assert_eq!(complaint_of("[]", stderr, 0), None);
        let stderr = "✔ No validation issues found when analyzing /folder/a.yaml.\n";
        assert_eq!(complaint_of("[]", stderr, 0), None);
        assert_eq!(complaint_of("null", "", 0), None);
    }

    #[test]
    fn no_list_is_no_analysis() {
        let status = ExitStatus::from_raw(0);
        assert!(analysis("usage\n", "", status, &[]).is_none());
    }

    #[test]
    fn judges_the_kinds_that_istioctl_reads() {
        let mut object = rendered::tests::service("web");
        assert!(is_judged(&object));
        object.identity.kind = "PersistentVolumeClaim";
        assert!(!is_judged(&object));
        object.identity.group = "security.istio.io";
        assert!(is_judged(&object));
    }
}
