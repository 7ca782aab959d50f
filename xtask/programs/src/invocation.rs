//! Calls of external programs: how they are run and shown, and what counts as a failure.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read, Write};
use std::iter;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use support::Failure;

use crate::children::{self, Running};
use crate::variables;

/// A program that the commands run, or print for the user to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The AWS CLI.
    Aws,
    /// For the images of the laptop.
    Docker,
    /// For EKS.
    Eksctl,
    /// For what was deployed before, and for kustomizations in the repositories of others.
    Git,
    /// For charts.
    Helm,
    /// For the cluster's API.
    Kubectl,
    /// For the cluster on the laptop.
    Minikube,
}

impl Program {
    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Docker => "docker",
            Self::Eksctl => "eksctl",
            Self::Git => "git",
            Self::Helm => "helm",
            Self::Kubectl => "kubectl",
            Self::Minikube => "minikube",
        }
    }

    /// URL of its installation instructions.
    pub fn installation(self) -> &'static str {
        match self {
            Self::Aws => {
                "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
            }
            Self::Docker => "https://docs.docker.com/engine/install/",
            Self::Eksctl => "https://docs.aws.amazon.com/eks/latest/eksctl/installation.html",
            Self::Git => "https://git-scm.com/downloads",
            Self::Helm => "https://helm.sh/docs/intro/install/",
            Self::Kubectl => "https://kubernetes.io/docs/tasks/tools/",
            Self::Minikube => "https://minikube.sigs.k8s.io/docs/start/",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
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
    status: ExitStatus,
    /// Its standard output.
    pub output: String,
    /// The same, where it is no text.
    bytes: Vec<u8>,
    /// Its standard error.
    pub error: String,
}

impl Outcome {
    /// Whether its exit code was 0.
    pub fn success(&self) -> bool {
        self.status.success()
    }
}

/// What a program has said within [`ANSWER_LIMIT`].
pub struct Answer {
    /// On standard output.
    pub output: String,
    /// On standard error.
    pub error: String,
    /// Whether it has ended by itself.
    pub in_time: bool,
}

/// Time limit of a question that a program answers by itself, without a cluster.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// How long the pipes of a program that has ended are read on.
const LAST_WORDS: Duration = Duration::from_millis(500);

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
    #[must_use]
    pub fn with_input(mut self, input: String) -> Self {
        self.input = Some(Input::Plain(input));
        self
    }

    /// Passes this on standard input, and shows it to nobody.
    #[must_use]
    pub fn with_secret_input(mut self, input: String) -> Self {
        self.input = Some(Input::Secret(input));
        self
    }

    /// Runs the program; the user sees its output.
    ///
    /// # Errors
    /// If it cannot be started, or fails.
    pub fn run(&self) -> Result<(), Failure> {
        let status = self.start(&mut self.command(Stdio::inherit()))?.wait();
        let status = status.map_err(|error| self.cannot_start(&error))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{} {}, see its output above: remove the cause, then run this command again",
            self.line(),
            ended(status)
        )))
    }

    /// Starts the program, with pipes for what it prints.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start_with_pipes(&self) -> Result<Running, Failure> {
        self.start(self.command(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// Starts the program and gives it its input.
    fn start(&self, command: &mut Command) -> Result<Running, Failure> {
        let mut running = Running::start(command).map_err(|error| self.cannot_start(&error))?;
        if let (Some(mut stdin), Some(input)) = (running.child().stdin.take(), &self.input) {
            // A program that ends before it has read everything prints the reason itself.
            let _ = stdin.write_all(input.text().as_bytes());
        }
        Ok(running)
    }

    /// Runs the program and captures its output.
    ///
    /// # Errors
    /// If it cannot be started; that it fails is part of the outcome.
    pub fn outcome(&self) -> Result<Outcome, Failure> {
        let mut running = self.start_with_pipes()?;
        let (output, error) = read(running.child());
        // Until both are closed.
        let [bytes, error]: [Vec<u8>; 2] =
            [output, error].map(|text| text.iter().flatten().collect());
        let status = running.wait().map_err(|error| self.cannot_start(&error))?;
        Ok(Outcome { status, output: text(bytes.clone()), bytes, error: text(error) })
    }

    /// Asks a program something that it knows by itself; one that takes too long is ended.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn answer(&self) -> Result<Answer, Failure> {
        let mut command = self.command(Stdio::piped());
        let mut running = Running::start_apart(command.stderr(Stdio::piped()))
            .map_err(|error| self.cannot_start(&error))?;
        let (output, error) = read(running.child());
        let status =
            running.wait_within(ANSWER_LIMIT).map_err(|error| self.cannot_start(&error))?;
        // What it has started may keep the pipes open: what it has said itself is in them by now.
        let [output, error] = [output, error].map(|text| {
            let next = || text.recv_timeout(LAST_WORDS).ok();
            iter::from_fn(next).flatten().collect()
        });
        Ok(Answer { output: text(output), error: text(error), in_time: status.is_some() })
    }

    /// The program's output.
    ///
    /// # Errors
    /// If it cannot be started, or fails.
    pub fn output(&self) -> Result<String, Failure> {
        self.printed(self.outcome()?)
    }

    /// The program's output as it is, which need not be text.
    ///
    /// # Errors
    /// If it cannot be started, or fails.
    pub fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let outcome = self.outcome()?;
        let bytes = outcome.bytes.clone();
        self.printed(outcome).map(|_| bytes)
    }

    /// The program's output; `None` if it ends with this exit code.
    ///
    /// # Errors
    /// If it cannot be started, or fails otherwise.
    pub fn output_unless(&self, code: i32) -> Result<Option<String>, Failure> {
        let outcome = self.outcome()?;
        if outcome.status.code() == Some(code) {
            return Ok(None);
        }
        self.printed(outcome).map(Some)
    }

    fn printed(&self, outcome: Outcome) -> Result<String, Failure> {
        if outcome.success() {
            return Ok(outcome.output);
        }
        let error = outcome.error.trim().replace('\n', "; ");
        let ended = match outcome.status.code() {
            Some(_) if !error.is_empty() => "failed".to_owned(),
            _ => ended(outcome.status),
        };
        let why = if error.is_empty() { "it did not say why" } else { &error };
        Err(Failure::new(format!("{} {ended}: {why}", self.line())))
    }

    /// The call on one line, for messages.
    pub fn line(&self) -> String {
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
        variables::set(&mut command, self.program);
        command.stdout(stdout);
        command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        command
    }

    /// What to say where the system cannot start it or wait for it.
    pub fn cannot_start(&self, error: &io::Error) -> Failure {
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
        let mut words = self.words();
        let elsewhere = variables::taken_away(self.program);
        if !elsewhere.is_empty() {
            // Whoever runs it has what this process has.
            let unset: Vec<String> =
                elsewhere.iter().map(|name| format!("-u {}", quoted(name))).collect();
            words = format!("env {} {words}", unset.join(" "));
        }
        match &self.input {
            None => formatter.write_str(&words),
            Some(Input::Plain(input)) if input.ends_with('\n') => {
                let mut end = "END_OF_INPUT".to_owned();
                while input.lines().any(|line| line == end) {
                    end.push('_');
                }
                write!(formatter, "{words} <<'{end}'\n{input}{end}")
            }
            // A here-document would add a line break.
            Some(Input::Plain(input)) => {
                write!(formatter, "printf %s {} | {words}", quoted(input))
            }
            Some(Input::Secret(_)) => {
                write!(formatter, "{words} # reads a secret, which is not shown")
            }
        }
    }
}

/// Reads both pipes of a program, piece by piece.
fn read(child: &mut Child) -> (mpsc::Receiver<Vec<u8>>, mpsc::Receiver<Vec<u8>>) {
    fn pieces(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
        let (sender, receiver) = mpsc::channel();
        if let Some(mut pipe) = pipe {
            thread::spawn(move || {
                let mut piece = [0; 4096];
                while let Ok(length @ 1..) = pipe.read(&mut piece) {
                    if sender.send(piece[..length].to_vec()).is_err() {
                        return;
                    }
                }
            });
        }
        receiver
    }
    (pieces(child.stdout.take()), pieces(child.stderr.take()))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How a program has ended, after its name.
pub fn ended(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by {}", children::name_of(signal)),
        (None, None) => format!("ended with {status}"),
    }
}

/// An argument, quoted for a shell.
pub fn quoted(argument: &str) -> String {
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

    /// What a shell makes of the printed command: the arguments and the input of `helm`.
    fn through_a_shell(invocation: &Invocation) -> String {
        let script = format!("helm() {{ cat; printf '|%s' \"$@\"; }}\n{invocation}\n");
        let output = Command::new("/bin/sh").args(["-c", &script]).output().expect("a shell");
        String::from_utf8(output.stdout).expect("text")
    }

    #[test]
    fn whatever_the_input_is_a_shell_passes_it_on_whole() {
        for input in [
            "a: 1\n",
            "a: 1\nEND_OF_INPUT\nb: $(c) `d` \\ 'e'\n",
            "END_OF_INPUT\nEND_OF_INPUT_\n",
            "no line break at the end: '$HOME'",
            "\n",
            "",
        ] {
            let invocation =
                Invocation::new(Program::Helm, ["install", "it's", "$(x)", "~", "a\nb"])
                    .with_input(input.to_owned());
            let expected = format!("{input}|install|it's|$(x)|~|a\nb");
            assert_eq!(through_a_shell(&invocation), expected);
        }
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
