//! What holds data keeps it.

pub(super) mod data_outside_volume;
pub(super) mod deleting_reclaim_policy;
pub(super) mod duplicate_mount_path;
pub(super) mod unbound_node_volume;

use crate::objects::Container;

/// Images of databases and brokers by the last part of their names, and where they keep data.
const DATABASES: &[(&str, &str)] = &[
    ("cassandra", "/var/lib/cassandra"),
    ("clickhouse-server", "/var/lib/clickhouse"),
    ("couchdb", "/opt/couchdb/data"),
    ("elasticsearch", "/usr/share/elasticsearch/data"),
    ("influxdb", "/var/lib/influxdb2"),
    ("mariadb", "/var/lib/mysql"),
    ("mongo", "/data/db"),
    ("mysql", "/var/lib/mysql"),
    ("neo4j", "/data"),
    ("postgres", "/var/lib/postgresql/data"),
    ("rabbitmq", "/var/lib/rabbitmq"),
];

/// Where the data of a container is, if it is a known database in the image of its project: images of others move it.
fn data_folder(container: &Container<'_>) -> Option<&'static str> {
    let image = container.image()?;
    let name = image.split(['@']).next()?;
    let (path, tag) = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, tag),
        _ => (name, ""),
    };
    let (registry, last) = path.rsplit_once('/').unwrap_or(("library", path));
    if !["library", "docker.io/library", "docker.elastic.co/elasticsearch", "clickhouse"]
        .contains(&registry)
    {
        return None;
    }
    // From 18 on the folder of its version is below this one.
    let major: Option<u32> = tag.split(['.', '-']).next().and_then(|major| major.parse().ok());
    if last == "postgres" && major.is_none_or(|major| major >= 18) {
        return Some("/var/lib/postgresql");
    }
    DATABASES.iter().find(|(known, _)| *known == last).map(|(_, folder)| *folder)
}

/// Whether a folder is another one, or below it.
fn is_below(folder: &str, above: &str) -> bool {
    let (folder, above) = (folder.trim_end_matches('/'), above.trim_end_matches('/'));
    folder == above || folder.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}
