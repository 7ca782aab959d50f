//! A fault of the machine, for every lane with a cluster.

use std::fs;
use std::path::Path;
use std::thread;

use harness::{Cluster, Failure, Programs, Report, cannot_write, progress};
use serde_json::{Value, json};

use crate::lanes::Options;
use crate::lanes::faults::expect;

const NAMESPACE: &str = "example";

/// So many that their apply takes some seconds.
const OBJECTS: usize = 500;

/// The API server is killed in the middle of an apply: the failure names it, and in a new cluster the same apply works.
pub fn run(programs: &Programs, _options: &Options, report: &mut Report) -> Result<(), Failure> {
    progress("self-test: killing the API server in the middle of an apply");
    let folder = programs.temporary_folder()?;
    let namespace = folder.path().join("namespace.json");
    let objects = folder.path().join("objects.json");
    write(
        &namespace,
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
    )?;
    write(&objects, &many())?;

    let mut cluster = Cluster::start(programs)?;
    accepted(&mut cluster, &namespace)?;
    let kill = cluster.kill_api_server_after(&["configmaps", "--namespace", NAMESPACE]);
    let applied = thread::scope(|scope| {
        let kill = scope.spawn(kill);
        let applied = cluster.apply(&[&objects]);
        match kill.join() {
            Ok(killed) => killed.and(applied),
            Err(_) => Err(Failure::new(
                "the thread that kills the API server has ended: run again with RUST_BACKTRACE=1",
            )),
        }
    });
    let said = match applied {
        Ok(_) => "nothing".to_owned(),
        Err(failure) => failure.to_string(),
    };
    drop(cluster);
    expect(
        report,
        "an API server that is killed in the middle of an apply",
        &[said],
        &["kube-apiserver was ended (signal: 9 (SIGKILL))"],
    );

    let mut cluster = Cluster::start(programs)?;
    accepted(&mut cluster, &namespace)?;
    accepted(&mut cluster, &objects)?;
    report.compared(1, "same apply in a new cluster after an API server was killed");
    Ok(())
}

fn many() -> Value {
    let items: Vec<Value> = (0..OBJECTS)
        .map(|number| {
            json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": format!("object-{number}"), "namespace": NAMESPACE},
            })
        })
        .collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

fn accepted(cluster: &mut Cluster, file: &Path) -> Result<(), Failure> {
    let applied = cluster.apply(&[file])?;
    if applied.errors.is_empty() {
        return Ok(());
    }
    Err(Failure::new("the API server refuses plain objects; what it says tells why:")
        .with_output(&applied.errors.join("\n")))
}

fn write(file: &Path, value: &Value) -> Result<(), Failure> {
    fs::write(file, value.to_string()).map_err(|error| cannot_write(file, &error))
}
