//! One run at a time in a cluster: a Lease that is kept while it works.
//!
//! Upstream: <https://kubernetes.io/docs/concepts/architecture/leases/>

use std::time::Duration;

use serde_json::{Value, json};
use support::{Failure, tell};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::connect::Cluster;
use crate::request::Job;
use crate::server::Server;
use crate::trouble::Trouble;

/// A Lease that was not renewed for so long belongs to nobody.
const DURATION: Duration = Duration::from_secs(15);

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(4);

const LEASES: &str = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

/// A Lease that is held.
pub struct Lock {
    server: Server,
    path: String,
    holder: String,
    renewing: JoinHandle<()>,
    lost: watch::Receiver<Option<String>>,
}

/// Takes the Lease of the environment; refuses with who holds it.
pub async fn take(job: &Job, cluster: &Cluster) -> Result<Lock, Failure> {
    let name = format!("manifests-live-{}", job.environment);
    let path = format!("{LEASES}/{name}");
    let server = cluster.server.clone();
    let holder = cluster.user.clone();
    let cannot = |trouble: Trouble| {
        Failure::new(format!(
            "the Lease default/{name}, which keeps two runs apart, cannot be taken: {}",
            trouble.sentence()
        ))
    };
    loop {
        let lease = match server.get(&path).await.map_err(cannot)? {
            None => match server.create(LEASES, &lease(&name, &holder, None)).await {
                Ok(lease) => lease,
                // Somebody was quicker.
                Err(Trouble::Refused(refusal)) if refusal.code == 409 => continue,
                Err(trouble) => return Err(cannot(trouble)),
            },
            Some(held) => {
                let other = holder_of(&held).filter(|other| *other != holder).map(str::to_owned);
                if let Some(other) = other {
                    wait_until_free(&server, &path, &held, &other, cluster).await?;
                }
                // As it is now: whoever takes it in between is quicker.
                let Some(now) = server.get(&path).await.map_err(cannot)? else { continue };
                if holder_of(&now).is_some() && version(&now) != version(&held) {
                    continue;
                }
                match server.replace(&path, &lease(&name, &holder, Some(&now))).await {
                    Ok(lease) => lease,
                    Err(Trouble::Refused(refusal)) if [404, 409].contains(&refusal.code) => {
                        continue;
                    }
                    Err(trouble) => return Err(cannot(trouble)),
                }
            }
        };
        let (sender, lost) = watch::channel(None);
        let renewing =
            tokio::spawn(renew(server.clone(), path.clone(), holder.clone(), lease, sender));
        return Ok(Lock { server, path, holder, renewing, lost });
    }
}

/// Waits whether whoever holds a Lease still renews it. Clocks of two machines are not compared.
async fn wait_until_free(
    server: &Server,
    path: &str,
    held: &Value,
    other: &str,
    cluster: &Cluster,
) -> Result<(), Failure> {
    let refused = || {
        Failure::new(format!(
            "{other} works on this cluster, since {}: wait until that run has ended, then run again; nothing was changed",
            held["spec"]["acquireTime"].as_str().unwrap_or("some time")
        ))
    };
    tell(format_args!("{other} has worked on this cluster: waiting whether that run still lives"));
    let started = tokio::time::Instant::now();
    while started.elapsed() < DURATION {
        tokio::select! {
            () = cluster.stop.asked() => {
                return Err(Failure::new("ended while another run held the cluster: nothing was changed"));
            }
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        match server.get(path).await {
            Ok(Some(now)) if version(&now) == version(held) => {}
            Ok(Some(now)) if holder_of(&now).is_some() => return Err(refused()),
            // It was given back.
            Ok(_) => return Ok(()),
            Err(trouble) => return Err(Failure::new(trouble.sentence())),
        }
    }
    Ok(())
}

fn holder_of(lease: &Value) -> Option<&str> {
    lease["spec"]["holderIdentity"].as_str().filter(|holder| !holder.is_empty())
}

fn version(lease: &Value) -> &Value {
    &lease["metadata"]["resourceVersion"]
}

fn lease(name: &str, holder: &str, old: Option<&Value>) -> Value {
    let now = now();
    let mut lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": DURATION.as_secs(),
            "acquireTime": now,
            "renewTime": now,
        },
    });
    if let Some(old) = old {
        lease["metadata"]["resourceVersion"] = version(old).clone();
    }
    lease
}

/// Renews a Lease until it is lost.
async fn renew(
    server: Server,
    path: String,
    holder: String,
    mut lease: Value,
    lost: watch::Sender<Option<String>>,
) {
    let mut renewed = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(RENEWAL).await;
        lease["spec"]["renewTime"] = now().into();
        match server.replace(&path, &lease).await {
            Ok(new) => (lease, renewed) = (new, tokio::time::Instant::now()),
            Err(trouble) => {
                let current = server.get(&path).await;
                match current {
                    // A try that had no answer may have arrived.
                    Ok(Some(now)) if holder_of(&now) == Some(&holder) => lease = now,
                    Ok(now) => {
                        let other = now.as_ref().and_then(holder_of).unwrap_or("somebody");
                        let _ = lost.send(Some(format!("{other} has taken the cluster over")));
                        return;
                    }
                    Err(_) if renewed.elapsed() > DURATION => {
                        let _ = lost.send(Some(trouble.sentence()));
                        return;
                    }
                    Err(_) => {}
                }
            }
        }
    }
}

impl Lock {
    /// Why the cluster is not kept any more, if it is not.
    pub fn lost(&self) -> Option<String> {
        self.lost.borrow().clone()
    }

    /// Gives the Lease back.
    pub async fn release(self) {
        self.renewing.abort();
        // Where it cannot be given back, it ends by itself.
        if let Ok(Some(mut lease)) = self.server.get(&self.path).await
            && holder_of(&lease) == Some(&self.holder)
        {
            lease["spec"]["holderIdentity"] = Value::Null;
            lease["spec"]["renewTime"] = Value::Null;
            let _ = self.server.replace(&self.path, &lease).await;
        }
    }
}

/// The time, as Leases have it.
fn now() -> String {
    let now = k8s_openapi::jiff::Timestamp::now();
    format!("{now:.6}")
}
