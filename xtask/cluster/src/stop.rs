//! Ctrl-C and `kill`: no new write begins, those that run are finished, and what was done is told.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use support::{Failure, is_ignored, tell};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// Whether the user wants it to end.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    signal: AtomicI32,
    arrived: Notify,
}

impl Stop {
    /// From now on the first signal is only noted; the second ends the program at once.
    pub fn listen() -> Result<Self, Failure> {
        let stop = Self::default();
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            if is_ignored(kind.as_raw_value()) {
                continue;
            }
            let mut signals = signal(kind).map_err(|error| {
                Failure::new(format!(
                    "cannot wait for Ctrl-C: {error}; end other programs and run again"
                ))
            })?;
            let stop = stop.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    stop.receive(kind.as_raw_value());
                }
            });
        }
        Ok(stop)
    }

    fn receive(&self, number: i32) {
        let first = self.0.signal.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst);
        if first.is_err() {
            // The table may have hidden the cursor.
            let _ = io::stderr().write_all(b"\n");
            tell(
                "Ended at once: a write that was under way may have arrived; the same command does the rest",
            );
            std::process::exit(128 + number);
        }
        self.0.arrived.notify_waiters();
    }

    /// The signal that has arrived.
    pub fn signal(&self) -> Option<i32> {
        match self.0.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(signal),
        }
    }

    /// Whether one has arrived.
    pub fn is_asked(&self) -> bool {
        self.signal().is_some()
    }

    /// Waits for one.
    pub async fn asked(&self) {
        loop {
            let arrived = self.0.arrived.notified();
            if self.is_asked() {
                return;
            }
            arrived.await;
        }
    }

    /// The exit code after a signal.
    pub fn code(&self) -> Option<u8> {
        self.signal().and_then(|signal| u8::try_from(128 + signal).ok())
    }
}
