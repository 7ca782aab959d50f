//! Nothing is left behind, however this program ends.
//!
//! The watchdog is this program once more, at the other end of a pipe. It is told of every process group and every
//! temporary folder. When the pipe closes, it ends the groups and removes the folders that are left: after success and
//! failure, after Ctrl-C, and also when this program is killed and cannot do it itself.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::io::{self, BufRead, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitIdOptions, WaitOptions, kill_process_group, waitpid};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::TempDir;

use crate::life::{Life, life};
use crate::{Failure, progress};

/// The argument that makes this program the watchdog of another run of it.
pub const ARGUMENT: &str = "watchdog";

/// What the watchdog is told, one line of JSON each.
#[derive(Serialize, Deserialize)]
enum Message {
    Group(i32),
    GroupEnded(i32),
    Folder(PathBuf),
    FolderKept(PathBuf),
}

/// The end of the pipe that tells.
#[derive(Clone)]
pub struct Watchdog {
    state: Arc<Mutex<State>>,
}

struct State {
    process: Child,
    pipe: Option<ChildStdin>,
    /// As the watchdog knows them.
    groups: BTreeSet<i32>,
}

impl Watchdog {
    /// Starts the watchdog; from now on SIGINT, SIGTERM and SIGHUP end this program through it.
    pub fn start() -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(format!(
                "cannot find the file of this program: {error}; start it by its path"
            ))
        })?;
        let mut command = Command::new(program);
        command.arg(ARGUMENT);
        let watchdog = Self::start_as(command)?;
        watchdog.end_on_signals()?;
        Ok(watchdog)
    }

    /// One that only listens: a test ends what it starts itself.
    pub fn silent() -> Result<Self, Failure> {
        Self::start_as(Command::new("/bin/cat"))
    }

    fn start_as(mut command: Command) -> Result<Self, Failure> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: Ctrl-C in the terminal does not reach it.
            .process_group(0)
            .spawn()
            .map_err(|error| {
                Failure::new(format!(
                    "cannot start the watchdog, which cleans up: {error}; end other programs and try again"
                ))
            })?;
        let pipe = process.stdin.take();
        Ok(Self { state: Arc::new(Mutex::new(State { process, pipe, groups: BTreeSet::new() })) })
    }

    fn end_on_signals(&self) -> Result<(), Failure> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(|error| {
            Failure::new(format!(
                "cannot listen for Ctrl-C: {error}; end other programs and try again"
            ))
        })?;
        let watchdog = self.clone();
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // Held to the end, so that the main thread starts nothing more.
                let mut state = watchdog.lock();
                state.finish();
                state.wait_for_groups();
                progress("interrupted: every process that was started has ended");
                // What a shell reports for a program that a signal has ended.
                std::process::exit(128 + signal);
            }
        });
        Ok(())
    }

    /// Starts a process in a group of its own, which ends with this program at the latest.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        let mut state = self.lock();
        let mut child = command.process_group(0).spawn()?;
        match i32::try_from(child.id())
            .map_err(io::Error::other)
            .and_then(|group| state.tell(&Message::Group(group)))
        {
            Ok(()) => Ok(child),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    /// Ends a group that [`Watchdog::spawn`] started and waits for its first process.
    pub fn end(&self, child: &mut Child) {
        if let Ok(Life::Running | Life::Ended) = life(child, WaitIdOptions::NOHANG) {
            let _ = self.end_group_of(child);
        }
    }

    /// Waits until the first process of a group has ended, and ends what it leaves in its group.
    pub fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        match life(child, WaitIdOptions::empty())? {
            Life::Running | Life::Ended => self.end_group_of(child),
            Life::WaitedFor => child.wait(),
        }
    }

    /// The same, but nothing where the first process is still running.
    pub fn try_wait(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        match life(child, WaitIdOptions::NOHANG)? {
            Life::Running => Ok(None),
            Life::Ended => self.end_group_of(child).map(Some),
            Life::WaitedFor => child.try_wait(),
        }
    }

    /// The first process must not have been waited for: until then, its number is that of the group and of no other.
    fn end_group_of(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let group = i32::try_from(child.id()).map_err(io::Error::other)?;
        end_group(group);
        let status = child.wait();
        let _ = self.lock().tell(&Message::GroupEnded(group));
        status
    }

    /// Leaves a process running after this program has ended.
    pub fn keep(&self, child: &Child) {
        if let Ok(group) = i32::try_from(child.id()) {
            let _ = self.lock().tell(&Message::GroupEnded(group));
        }
    }

    /// A folder that goes when it is dropped, and with this program at the latest.
    pub fn temporary_folder(&self) -> Result<TempDir, Failure> {
        let create = || {
            let folder = tempfile::Builder::new()
                .prefix("conformance-")
                // What lies in it lets its reader into the cluster.
                .permissions(Permissions::from_mode(0o700))
                .tempdir()?;
            self.lock().tell(&Message::Folder(folder.path().to_owned()))?;
            Ok(folder)
        };
        create().map_err(|error: io::Error| {
            Failure::new(format!(
                "cannot make a folder in {}: {error}; make room there or name another folder with TMPDIR",
                std::env::temp_dir().display()
            ))
        })
    }

    /// Leaves a folder in place after this program has ended.
    pub fn keep_folder(&self, folder: &Path) {
        let _ = self.lock().tell(&Message::FolderKept(folder.to_owned()));
    }

    /// Ends what is left and removes the folders.
    pub fn finish(&self) {
        self.lock().finish();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, message: &Message) -> io::Result<()> {
        let pipe = self.pipe.as_mut().ok_or_else(|| io::Error::other("the run is ending"))?;
        serde_json::to_writer(&mut *pipe, message)?;
        pipe.write_all(b"\n")?;
        pipe.flush()?;
        match message {
            Message::Group(group) => self.groups.insert(*group),
            Message::GroupEnded(group) => self.groups.remove(group),
            Message::Folder(_) | Message::FolderKept(_) => false,
        };
        Ok(())
    }

    fn finish(&mut self) {
        self.pipe = None;
        let _ = self.process.wait();
    }

    /// Waits for the processes that the watchdog has just ended, so that the system forgets them before this program ends;
    /// not every init process does that at once.
    fn wait_for_groups(&self) {
        for &group in &self.groups {
            // The watchdog may have been killed before it could.
            end_group(group);
        }
        for process in self.groups.iter().copied().filter_map(Pid::from_raw) {
            // Whoever else waits for it in this program gets an error, but no time to tell.
            while let Err(Errno::INTR) = waitpid(Some(process), WaitOptions::empty()) {}
        }
    }
}

/// Ends a process that [`Watchdog::spawn`] started and that nobody has waited for, with its group; who started it sees it.
pub fn kill(process: u32) {
    if let Ok(group) = i32::try_from(process) {
        end_group(group);
    }
}

/// Ends every process of a group at once: whatever they keep lies in a folder that is removed with them.
fn end_group(group: i32) {
    if let Some(group) = Pid::from_raw(group) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The other end of the pipe: the program that [`ARGUMENT`] starts.
pub fn watch(input: impl BufRead) -> ExitCode {
    let mut groups = Vec::new();
    let mut folders = Vec::new();
    for line in input.lines().map_while(Result::ok) {
        // A line that was cut off by the end of its writer.
        let Ok(message) = serde_json::from_str(&line) else {
            continue;
        };
        match message {
            Message::Group(group) => groups.push(group),
            Message::GroupEnded(group) => groups.retain(|other| *other != group),
            Message::Folder(folder) => folders.push(folder),
            Message::FolderKept(folder) => folders.retain(|other| *other != folder),
        }
    }
    for group in groups {
        end_group(group);
    }
    for folder in folders {
        remove(&folder);
    }
    ExitCode::SUCCESS
}

/// Processes that are just ending may still write: the folder is removed again until it is gone.
fn remove(folder: &Path) {
    for _ in 0..50 {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                thread::sleep(Duration::from_millis(100));
            }
            _ => return,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::process::ChildStdout;
    use std::time::Instant;

    pub fn silent() -> Watchdog {
        Watchdog::silent().unwrap()
    }

    fn sleeping(script: &str) -> Child {
        Command::new("/bin/sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap()
    }

    fn lines(messages: &[Message]) -> Vec<u8> {
        let mut lines = Vec::new();
        for message in messages {
            serde_json::to_writer(&mut lines, message).unwrap();
            lines.push(b'\n');
        }
        lines
    }

    #[test]
    fn ends_a_whole_group_and_removes_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("data"), "").unwrap();
        let mut child = sleeping("sleep 600 & wait");
        let input = lines(&[
            Message::Group(i32::try_from(child.id()).unwrap()),
            Message::Folder(folder.path().to_owned()),
        ]);
        watch(input.as_slice());
        // The pipe of standard output closes once the last process of the group is gone.
        let mut output = String::new();
        io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut output).unwrap();
        assert!(!child.wait().unwrap().success());
        assert!(!folder.path().exists());
    }

    /// A group whose first process has ended and has left another, which holds the returned pipe open.
    fn left_behind(watchdog: &Watchdog) -> (Child, ChildStdout) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "sleep 30 & exit 3"]).stdout(Stdio::piped());
        let mut child = watchdog.spawn(&mut command).unwrap();
        let output = child.stdout.take().unwrap();
        while !matches!(life(&child, WaitIdOptions::NOHANG), Ok(Life::Ended)) {
            thread::sleep(Duration::from_millis(20));
        }
        (child, output)
    }

    /// The pipe closes once the last process of the group is gone: at once, or when it has slept enough.
    fn is_closed(mut output: ChildStdout) -> bool {
        let started = Instant::now();
        io::Read::read_to_end(&mut output, &mut Vec::new()).unwrap();
        started.elapsed() < Duration::from_secs(20)
    }

    #[test]
    fn a_group_ends_also_after_its_first_process() {
        let watchdog = silent();
        let (mut child, output) = left_behind(&watchdog);
        watchdog.end(&mut child);
        assert!(is_closed(output));
    }

    #[test]
    fn whoever_waits_leaves_nothing_of_the_group() {
        let watchdog = silent();
        let (mut child, output) = left_behind(&watchdog);
        let status = watchdog.try_wait(&mut child).unwrap().unwrap();
        assert!(is_closed(output));
        assert_eq!(status.code(), Some(3));
        // What has been waited for stays known.
        assert_eq!(watchdog.wait(&mut child).unwrap(), status);
        assert_eq!(watchdog.try_wait(&mut child).unwrap(), Some(status));

        let (mut child, output) = left_behind(&watchdog);
        assert_eq!(watchdog.wait(&mut child).unwrap().code(), Some(3));
        assert!(is_closed(output));
    }

    #[test]
    fn a_process_that_runs_has_no_status() {
        let watchdog = silent();
        let mut child = watchdog.spawn(Command::new("/bin/sleep").arg("600")).unwrap();
        assert_eq!(watchdog.try_wait(&mut child).unwrap(), None);
        watchdog.end(&mut child);
    }

    #[test]
    fn folders_are_for_their_owner_only() {
        let folder = silent().temporary_folder().unwrap();
        let mode = folder.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn leaves_what_is_kept_or_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = sleeping("read line; echo alive");
        let group = i32::try_from(child.id()).unwrap();
        let mut input = lines(&[
            Message::Group(group),
            Message::Folder(folder.path().to_owned()),
            Message::GroupEnded(group),
            Message::FolderKept(folder.path().to_owned()),
        ]);
        input.extend_from_slice(b"{\"Gro");
        watch(input.as_slice());
        child.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert_eq!(child.wait_with_output().unwrap().stdout, b"alive\n");
        assert!(folder.path().exists());
    }
}
