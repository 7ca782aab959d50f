//! What holds data keeps it.

pub(super) mod claim_of_one_node;
pub(super) mod data_outside_volume;
pub(super) mod deleted_claim;
pub(super) mod deleting_reclaim_policy;
pub(super) mod duplicate_mount_path;
pub(super) mod hidden_mount;
pub(super) mod pruned_data;
pub(super) mod unbound_node_volume;
pub(super) mod unpinned_node_folder;

use crate::graph::Graph;
use crate::objects::{Container, Object, Value, text};

/// Images of databases and brokers of their own projects, without the registry of Docker, and where they keep data.
const DATABASES: &[(&str, &str)] = &[
    ("cassandra", "/var/lib/cassandra"),
    ("clickhouse", "/var/lib/clickhouse"),
    ("clickhouse/clickhouse-server", "/var/lib/clickhouse"),
    ("couchdb", "/opt/couchdb/data"),
    ("docker.elastic.co/elasticsearch/elasticsearch", "/usr/share/elasticsearch/data"),
    ("elasticsearch", "/usr/share/elasticsearch/data"),
    ("influxdb", "/var/lib/influxdb2"),
    ("mariadb", "/var/lib/mysql"),
    ("mongo", "/data/db"),
    ("mysql", "/var/lib/mysql"),
    ("neo4j", "/data"),
    ("opensearchproject/opensearch", "/usr/share/opensearch/data"),
    ("percona", "/var/lib/mysql"),
    ("postgis/postgis", "/var/lib/postgresql/data"),
    ("postgres", "/var/lib/postgresql/data"),
    ("rabbitmq", "/var/lib/rabbitmq"),
    ("timescale/timescaledb", "/var/lib/postgresql/data"),
    ("zookeeper", "/data"),
];

/// Where the data of a container is, if it is a known database in the image of its project: images of others move it.
fn data_folder(container: &Container<'_>) -> Option<&'static str> {
    let image = container.image()?;
    let name = image.split(['@']).next()?;
    let (path, tag) = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, tag),
        _ => (name, ""),
    };
    let project = path.strip_prefix("docker.io/").unwrap_or(path);
    let project = project.strip_prefix("library/").unwrap_or(project);
    // From 18 on the folder of its version is below this one.
    let major: Option<u32> = tag.split(['.', '-']).next().and_then(|major| major.parse().ok());
    if project == "postgres" && major.is_none_or(|major| major >= 18) {
        return Some("/var/lib/postgresql");
    }
    DATABASES.iter().find(|(known, _)| *known == project).map(|(_, folder)| *folder)
}

/// Whether a folder is another one, or below it.
fn is_below(folder: &str, above: &str) -> bool {
    let (folder, above) = (folder.trim_end_matches('/'), above.trim_end_matches('/'));
    folder == above || folder.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}

/// The storage class that a claim gets: the one that it names, or the default one of those that are here.
pub(super) fn class_of<'a>(graph: &Graph<'a>, claim: &Value) -> Option<&'a Object> {
    const GROUP: &str = "storage.k8s.io";
    const DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";
    match &claim["spec"]["storageClassName"] {
        Value::Null => {
            let mut classes = graph.objects().of_kind(GROUP, "StorageClass");
            classes.find(|class| class.annotation(DEFAULT) == Some("true"))
        }
        name => graph.objects().find(GROUP, "StorageClass", None, text(name)?),
    }
}
