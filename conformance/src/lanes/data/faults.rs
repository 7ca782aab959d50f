//! Faults for the lane `data`.

use harness::{Failure, Programs, Report};
use serde_json::json;

use super::{object, postgres, redis, world};
use crate::lanes::Options;
use crate::lanes::faults::expect;
use crate::rendered::Object;

/// Scripts and commands by which users may too much or too little.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    let script = ("ConfigMap", "web-db-first-start", &["data", "users.sh"][..]);
    let path = &["spec", "template", "spec", "containers", "0", "command", "2"][..];
    let cache = ("StatefulSet", "web-cache-stateful-set", path);
    let sessions = ("StatefulSet", "web-cache-sessions-stateful-set", path);
    for (fault, place, from, to, expected) in [
        (
            "a script that stops",
            script,
            "CREATE DATABASE",
            "CREATE DATABASES",
            "does not take the script",
        ),
        (
            "a reader that may write",
            script,
            "GRANT SELECT ON TABLES",
            "GRANT ALL ON TABLES",
            "the reader of the database may DELETE",
        ),
        (
            "a writer that may not",
            script,
            "GRANT SELECT, INSERT, UPDATE, DELETE",
            "GRANT SELECT",
            "the writer of the database may not",
        ),
        (
            "a reader that makes temporary tables",
            script,
            "REVOKE ALL ON DATABASE \"web\" FROM",
            "GRANT ALL ON DATABASE \"web\" TO",
            "may CREATE TEMPORARY TABLE",
        ),
        (
            "another password",
            script,
            "$OWNER_PASSWORD",
            "$PGDATA",
            "the owner of the database may not",
        ),
        (
            "a cache without a password",
            cache,
            "requirepass",
            "#",
            "takes a client without a password",
        ),
        ("a cache without a limit", cache, "maxmemory 96mb", "maxmemory 0", "has more memory"),
        (
            "a cache that forgets",
            sessions,
            "appendonly yes",
            "save \"\"",
            "after a restart a key is nothing",
        ),
    ] {
        let mut objects = world::objects()?;
        change(&mut objects, place, from, to)?;
        let mut found = Report::default();
        if place.0 == "ConfigMap" {
            postgres::check(programs, &objects, &mut found)?;
        } else {
            redis::check(programs, &objects, &mut found)?;
        }
        expect(report, fault, &found.findings, &[expected]);
    }
    Ok(())
}

fn change(
    objects: &mut [Object],
    (kind, name, path): (&str, &str, &[&str]),
    from: &str,
    to: &str,
) -> Result<(), Failure> {
    let found = object(objects, kind, name)?;
    let mut text = &found.value;
    for part in path {
        text = part.parse::<usize>().map_or(&text[*part], |index| &text[index]);
    }
    let text = text.as_str().unwrap_or_default();
    let changed = found.with_field(path, json!(text.replace(from, to)))?;
    if let Some(place) = objects.iter_mut().find(|it| it.identity == changed.identity) {
        *place = changed;
    }
    Ok(())
}
