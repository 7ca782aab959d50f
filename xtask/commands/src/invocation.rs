//! Calls of external programs: how they are run and shown, and what counts as a failure.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use support::Failure;

/// A program that the commands run, or print for the user to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The AWS CLI.
    Aws,
    /// For the images of the laptop.
    Docker,
    /// For EKS.
    Eksctl,
    /// For charts.
    Helm,
    /// For the cluster's API.
    Kubectl,
    /// For the cluster on the laptop.
    Minikube,
}

impl Program {
    fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Docker => "docker",
            Self::Eksctl => "eksctl",
            Self::Helm => "helm",
            Self::Kubectl => "kubectl",
            Self::Minikube => "minikube",
        }
    }

    /// URL of its installation instructions.
    fn installation(self) -> &'static str {
        match self {
            Self::Aws => {
                "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
            }
            Self::Docker => "https://docs.docker.com/engine/install/",
            Self::Eksctl => "https://docs.aws.amazon.com/eks/latest/eksctl/installation.html",
            Self::Helm => "https://helm.sh/docs/intro/install/",
            Self::Kubectl => "https://kubernetes.io/docs/tasks/tools/",
            Self::Minikube => "https://minikube.sigs.k8s.io/docs/start/",
        }
    }
}

/// One call of a program. Its `Display` is valid shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    program: Program,
    arguments: Vec<String>,
    input: Option<Input>,
}

/// What a program reads from its standard input.
#[derive(Clone, PartialEq, Eq)]
enum Input {
    /// May be shown.
    Plain(String),
    /// Is not shown, in no message and no dry run.
    Secret(String),
}

impl Input {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Secret(text) => text,
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => text.fmt(formatter),
            Self::Secret(_) => formatter.write_str("secret"),
        }
    }
}

/// The result of a program that has ended.
pub struct Outcome {
    /// Its exit code; `None` if a signal ended it.
    code: Option<i32>,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    error: String,
}

impl Outcome {
    /// Whether its exit code was 0.
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }
}

impl Invocation {
    /// Calls `program` with these arguments.
    pub fn new<A: Into<String>>(program: Program, arguments: impl IntoIterator<Item = A>) -> Self {
        Self { program, arguments: arguments.into_iter().map(Into::into).collect(), input: None }
    }

    /// Calls kubectl in a context.
    pub fn kubectl<A: Into<String>>(context: &str, arguments: impl IntoIterator<Item = A>) -> Self {
        let context = ["--context".to_owned(), context.to_owned()];
        Self::new(
            Program::Kubectl,
            context.into_iter().chain(arguments.into_iter().map(Into::into)),
        )
    }

    /// Passes this on standard input: for what must not be written to disk.
    pub fn with_input(mut self, input: String) -> Self {
        self.input = Some(Input::Plain(input));
        self
    }

    /// Passes this on standard input, and shows it to nobody.
    pub fn with_secret_input(mut self, input: String) -> Self {
        self.input = Some(Input::Secret(input));
        self
    }

    /// Runs the program; the user sees its output.
    pub fn run(&self) -> Result<(), Failure> {
        let mut child =
            self.command(Stdio::inherit()).spawn().map_err(|error| self.cannot_start(&error))?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), &self.input) {
            // A program that ends before it has read everything prints the reason itself.
            let _ = stdin.write_all(input.text().as_bytes());
        }
        let status = child.wait().map_err(|error| self.cannot_start(&error))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{} ended with {status}, see its output above: remove the cause, then run this command again; what is done already stays",
            self.line()
        )))
    }

    /// Runs the program and captures its output.
    pub fn outcome(&self) -> Result<Outcome, Failure> {
        let output = self
            .command(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| self.cannot_start(&error))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Outcome {
            code: output.status.code(),
            output: text(output.stdout),
            error: text(output.stderr),
        })
    }

    /// The program's output; an error if it fails.
    pub fn output(&self) -> Result<String, Failure> {
        self.printed(self.outcome()?)
    }

    /// The program's output; `None` if it ends with this exit code.
    pub fn output_unless(&self, code: i32) -> Result<Option<String>, Failure> {
        let outcome = self.outcome()?;
        if outcome.code == Some(code) {
            return Ok(None);
        }
        self.printed(outcome).map(Some)
    }

    fn printed(&self, outcome: Outcome) -> Result<String, Failure> {
        if outcome.success() {
            return Ok(outcome.output);
        }
        let error = outcome.error.trim().replace('\n', "; ");
        Err(Failure::new(format!("{} failed: {error}", self.line())))
    }

    /// Replaces this process with the program, so that Ctrl-C and the exit code are its own; returns only if that fails.
    pub fn exec(&self) -> Failure {
        let error = Command::new(self.program.name()).args(&self.arguments).exec();
        self.cannot_start(&error)
    }

    /// The call on one line, for messages.
    fn line(&self) -> String {
        format!("`{}`", self.words())
    }

    fn words(&self) -> String {
        let mut words = self.program.name().to_owned();
        for argument in &self.arguments {
            words.push(' ');
            words.push_str(&quoted(argument));
        }
        words
    }

    fn command(&self, stdout: Stdio) -> Command {
        let mut command = Command::new(self.program.name());
        command.args(self.arguments.iter().map(OsStr::new));
        command.stdout(stdout);
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        command
    }

    fn cannot_start(&self, error: &io::Error) -> Failure {
        let name = self.program.name();
        Failure::new(if error.kind() == io::ErrorKind::NotFound {
            format!(
                "{name} is not on the PATH and this command needs it: install it as described at {}, then run again",
                self.program.installation()
            )
        } else {
            format!("cannot run {}: {error}", self.line())
        })
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words())?;
        match &self.input {
            None => Ok(()),
            // No rendered line consists of this word.
            Some(Input::Plain(input)) => {
                write!(formatter, " <<'END_OF_INPUT'\n{input}END_OF_INPUT")
            }
            Some(Input::Secret(_)) => formatter.write_str(" # reads a secret, which is not shown"),
        }
    }
}

/// An argument, quoted for a shell.
fn quoted(argument: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "_./:=@%+,-".contains(character);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_shown_as_a_shell_takes_them() {
        let invocation =
            Invocation::new(Program::Docker, ["info", "--format", "{{.NCPU}} it's", "", "a/b:c=d"]);
        assert_eq!(invocation.to_string(), r"docker info --format '{{.NCPU}} it'\''s' '' a/b:c=d");
    }

    #[test]
    fn input_is_shown_as_a_here_document() {
        let invocation = Invocation::new(Program::Helm, ["install", "--values", "-"])
            .with_input("a: 1\n".to_owned());
        assert_eq!(
            invocation.to_string(),
            "helm install --values - <<'END_OF_INPUT'\na: 1\nEND_OF_INPUT"
        );
    }

    #[test]
    fn secret_input_is_not_shown() {
        let invocation = Invocation::new(Program::Kubectl, ["apply", "--filename=-"])
            .with_secret_input("token".to_owned());
        assert_eq!(
            invocation.to_string(),
            "kubectl apply --filename=- # reads a secret, which is not shown"
        );
        assert!(!format!("{invocation:?}").contains("token"), "{invocation:?}");
    }
}
