//! Programs that run for a command: signals to this one reach them, and it ends after them.
//!
//! On a terminal they stay in the group of this process: a plugin of kubectl may ask for a password there, and Ctrl-C reaches all.
//! Elsewhere each has a group of its own, so that a signal to this process alone also reaches what the program has started.

use std::fs::File;
use std::io;
use std::process::{Child, Command, ExitStatus, exit};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::signal_name;
use support::{is_ignored, tell};

/// A program that was started.
pub struct Running {
    child: Child,
    place: Place,
}

/// Where signals reach it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    process: Pid,
    /// Whether it has a group of its own, to which the terminal sends no signals.
    has_group: bool,
}

impl Place {
    fn send(self, signal: Signal) {
        // Ctrl-C on a terminal has reached it already, but a signal to this process alone has not; a second one ends nothing sooner, as
        // kubectl and minikube end at the first, and helm heeds no other.
        // Whoever has ended in the meantime needs no signal.
        let _ = if self.has_group {
            kill_process_group(self.process, signal)
        } else {
            kill_process(self.process, signal)
        };
    }
}

/// What is known of programs and signals; who holds it starts and ends programs.
struct State {
    running: Vec<Place>,
    /// The first signal that has arrived, and when.
    interrupted: Option<(i32, Instant)>,
}

static STATE: Mutex<State> = Mutex::new(State { running: Vec::new(), interrupted: None });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a program may take to end before the user is told what is waited for. A signal within this time is another copy of the
/// first one: shells pass on what the terminal has sent as well.
const MOMENT: Duration = Duration::from_secs(1);

/// How often a program with a time limit is asked whether it has ended.
const POLL: Duration = Duration::from_millis(10);

impl Running {
    /// Starts a program for the user.
    ///
    /// # Errors
    /// If the system cannot start it.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        Self::spawn(command, File::open("/dev/tty").is_err())
    }

    /// Starts a program that asks the user nothing.
    ///
    /// # Errors
    /// If the system cannot start it.
    pub fn start_apart(command: &mut Command) -> io::Result<Self> {
        Self::spawn(command, true)
    }

    fn spawn(command: &mut Command, has_group: bool) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;

        listen();
        if has_group {
            command.process_group(0);
        }
        let mut state = state();
        let child = command.spawn()?;
        let number = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let process = number.ok_or_else(|| io::Error::other("it has no number"))?;
        let place = Place { process, has_group };
        state.running.push(place);
        Ok(Self { child, place })
    }

    /// For its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits until it has ended. After a signal, this process ends as well, with 128 + the signal.
    ///
    /// # Errors
    /// If the system cannot wait for it.
    pub fn wait(mut self) -> io::Result<ExitStatus> {
        self.has_ended(WaitIdOptions::empty())?;
        self.reap()
    }

    /// The same; a program that takes longer is ended, and there is no status.
    ///
    /// # Errors
    /// If the system cannot wait for it.
    pub fn wait_within(mut self, limit: Duration) -> io::Result<Option<ExitStatus>> {
        let started = Instant::now();
        while !self.has_ended(WaitIdOptions::NOHANG)? {
            if started.elapsed() > limit {
                self.place.send(Signal::KILL);
                self.has_ended(WaitIdOptions::empty())?;
                return self.reap().map(|_| None);
            }
            thread::sleep(POLL);
        }
        self.reap().map(Some)
    }

    /// Whether it has ended; its number stays its own, so that no signal reaches another process.
    fn has_ended(&self, options: WaitIdOptions) -> io::Result<bool> {
        let options = options | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(self.place.process), options) {
                Ok(ended) => return Ok(ended.is_some()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn reap(&mut self) -> io::Result<ExitStatus> {
        let mut state = state();
        state.running.retain(|place| *place != self.place);
        let status = self.child.wait();
        if let Some((signal, _)) = state.interrupted {
            exit(128 + signal);
        }
        status
    }
}

/// The name of a signal, as in `kill -l`.
pub fn name_of(signal: i32) -> String {
    signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned)
}

/// From now on signals end this process through [`receive`].
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
        // Without it, this process ends as it did: at once.
        let Ok(mut signals) = Signals::new(wanted) else { return };
        thread::spawn(move || signals.forever().for_each(receive));
    });
}

fn receive(signal: i32) {
    let mut state = state();
    if state.running.is_empty() {
        // Nothing starts any more: the state stays locked.
        exit(128 + signal);
    }
    let (sent, is_first) = match state.interrupted {
        None => (Signal::from_named_raw(signal), true),
        Some((_, first)) if first.elapsed() < MOMENT => return,
        Some(_) => (Some(Signal::KILL), false),
    };
    for place in &state.running {
        if let Some(sent) = sent {
            place.send(sent);
        }
    }
    if is_first {
        state.interrupted = Some((signal, Instant::now()));
        thread::spawn(|| {
            thread::sleep(MOMENT);
            let waits = !self::state().running.is_empty();
            if waits {
                tell(
                    "Interrupted: waiting until the program that runs has ended; a second signal ends it at once",
                );
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Running {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null());
        Running::start_apart(&mut command).expect("a shell")
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended_with_what_it_has_started() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "sleep 600 & wait"]).stdout(Stdio::piped());
        let mut running = Running::start_apart(&mut command).expect("a shell");
        let output = running.child().stdout.take();
        assert_eq!(running.wait_within(Duration::ZERO).expect("an own process"), None);
        // It is closed once the last of them has ended.
        let text = io::read_to_string(output.expect("a pipe"));
        assert_eq!(text.expect("text"), "");
    }

    #[test]
    fn whoever_ends_in_time_has_a_status() {
        let status = shell("exit 3").wait_within(Duration::from_mins(1)).expect("an own process");
        assert_eq!(status.and_then(|status| status.code()), Some(3));
        let status = shell("kill -TERM $$").wait().expect("an own process");
        assert_eq!(status.signal(), Some(SIGTERM));
    }

    #[test]
    fn signals_have_names() {
        assert_eq!([SIGTERM, 9, 250].map(name_of), ["SIGTERM", "SIGKILL", "signal 250"]);
    }
}
