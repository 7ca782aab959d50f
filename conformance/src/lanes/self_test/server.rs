//! A fault of the machine, for every lane with a cluster.

use super::expect;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::programs::Programs;
use crate::report::Report;

/// The API server is killed in the middle: the failure names it, and a new one starts.
pub fn killed(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
    let mut cluster = Cluster::start(programs)?;
    cluster.kill_api_server();
    let failure = match cluster.get(&["namespaces"]) {
        Ok(_) => String::new(),
        Err(failure) => failure.to_string(),
    };
    drop(cluster);
    expect(
        report,
        "an API server that was killed in the middle",
        &[failure],
        &["kube-apiserver was ended (signal: 9 (SIGKILL))"],
    );
    let mut cluster = Cluster::start(programs)?;
    cluster.get(&["namespaces"])?;
    report.compared(1, "start after an API server was killed");
    Ok(())
}
