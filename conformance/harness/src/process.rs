//! Programs that run beside this one, and programs that run to their end.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Failure;
use crate::watchdog::Watchdog;

/// A process that was started; it ends, with its group, when this is dropped.
pub struct Running {
    child: Child,
    watchdog: Watchdog,
    kept: bool,
}

impl Running {
    /// Starts a process.
    pub(crate) fn start(watchdog: &Watchdog, command: &mut Command) -> io::Result<Self> {
        let child = watchdog.spawn(command)?;
        Ok(Self { child, watchdog: watchdog.clone(), kept: false })
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input and output; none where they are no pipes, or were taken before.
    pub fn pipes(&mut self) -> Option<(ChildStdin, ChildStdout)> {
        self.child.stdin.take().zip(self.child.stdout.take())
    }

    /// Its status once it has ended.
    pub(crate) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.watchdog.try_wait(&mut self.child)
    }

    /// Ends it at once.
    pub fn end(&mut self) {
        self.watchdog.end(&mut self.child);
    }

    fn keep(&mut self) {
        self.watchdog.keep(&self.child);
        self.kept = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.kept {
            self.end();
        }
    }
}

/// A server that was started; it ends when this is dropped.
pub struct Process {
    name: &'static str,
    running: Running,
    log: PathBuf,
}

/// How often a server is asked whether it is ready.
const POLL: Duration = Duration::from_millis(200);

/// How often a program that is asked for its version is.
const POLL_ANSWER: Duration = Duration::from_millis(10);

impl Process {
    /// Starts a server; what it prints goes to a file.
    pub(crate) fn start(
        watchdog: &Watchdog,
        name: &'static str,
        command: &mut Command,
        log: PathBuf,
    ) -> Result<Self, Failure> {
        let mut start = || {
            let file = File::create(&log)?;
            command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
            Running::start(watchdog, command)
        };
        let running = start().map_err(|error| cannot_start(command_name(command), &error))?;
        Ok(Self { name, running, log })
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.running.id()
    }

    /// What it is called in messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The most memory that it has had so far, in bytes; nothing where the kernel does not say it.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
    }

    /// A failure where the server has ended by itself, with the end of its log.
    pub fn check(&mut self) -> Result<(), Failure> {
        match self.running.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.failure(&format!("{} {}", self.name, ended(status)))),
            Err(error) => Err(self.failure(&format!("{} cannot be watched: {error}", self.name))),
        }
    }

    /// Waits until the server is ready, has ended by itself, or the time is over.
    pub fn wait_until_ready(
        &mut self,
        deadline: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            self.check()?;
            if ready() {
                // Another server may have answered on the port while ours could not get it.
                return self.check();
            }
            if started.elapsed() > deadline {
                return Err(self.failure(&format!(
                    "{} is not ready after {} s",
                    self.name,
                    deadline.as_secs()
                )));
            }
            thread::sleep(POLL);
        }
    }

    /// Whether the server has said that its port belongs to another program.
    pub fn port_was_taken(&self) -> bool {
        let log = self.log_text();
        // As Go and Erlang say it.
        log.contains("address already in use") || log.contains("eaddrinuse")
    }

    /// Asks the server to end, as a kubelet does, and waits until it has; a failure where it has not within that time.
    pub fn terminate(&mut self, deadline: Duration) -> Result<(), Failure> {
        // Asked before the signal: the number of a process that was waited for may be another's.
        self.check()?;
        let process = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        if let Some(process) = process {
            let _ = kill_process(process, Signal::TERM);
        }
        let started = Instant::now();
        while started.elapsed() <= deadline {
            if self.check().is_err() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(self.failure(&format!(
            "{} has not ended {} s after SIGTERM",
            self.name,
            deadline.as_secs()
        )))
    }

    /// Ends the server at once.
    pub fn kill(&mut self) {
        self.running.end();
    }

    /// Leaves the server running after this program.
    pub(crate) fn keep(&mut self) {
        self.running.keep();
    }

    fn log_text(&self) -> String {
        std::fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn failure(&self, sentence: &str) -> Failure {
        Failure::new(format!("{sentence}; its last lines say why, and a second run starts afresh:"))
            .with_output(&self.log_text())
    }
}

/// Runs a program to its end and returns what it printed.
pub fn run(watchdog: &Watchdog, command: &mut Command) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut start = || {
        let mut child = watchdog.spawn(command)?;
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let errors = thread::spawn(move || read(stderr.as_mut()));
        let output = read(stdout.as_mut());
        let errors = errors
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the reader of its messages ended")));
        let status = watchdog.wait(&mut child);
        Ok::<_, io::Error>(Output { status: status?, stdout: output?, stderr: errors? })
    };
    start().map_err(|error| cannot_start(command_name(command), &error))
}

/// Time limit of a question that a program answers by itself.
const ANSWER: Duration = Duration::from_secs(20);

/// Asks a program for its version; a failure where it does not answer.
pub fn ask(watchdog: &Watchdog, command: &mut Command) -> Result<Output, Failure> {
    ask_within(watchdog, command, ANSWER)
}

fn ask_within(
    watchdog: &Watchdog,
    command: &mut Command,
    limit: Duration,
) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut answer = || {
        let mut child = watchdog.spawn(command)?;
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let output = thread::spawn(move || read(stdout.as_mut()));
        let errors = thread::spawn(move || read(stderr.as_mut()));
        let started = Instant::now();
        let status = loop {
            // Ends what it leaves in its group, so that the pipes are closed.
            if let Some(status) = watchdog.try_wait(&mut child)? {
                break status;
            }
            if started.elapsed() > limit {
                watchdog.end(&mut child);
                return Ok(None);
            }
            thread::sleep(POLL_ANSWER);
        };
        let [stdout, stderr] = [output, errors].map(|reader| {
            reader
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("the reader of its output ended")))
        });
        Ok::<_, io::Error>(Some(Output { status, stdout: stdout?, stderr: stderr? }))
    };
    let answer = answer();
    answer.map_err(|error| cannot_start(command_name(command), &error))?.ok_or_else(|| {
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        Failure::new(format!(
            "`{} {}` has not answered for {} s and was ended: see what it waits for, or name another program",
            command_name(command).display(),
            arguments.join(" "),
            limit.as_secs()
        ))
    })
}

fn read(pipe: Option<&mut impl io::Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// What the end of a process was: `ended with exit code 1`.
pub fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => format!("was ended ({status})"),
    }
}

/// The failure of a command that ended otherwise than with 0: `what` it was, and what it printed.
pub fn refused(what: impl fmt::Display, output: &Output) -> Failure {
    Failure::new(format!("{what} {}; what it printed says why:", ended(output.status)))
        .with_output(&String::from_utf8_lossy(&output.stderr))
}

fn command_name(command: &Command) -> &Path {
    Path::new(command.get_program())
}

fn cannot_start(program: &Path, error: &io::Error) -> Failure {
    Failure::new(format!(
        "cannot run {}: {error}; remove its folder if it is one of the cache, then it is built again",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::tests::silent;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    fn start(script: &str, folder: &Path) -> Process {
        Process::start(&silent(), "server", &mut shell(script), folder.join("server.log")).unwrap()
    }

    fn is_running(process: u32) -> bool {
        // A process that has ended and was waited for has no entry; `kill -0` is the portable question.
        Command::new("/bin/kill")
            .args(["-0", &process.to_string()])
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    #[test]
    fn is_ready_when_it_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = start("sleep 600", folder.path());
        let mut asked = 0;
        server
            .wait_until_ready(Duration::from_mins(1), || {
                asked += 1;
                asked == 2
            })
            .unwrap();
        assert_eq!(asked, 2);
    }

    #[test]
    fn a_server_that_ends_shows_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = start("echo bind: address already in use >&2; exit 3", folder.path());
        let failure = server.wait_until_ready(Duration::from_mins(1), || false).unwrap_err();
        insta::assert_snapshot!(failure, @r"
        server ended with exit code 3; its last lines say why, and a second run starts afresh:
            bind: address already in use
        ");
        assert!(server.port_was_taken());
    }

    #[test]
    fn a_server_that_was_killed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = start("kill -9 $$", folder.path());
        let failure = server.wait_until_ready(Duration::from_mins(1), || false).unwrap_err();
        assert!(
            failure.to_string().starts_with("server was ended (signal: 9 (SIGKILL))"),
            "{failure}"
        );
    }

    #[test]
    fn an_answer_of_another_server_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let signal = folder.path().join("signal");
        let script = format!("until [ -e '{}' ]; do sleep 0.05; done; exit 3", signal.display());
        let mut server = start(&script, folder.path());
        let process = server.id().to_string();
        let failure = server
            .wait_until_ready(Duration::from_mins(1), || {
                std::fs::write(&signal, "").unwrap();
                // Ended, but not yet waited for: a zombie.
                while !state(&process).starts_with('Z') {
                    thread::sleep(Duration::from_millis(20));
                }
                true
            })
            .unwrap_err();
        assert!(failure.to_string().starts_with("server ended with exit code 3"), "{failure}");
    }

    fn state(process: &str) -> String {
        let output = Command::new("ps").args(["-o", "stat=", "-p", process]).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    }

    #[test]
    fn waits_no_longer_than_the_deadline() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = start("sleep 600", folder.path());
        let started = Instant::now();
        let failure = server.wait_until_ready(Duration::ZERO, || false).unwrap_err();
        assert!(failure.to_string().starts_with("server is not ready after 0 s"), "{failure}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn ends_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let trap = |action: &str| {
            let script = format!("trap '{action}' TERM; echo ready; while :; do sleep 0.05; done");
            let mut server = start(&script, folder.path());
            let log = folder.path().join("server.log");
            let ready = || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("ready"));
            server.wait_until_ready(Duration::from_mins(1), ready).unwrap();
            server
        };
        trap("exit 0").terminate(Duration::from_mins(1)).unwrap();
        let failure = trap("").terminate(Duration::from_secs(1));
        let failure = failure.unwrap_err().to_string();
        assert!(failure.starts_with("server has not ended 1 s after SIGTERM"), "{failure}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn its_memory_is_known_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = start("exec sleep 600", folder.path());
        let mebibyte = 1 << 20;
        assert!(server.peak_memory().is_some_and(|bytes| bytes > 0 && bytes < 1024 * mebibyte));
        server.kill();
        assert_eq!(server.peak_memory(), None);
    }

    #[test]
    fn ends_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let server = start("sleep 600", folder.path());
        let process = server.id();
        assert!(is_running(process));
        drop(server);
        assert!(!is_running(process));
    }

    #[test]
    fn a_run_returns_both_streams() {
        // More than a pipe holds, on both: neither may wait for the other.
        let script = "yes error | head -c 300000 >&2; yes output | head -c 300000; exit 4";
        let output = run(&silent(), &mut shell(script)).unwrap();
        assert_eq!(output.status.code(), Some(4));
        assert_eq!(output.stdout.len(), 300_000);
        assert_eq!(output.stderr.len(), 300_000);
    }

    #[test]
    fn a_program_that_does_not_answer_is_ended() {
        let output = ask(&silent(), &mut shell("echo v1.35.4")).unwrap();
        assert_eq!(output.stdout, b"v1.35.4\n");
        let command = &mut shell("sleep 600 & wait");
        let failure = ask_within(&silent(), command, Duration::ZERO).unwrap_err();
        insta::assert_snapshot!(failure, @"`/bin/sh -c sleep 600 & wait` has not answered for 0 s and was ended: see what it waits for, or name another program");
    }

    #[test]
    fn a_missing_program_is_a_failure() {
        let failure = run(&silent(), &mut Command::new("/nowhere/etcd")).unwrap_err();
        assert!(failure.to_string().starts_with("cannot run /nowhere/etcd: "));
    }
}
