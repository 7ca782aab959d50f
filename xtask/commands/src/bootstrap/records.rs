//! Helm's records of runs that have not ended: of a helm that was killed, or of one that still works.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use manifests_lib::values::Name;
use support::{Failure, tell};

use super::argocd::PATIENCE;
use crate::invocation::Invocation;

/// How often the records are looked at while a helm works.
const POLL: Duration = Duration::from_secs(2);

/// The records of a release.
///
/// Upstream: <https://helm.sh/docs/topics/advanced/#storage-backends>
pub struct Records {
    pub context: String,
    pub namespace: String,
    pub release: Name,
}

/// What helm writes of itself before it works: whoever finds it may not touch the release.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    /// The name of its Secret.
    secret: String,
    /// In seconds since 1970, by the clock of helm's machine; `None` where it says nothing.
    changed: Option<u64>,
}

impl Records {
    /// Helm refuses to continue after an earlier run was killed: its record of that run is removed, and nothing else. The
    /// objects stay, and the next run takes them over, because they carry the name of the release.
    ///
    /// A record that is younger than the time limit of a run may be of a helm that works, here or elsewhere: it is waited for.
    pub fn settle(&self) -> Result<(), Failure> {
        let started = Instant::now();
        let mut told = false;
        loop {
            let records = read(&self.pending().output()?);
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let young = records.iter().find_map(|record| Some((record, record.rest(now)?)));
            let Some((record, rest)) = young.filter(|_| started.elapsed() < PATIENCE) else {
                let secrets: Vec<String> =
                    records.into_iter().map(|record| record.secret).collect();
                return if secrets.is_empty() { Ok(()) } else { self.delete(secrets).run() };
            };
            if !told {
                tell(format_args!(
                    "Helm's record {} says that a helm works on the release {}: waiting until it has ended, at most {} seconds, as long \
                     as a run may take. If you know that it was killed, remove its record: {}",
                    record.secret,
                    self.release,
                    rest.as_secs(),
                    self.delete(vec![record.secret.clone()])
                ));
                told = true;
            }
            thread::sleep(POLL);
        }
    }

    /// One line each: the Secret, when it was made and changed by helm's clock, and when by the cluster's, which is for people.
    fn pending(&self) -> Invocation {
        let line = "{.metadata.name},{.metadata.labels.createdAt},{.metadata.labels.modifiedAt},{.metadata.creationTimestamp}";
        let words = [
            "get".to_owned(),
            "secret".to_owned(),
            format!("--namespace={}", self.namespace),
            format!(
                "--selector=owner=helm,name={},status in (pending-install,pending-upgrade,pending-rollback)",
                self.release
            ),
            format!(r#"--output=jsonpath={{range .items[*]}}{line}{{"\n"}}{{end}}"#),
        ];
        Invocation::kubectl(&self.context, words)
    }

    fn delete(&self, secrets: Vec<String>) -> Invocation {
        let words = [
            "delete".to_owned(),
            "secret".to_owned(),
            format!("--namespace={}", self.namespace),
            // Another run may have removed it.
            "--ignore-not-found".to_owned(),
        ];
        Invocation::kubectl(&self.context, words.into_iter().chain(secrets))
    }
}

/// For people: what this finds, they delete.
impl fmt::Display for Records {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = PATIENCE.as_secs() / 60;
        writeln!(
            formatter,
            "# (delete the Secret that this shows if it is older than {minutes} minutes; helm refuses to work while it is there)"
        )?;
        self.pending().fmt(formatter)
    }
}

fn read(lines: &str) -> Vec<Record> {
    let records = lines.lines().filter_map(|line| {
        let mut fields = line.split(',');
        let secret = fields.next().filter(|secret| !secret.is_empty())?.to_owned();
        let changed = fields.take(2).filter_map(|field| field.parse().ok()).max();
        Some(Record { secret, changed })
    });
    records.collect()
}

impl Record {
    /// How long its helm may still work; `None` if none does any more.
    fn rest(&self, now: Duration) -> Option<Duration> {
        // A record from the future is new: the clocks differ.
        let age = now.saturating_sub(Duration::from_secs(self.changed.unwrap_or(u64::MAX)));
        PATIENCE.checked_sub(age).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(changed: Option<u64>) -> Record {
        Record { secret: "sh.helm.release.v1.argocd.v1".to_owned(), changed }
    }

    #[test]
    fn the_last_change_counts() {
        for (line, changed) in [
            ("100,,2026-01-01T00:00:00Z", Some(100)),
            ("100,160,2026-01-01T00:00:00Z", Some(160)),
            (",160,2026-01-01T00:00:00Z", Some(160)),
            (",,2026-01-01T00:00:00Z", None),
        ] {
            let line = format!("sh.helm.release.v1.argocd.v1,{line}\n");
            assert_eq!(read(&line), [record(changed)], "{line}");
        }
        assert_eq!(read("\n"), []);
    }

    #[test]
    fn a_helm_may_work_as_long_as_its_time_limit() {
        let at = |seconds| Duration::from_secs(seconds);
        for (changed, now, rest) in [
            (Some(1000), 1000, Some(600)),
            (Some(1000), 1599, Some(1)),
            (Some(1000), 1600, None),
            (Some(1000), 9999, None),
            (Some(2000), 1000, Some(600)),
            (None, 1000, Some(600)),
        ] {
            assert_eq!(record(changed).rest(at(now)), rest.map(at), "{changed:?} {now}");
        }
    }
}
