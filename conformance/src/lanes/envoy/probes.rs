//! What the kubelet asks of pods, as the webhook has rewritten it.

use serde_json::Value;

use super::control_plane;
use super::world::{Pod, World};

/// Asks every probe from the node; returns how many there are, and those that get no answer.
pub fn ask(world: &World<'_>) -> (usize, Vec<String>) {
    let (mut count, mut findings) = (0, Vec::new());
    for pod in &world.pods {
        let Some(stored) = &pod.stored else {
            continue;
        };
        for (what, url) in urls(pod, stored) {
            count += 1;
            if control_plane::get(&url).is_none() {
                findings.push(format!(
                    "the {what} of {} gets no answer from {url}, so that its pod never becomes ready",
                    pod.planned.name
                ));
            }
        }
    }
    (count, findings)
}

/// Probes by HTTP: the webhook makes others of TCP into those; commands run in images, which are not here.
fn urls<'a>(pod: &'a Pod, stored: &'a Value) -> impl Iterator<Item = (String, String)> + 'a {
    let containers = ["initContainers", "containers"].into_iter();
    containers.flat_map(|kind| stored["spec"][kind].as_array().into_iter().flatten()).flat_map(
        move |container| {
            ["startupProbe", "readinessProbe", "livenessProbe"].into_iter().filter_map(
                move |kind| {
                    let get = &container[kind]["httpGet"];
                    let port = get["port"].as_u64().or_else(|| {
                        let name = get["port"].as_str()?;
                        let ports = container["ports"].as_array().into_iter().flatten();
                        ports
                            .filter(|port| port["name"] == name)
                            .find_map(|port| port["containerPort"].as_u64())
                    })?;
                    let path = get["path"].as_str().unwrap_or("/");
                    let what = format!("{kind} of container {}", container["name"].as_str()?);
                    Some((what, format!("http://{}:{port}{path}", pod.network.address())))
                },
            )
        },
    )
}
