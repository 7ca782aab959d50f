//! Deletes what has left the code, and waits until it is gone.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::run::Run;
use crate::health;
use crate::leftover::Leftover;
use crate::survey::all;
use crate::trouble::Trouble;

const PAUSE: Duration = Duration::from_millis(500);

impl Run<'_> {
    /// Deletes objects: what others need goes last.
    pub async fn delete(&mut self, mut leftovers: Vec<Leftover>) {
        if leftovers.is_empty() || self.is_ended() {
            return;
        }
        if self.has_failed() {
            self.tell(&format!(
                "{} objects that have left the code are not deleted, because not everything else is applied and ready",
                leftovers.len()
            ));
            return;
        }
        leftovers.sort_by_key(|leftover| std::cmp::Reverse(leftover.rank()));
        let deadline = Instant::now() + Duration::from_secs(self.options.timeout);
        for part in leftovers.chunk_by(|one, other| one.rank() == other.rank()) {
            if self.is_ended() {
                return;
            }
            self.title(format!("deleting {} objects that have left the code", part.len()));
            let server = &self.cluster.server;
            let deletions = part.iter().map(|leftover| async move {
                (leftover, server.delete(&leftover.path, &leftover.uid).await)
            });
            let mut going: Vec<&Leftover> = Vec::new();
            for (leftover, deleted) in all(deletions).await {
                match deleted {
                    Ok(_) => going.push(leftover),
                    Err(Trouble::Refused(refusal)) if refusal.code == 409 => self.problem(format!(
                        "{}: it was made anew in the meantime, and is not deleted: run again",
                        leftover.identity
                    )),
                    Err(trouble) => {
                        self.problem(format!("{}: {}", leftover.identity, trouble.sentence()));
                    }
                }
            }
            self.until_gone(going, deadline).await;
        }
    }

    /// Waits until objects are gone, and names what holds them.
    async fn until_gone(&mut self, mut going: Vec<&Leftover>, deadline: Instant) {
        loop {
            let server = &self.cluster.server;
            let gets = going
                .iter()
                .map(|&leftover| async move { (leftover, server.get(&leftover.path).await) });
            let mut rows = BTreeMap::new();
            let mut held = Vec::new();
            for (leftover, live) in all(gets).await {
                match live {
                    Ok(Some(live)) if live["metadata"]["uid"] == leftover.uid.as_str() => {
                        rows.insert(leftover.identity.to_string(), health::deletion(&live));
                        held.push(leftover);
                    }
                    Ok(_) => self.deleted += 1,
                    Err(trouble) => {
                        self.problem(format!("{}: {}", leftover.identity, trouble.sentence()));
                    }
                }
            }
            going = held;
            self.show.rows(rows.clone());
            if going.is_empty() {
                return;
            }
            if Instant::now() >= deadline || self.is_ended() {
                self.show.clear();
                for (identity, why) in rows {
                    self.problem(format!("{identity} is not gone yet: {why}"));
                }
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.cluster.stop.asked() => {}
            }
        }
    }
}
