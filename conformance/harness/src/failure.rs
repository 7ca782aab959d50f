//! Why a lane could not do its work.

use std::fmt;
use std::io;
use std::path::Path;

/// A sentence that says what, where and the way out, and where it helps the last lines of a program's output.
///
/// What a lane finds about the manifests is no failure but a finding of its [`Report`](crate::Report).
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    output: Option<String>,
}

/// How many lines of a program's output a failure shows: the last ones say why it ended.
const OUTPUT_LINES: usize = 20;

impl Failure {
    /// A failure of one sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), output: None }
    }

    /// Adds the last lines of a program's output.
    #[must_use]
    pub fn with_output(mut self, output: &str) -> Self {
        let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
        let tail = &lines[lines.len().saturating_sub(OUTPUT_LINES)..];
        self.output = (!tail.is_empty()).then(|| tail.join("\n"));
        self
    }
}

/// What to say where a file in a temporary folder cannot be written.
pub fn cannot_write(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!(
        "cannot write {}: {error}; make room there or name another folder with TMPDIR",
        file.display()
    ))
}

impl From<released::Failure> for Failure {
    fn from(failure: released::Failure) -> Self {
        Self::new(failure.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)?;
        if let Some(output) = &self.output {
            for line in output.lines() {
                write!(formatter, "\n    {line}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_last_lines_of_the_output() {
        let lines: Vec<String> = (1..=30).map(|line| format!("line {line}\n")).collect();
        let output = lines.join("\n");
        let text = Failure::new("etcd ended").with_output(&output).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + OUTPUT_LINES);
        assert_eq!(lines[1], "    line 11");
        assert_eq!(lines[20], "    line 30");
    }

    #[test]
    fn stays_one_line_without_output() {
        let failure = Failure::new("etcd ended").with_output("\n \n");
        assert_eq!(failure.to_string(), "etcd ended");
    }
}
