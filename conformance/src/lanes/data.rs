//! Lane `data`: a real PostgreSQL and a real Redis are started as the containers of a small platform would be, and take its users,
//! their rights and their passwords.

pub mod faults;
mod postgres;
mod redis;
mod variables;
pub mod world;

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use harness::{Failure, Programs, Report};

use super::Options;
use crate::rendered::Object;

/// Checks what the language writes.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    report.note(
        "the script of the first start and the command of the container run as they are rendered, with the variables that Kubernetes \
         would make of the manifest; images, probes and External Secrets do not run: the lane makes up the Secrets, with what would \
         break a URL in those of AWS",
    );
    let objects = world::objects()?;
    postgres::check(programs, &objects, report)?;
    redis::check(programs, &objects, report)
}

/// Starts no server as root, which PostgreSQL refuses: as nobody, who gets the folder.
fn not_as_root(command: &mut Command, folder: &Path) {
    const NOBODY: u32 = 65534;
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        let _ = chown(folder, Some(NOBODY), Some(NOBODY));
        command.uid(NOBODY).gid(NOBODY);
    }
}

/// The object of a kind and name.
fn object<'a>(objects: &'a [Object], kind: &str, name: &str) -> Result<&'a Object, Failure> {
    let found =
        objects.iter().find(|object| object.identity.kind == kind && object.identity.name == name);
    found.ok_or_else(|| {
        Failure::new(format!(
            "the lane's platform has no {kind} {name}: correct conformance/src/lanes/data"
        ))
    })
}
