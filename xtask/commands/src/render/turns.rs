//! Environments are rendered at the same time and printed one after the other, each straight to standard output: what they print may
//! be as large as all of their files.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::panic;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use support::Failure;
use support::output::printed;

/// When it is one's turn to print.
pub(super) struct Turn(Receiver<()>);

impl Turn {
    /// Waits until all before have printed; none where nobody can be told anything any more.
    pub(super) fn wait(&self) -> Option<Output> {
        self.0.recv().ok()?;
        Some(Output {
            buffer: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
            failed: None,
        })
    }
}

/// Standard output. Writing never fails: what failed first is told in the end, so that it is not taken for a failure of what was read.
pub(super) struct Output {
    buffer: BufWriter<StdoutLock<'static>>,
    failed: Option<io::Error>,
}

impl Output {
    /// Ends printing.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        let _ = self.flush();
        printed(self.failed.map_or(Ok(()), Err))
    }

    fn keep(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() {
            let result = self.buffer.write_all(bytes);
            self.keep(result);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.is_none() {
            let result = self.buffer.flush();
            self.keep(result);
        }
        Ok(())
    }
}

/// Works on all of them at once, and hands on the results in their order; each has its turn when those before it are handed on.
pub(super) fn each<T: Send, R: Send>(
    all: impl Iterator<Item = T>,
    work: impl Fn(T, &Turn) -> R + Sync,
    mut done: impl FnMut(R) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = all
            .map(|one| {
                let (next, turn) = channel();
                (next, scope.spawn(move || work(one, &Turn(turn))))
            })
            .collect();
        for (next, thread) in threads {
            // Who has ended already needs no turn.
            let _ = next.send(());
            match thread.join() {
                Ok(result) => done(result)?,
                Err(reason) => panic::resume_unwind(reason),
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_a_turn_before_those_before_him_are_done() {
        let mut seen = Vec::new();
        let works = |number: u64, turn: &Turn| {
            // Whoever comes last is ready first.
            thread::sleep(std::time::Duration::from_millis(30 - 10 * number));
            turn.0.recv().is_ok().then_some(number)
        };
        each(0..3, works, |number| {
            seen.push(number);
            Ok(())
        })
        .expect("nothing fails");
        assert_eq!(seen, [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn after_a_failure_nobody_has_a_turn_any_more() {
        let had_turn = std::sync::Mutex::new(Vec::new());
        let works = |number: u64, turn: &Turn| {
            if turn.0.recv().is_ok() {
                had_turn.lock().expect("no panic").push(number);
            }
        };
        let failed = each(0..3, works, |()| Err(Failure::new("full")));
        assert!(failed.is_err());
        assert_eq!(*had_turn.lock().expect("no panic"), [0]);
    }
}
