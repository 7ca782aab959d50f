//! Helm's records of runs that have not ended: of a helm that was killed, or of one that still works.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use k8s_openapi::jiff::Timestamp;
use manifests_lib::values::Name;
use support::{Failure, tell};

use super::argocd::PATIENCE;
use programs::Invocation;

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
    /// When it was written last, by the cluster's clock, since that of helm's machine may be wrong; `None` where nothing says it.
    changed: Option<Timestamp>,
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
            if records.is_empty() {
                return Ok(());
            }
            let now = self.now()?;
            let young = records.iter().find_map(|record| Some((record, record.rest(now)?)));
            let Some((record, rest)) = young.filter(|_| started.elapsed() < PATIENCE) else {
                let secrets: Vec<String> =
                    records.into_iter().map(|record| record.secret).collect();
                return self.delete(secrets).run();
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

    /// The time by the cluster's clock: that of an object which the API server only pretends to make.
    fn now(&self) -> Result<Timestamp, Failure> {
        let words = [
            "create".to_owned(),
            "configmap".to_owned(),
            "clock".to_owned(),
            format!("--namespace={}", self.namespace),
            "--dry-run=server".to_owned(),
            "--output=jsonpath={.metadata.creationTimestamp}".to_owned(),
        ];
        let told = Invocation::kubectl(&self.context, words).output()?;
        told.trim().parse().map_err(|_| {
            Failure::new(format!(
                "the cluster does not tell its time, without which nobody knows whether the helm of a record still works; look at the record: {}",
                self.pending()
            ))
        })
    }

    /// One line each: the Secret, and when it was made and changed.
    fn pending(&self) -> Invocation {
        let line =
            "{.metadata.name} {.metadata.creationTimestamp} {.metadata.managedFields[*].time}";
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
        let mut words = line.split_whitespace();
        let secret = words.next()?.to_owned();
        let changed = words.filter_map(|word| word.parse().ok()).max();
        Some(Record { secret, changed })
    });
    records.collect()
}

impl Record {
    /// How long its helm may still work; `None` if none does any more.
    fn rest(&self, now: Timestamp) -> Option<Duration> {
        let changed = self.changed.unwrap_or(now);
        // A record from the future is new.
        let age = Duration::try_from(now.duration_since(changed)).unwrap_or_default();
        PATIENCE.checked_sub(age).filter(|rest| !rest.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(changed: Option<&str>) -> Record {
        let changed = changed.map(|time| time.parse().expect("a time"));
        Record { secret: "sh.helm.release.v1.argocd.v1".to_owned(), changed }
    }

    #[test]
    fn the_last_change_counts() {
        for (times, changed) in [
            ("2026-01-01T00:00:00Z", Some("2026-01-01T00:00:00Z")),
            ("2026-01-01T00:00:00Z 2026-01-01T00:01:00Z", Some("2026-01-01T00:01:00Z")),
            ("", None),
        ] {
            let line = format!("sh.helm.release.v1.argocd.v1 {times}\n");
            assert_eq!(read(&line), [record(changed)], "{line}");
        }
        assert_eq!(read("\n"), []);
    }

    #[test]
    fn a_helm_may_work_as_long_as_its_time_limit() {
        let now = "2026-01-01T12:00:00Z".parse().expect("a time");
        for (changed, rest) in [
            (Some("2026-01-01T12:00:00Z"), Some(600)),
            (Some("2026-01-01T11:50:01Z"), Some(1)),
            (Some("2026-01-01T11:50:00Z"), None),
            (Some("2025-01-01T00:00:00Z"), None),
            (Some("2026-01-01T12:30:00Z"), Some(600)),
            (None, Some(600)),
        ] {
            assert_eq!(record(changed).rest(now), rest.map(Duration::from_secs), "{changed:?}");
        }
    }
}
