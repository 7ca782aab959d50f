//! Databases whose data no volume holds.

use super::{data_folder, is_below};
use crate::check::{At, Family, Rule, Severity};
use crate::objects::{Value, list, text};

pub(in crate::check) static RULE: Rule = Rule {
    name: "data-outside-volume",
    family: Family::Data,
    severity: Severity::Error,
    summary: "A database keeps its data where it is lost with the pod",
    consequence: "the data is gone when the pod is: after each restart, eviction and rollout",
    explanation: "Images of the databases' own projects are looked at (MySQL, MariaDB, PostgreSQL, MongoDB, RabbitMQ, Elasticsearch, \
                  OpenSearch, Cassandra, ClickHouse, CouchDB, InfluxDB, Neo4j, ZooKeeper), in pods that stay. Their data folder has to be on a volume that \
                  outlives the pod: a claim, or a folder of the node. An `emptyDir` is none; a volume that is mounted elsewhere, such \
                  as on the folder above for an image that keeps a volume of its own there, does not help. Where an environment \
                  variable moves the data (`PGDATA`, `--datadir`), nothing is found.",
    remedy: "mount a claim at the data folder of the image",
    upstream: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
    check: |graph, findings| {
        for pod in graph
            .pods
            .iter()
            .filter(|pod| pod.owner.is_written() && pod.owner.identity.group != "batch")
        {
            let volumes = list(&pod.spec["volumes"]);
            let claims = list(&pod.owner.json["spec"]["volumeClaimTemplates"]);
            for container in pod.running() {
                let Some(folder) = data_folder(&container) else { continue };
                let moved = list(&container.json["env"])
                    .iter()
                    .filter_map(|variable| text(&variable["name"]))
                    .any(|name| ["PGDATA", "ZOO_DATA_DIR", "path.data"].contains(&name));
                let words =
                    list(&container.json["args"]).iter().chain(list(&container.json["command"]));
                let moved = moved
                    || words
                        .filter_map(text)
                        .any(|word| word.contains("datadir") || word.contains("dbpath"));
                if moved {
                    continue;
                }
                let mounts = list(&container.json["volumeMounts"]);
                // The volume at the longest path is what the folder lies on.
                let mount = mounts
                    .iter()
                    .filter(|mount| {
                        text(&mount["mountPath"])
                            .is_some_and(|path| is_below(folder, path) || is_below(path, folder))
                    })
                    .max_by_key(|mount| text(&mount["mountPath"]).map_or(0, str::len));
                let Some(mount) = mount else {
                    let message = format!(
                        "nothing is mounted at {folder}, where {} keeps its data",
                        container.name()
                    );
                    findings.add(pod.owner, At::Missing(container.json, "volumeMounts"), message);
                    continue;
                };
                let is_named = |named: &&Value| named["name"] == mount["name"];
                let is_claim =
                    claims.iter().any(|claim| claim["metadata"]["name"] == mount["name"]);
                if let Some(volume) = volumes
                    .iter()
                    .find(is_named)
                    .filter(|volume| volume["emptyDir"].is_object() && !is_claim)
                {
                    let message =
                        format!("{folder} of {}, its data, is an emptyDir", container.name());
                    findings.add(pod.owner, At::Value(mount), message).side(
                        "the volume is here",
                        pod.owner,
                        At::Value(volume),
                    );
                }
            }
        }
    },
};
