//! The client: every request goes through kubectl.

use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::Cluster;
use crate::Failure;
use crate::process::{self, ended};

/// What kubectl said while it applied objects.
#[derive(Debug, Default)]
pub struct Applied {
    /// Whatever the API server warns of.
    pub warnings: Vec<String>,
    /// Objects that were refused, with the reason.
    pub errors: Vec<String>,
}

impl Cluster {
    /// Applies files and folders with server-side apply and strict field validation, in this order.
    ///
    /// Objects that are refused are part of the result; a failure is only what has nothing to do with them.
    pub fn apply(&mut self, paths: &[&Path]) -> Result<Applied, Failure> {
        let mut command = self.kubectl_command();
        command.args([
            "apply",
            "--server-side",
            "--validate=strict",
            "--field-manager=conformance",
            "--recursive",
        ]);
        for path in paths {
            command.arg("--filename").arg(path);
        }
        let output = self.kubectl(&mut command)?;
        let mut applied = sorted_messages(&String::from_utf8_lossy(&output.stderr));
        if !output.status.success() && applied.errors.is_empty() {
            applied.errors.push(format!("kubectl apply {}", ended(output.status)));
        }
        Ok(applied)
    }

    /// What the API server would say if these objects were created; nothing is stored.
    pub fn would_create(&mut self, file: &Path) -> Result<Applied, Failure> {
        let mut command = self.kubectl_command();
        command.args(["create", "--dry-run=server", "--filename"]).arg(file);
        let output = self.kubectl(&mut command)?;
        Ok(sorted_messages(&String::from_utf8_lossy(&output.stderr)))
    }

    /// The answer of a `kubectl get`, as JSON.
    pub fn get(&mut self, arguments: &[&str]) -> Result<Value, Failure> {
        let mut command = self.kubectl_command();
        command.arg("get").args(arguments).args(["--output", "json"]);
        self.json(&mut command)
    }

    /// The objects of files and folders, as they are stored.
    pub fn get_files(&mut self, path: &Path) -> Result<Vec<Value>, Failure> {
        let mut command = self.kubectl_command();
        command.args(["get", "--recursive", "--output", "json", "--filename"]).arg(path);
        let mut answer = self.json(&mut command)?;
        // A single object comes without a list.
        Ok(match answer.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => vec![answer],
        })
    }

    /// A path of the API server; nothing where it does not serve it.
    pub fn get_raw(&mut self, path: &str) -> Result<Option<Value>, Failure> {
        let mut command = self.kubectl_command();
        command.args(["get", "--raw", path]);
        let output = self.kubectl(&mut command)?;
        if output.status.success() {
            return parsed(&output).map(Some);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        if errors.contains("NotFound") {
            return Ok(None);
        }
        Err(refused(&command, &output))
    }

    /// Any other kubectl command that has to succeed; returns what it printed.
    pub fn run_kubectl(&mut self, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = self.kubectl_command();
        command.args(arguments);
        let output = self.kubectl(&mut command)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(refused(&command, &output))
    }

    /// kubectl without the settings of its user.
    pub(super) fn kubectl_command(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command
            .env("KUBERC", "off")
            .arg(super::flag("kubeconfig", &self.files.kubeconfig()))
            .arg(super::flag("cache-dir", &self.files.at("kubectl-cache")))
            .arg("--request-timeout=60s");
        command
    }

    fn json(&mut self, command: &mut Command) -> Result<Value, Failure> {
        let output = self.kubectl(command)?;
        if output.status.success() {
            return parsed(&output);
        }
        Err(refused(command, &output))
    }

    /// Runs kubectl. Where it fails because a server has ended, that is the failure.
    fn kubectl(&mut self, command: &mut Command) -> Result<Output, Failure> {
        let output = process::run(&self.watchdog, command)?;
        if !output.status.success() {
            self.check()?;
            // A server that is ending drops its connections before its end can be seen.
            let errors = String::from_utf8_lossy(&output.stderr);
            if LOST_CONNECTION.iter().any(|lost| errors.contains(lost)) {
                thread::sleep(END);
                self.check()?;
            }
        }
        Ok(output)
    }
}

/// What kubectl says of a server that has gone away.
const LOST_CONNECTION: [&str; 4] =
    ["connection refused", "connection reset", "connection lost", "EOF"];

/// How long the kernel may take to end a process that was killed.
const END: Duration = Duration::from_secs(1);

fn parsed(output: &Output) -> Result<Value, Failure> {
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::new(format!(
            "kubectl printed what is no JSON: {error}; is KUBEBUILDER_ASSETS that of Kubernetes 1.35?"
        ))
        .with_output(&String::from_utf8_lossy(&output.stdout))
    })
}

fn refused(command: &Command, output: &Output) -> Failure {
    let arguments: Vec<_> =
        command.get_args().skip(3).map(|argument| argument.to_string_lossy()).collect();
    process::refused(format_args!("kubectl {}", arguments.join(" ")), output)
}

/// Tells warnings from errors; a message may have several lines.
fn sorted_messages(stderr: &str) -> Applied {
    let mut applied = Applied::default();
    let mut errors: Vec<String> = Vec::new();
    for line in stderr.lines() {
        if let Some(warning) = line.strip_prefix("Warning: ") {
            applied.warnings.push(warning.to_owned());
        } else if is_continuation(line)
            && let Some(error) = errors.last_mut()
        {
            error.push('\n');
            error.push_str(line);
        } else if !line.trim().is_empty() {
            errors.push(line.to_owned());
        }
    }
    applied.errors = errors;
    applied
}

/// Lines below the first of an error are indented or belong to its list of fields.
fn is_continuation(line: &str) -> bool {
    line.starts_with([' ', '\t', '*'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_warnings_from_errors() {
        let applied = sorted_messages(
            "Warning: unknown field\nError from server (BadRequest): strict decoding error\n  unknown field \"spec.x\"\n\n\
             Error from server (Invalid): Service \"a\" is invalid\n",
        );
        assert_eq!(applied.warnings, ["unknown field"]);
        assert_eq!(
            applied.errors,
            [
                "Error from server (BadRequest): strict decoding error\n  unknown field \"spec.x\"",
                "Error from server (Invalid): Service \"a\" is invalid",
            ]
        );
    }

    #[test]
    fn silence_is_neither() {
        let applied = sorted_messages("");
        assert!(applied.warnings.is_empty() && applied.errors.is_empty());
    }
}
