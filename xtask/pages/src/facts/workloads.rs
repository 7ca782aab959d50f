//! Charts, workloads and their containers.

use analysis::objects::{Container, ContainerKind, Map, Object, Pod, Value, list, text, texts};
use manifests_lib::delivery::{Source, SourceFrom};

use super::{Row, object};
use crate::page::{Piece, Text, code, codes, words};
use crate::view::{Bundle, View};

/// The charts and kustomizations of others.
pub(super) fn charts(_: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    bundle.built.sources.iter().map(chart).collect()
}

fn chart(source: &Source) -> Row {
    match &source.from {
        SourceFrom::Chart { name, version, release, .. } => vec![
            vec![
                Piece::Words("chart ".to_owned()),
                Piece::Code((*name).to_owned()),
                Piece::Words(" as ".to_owned()),
                Piece::Code(release.to_string()),
                Piece::Words(", from ".to_owned()),
                Piece::Url(source.repository_url()),
            ],
            code(version.as_str()),
        ],
        SourceFrom::Kustomization { repository, release, commit, path, .. } => vec![
            vec![
                Piece::Words("kustomization ".to_owned()),
                Piece::Code(path.to_string()),
                Piece::Words(" of ".to_owned()),
                Piece::Url(repository.to_string()),
            ],
            vec![
                Piece::Code(release.to_string()),
                Piece::Words(", commit ".to_owned()),
                Piece::Code(commit.to_string()),
            ],
        ],
    }
}

/// Workloads and containers.
pub(super) fn rows(view: &View<'_>, bundle: &Bundle<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for owner in bundle.objects.iter().copied() {
        if let Some(pod) = Pod::of(owner) {
            rows.push(vec![object(bundle, owner), words(workload(view, bundle, owner, &pod))]);
            for container in pod.containers() {
                of_container(&pod, container, &mut rows);
            }
        } else if owner.is("rabbitmq.com", "RabbitmqCluster") {
            let spec = &owner.json["spec"];
            let count = spec["replicas"].as_u64().unwrap_or(1);
            let amounts = resources(&spec["resources"]);
            rows.push(vec![object(bundle, owner), words(format!("{}; {amounts}", pods(count)))]);
        }
    }
    rows
}

/// How many pods, and on which nodes.
fn workload(view: &View<'_>, bundle: &Bundle<'_>, owner: &Object, pod: &Pod<'_>) -> String {
    let scaler = bundle.objects.iter().find(|scaler| {
        scaler.is("autoscaling", "HorizontalPodAutoscaler")
            && text(&scaler.json["spec"]["scaleTargetRef"]["name"]) == Some(owner.name())
    });
    let mut told = match (owner.identity.kind.as_str(), scaler) {
        (_, Some(scaler)) => {
            let spec = &scaler.json["spec"];
            let least = spec["minReplicas"].as_u64().unwrap_or(1);
            format!("{least} to {}", pods(spec["maxReplicas"].as_u64().unwrap_or(least)))
        }
        ("DaemonSet", _) => "a pod on each node".to_owned(),
        ("CronJob", _) => {
            format!("at `{}`", text(&owner.json["spec"]["schedule"]).unwrap_or_default())
        }
        ("Job", _) => "once a sync".to_owned(),
        _ => pods(view.graph.replicas(owner).unwrap_or(1)),
    };
    let selector: Vec<String> =
        texts(&pod.spec["nodeSelector"]).map(|(key, value)| format!("`{key}={value}`")).collect();
    if !selector.is_empty() {
        told.push_str(", on nodes with ");
        told.push_str(&selector.join(", "));
    }
    told
}

fn pods(count: u64) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

fn of_container(pod: &Pod<'_>, container: Container<'_>, rows: &mut Vec<Row>) {
    let name = format!("{}/{}", pod.owner.name(), container.name());
    let about = |what: &str| -> Text {
        let what = match container.kind {
            ContainerKind::Init => format!(" (before others): {what}"),
            _ => format!(": {what}"),
        };
        vec![Piece::Code(name.clone()), Piece::Words(what)]
    };
    let mut row = |what: &str, value: Text| {
        if !value.is_empty() {
            rows.push(vec![about(what), value]);
        }
    };
    row("image", code(container.image().unwrap_or_default()));
    let ports = container.ports().iter().map(|port| {
        let number = port["containerPort"].as_u64().unwrap_or_default();
        let protocol = text(&port["protocol"]).unwrap_or("TCP");
        match text(&port["name"]) {
            Some(name) => format!("{number}/{protocol} {name}"),
            None => format!("{number}/{protocol}"),
        }
    });
    row("ports", codes(ports));
    for (field, what) in [
        ("startupProbe", "startup probe"),
        ("readinessProbe", "readiness probe"),
        ("livenessProbe", "liveness probe"),
    ] {
        row(what, words(probe(&container.json[field])));
    }
    row("resources", words(resources(&container.json["resources"])));
    row("user", code(user(pod, container)));
    for variable in list(&container.json["env"]) {
        let name = text(&variable["name"]).unwrap_or_default();
        row(&format!("`{name}`"), value_of(variable));
    }
    for mount in list(&container.json["volumeMounts"]) {
        let path = text(&mount["mountPath"]).unwrap_or_default();
        let volume = text(&mount["name"]).unwrap_or_default();
        row(&format!("`{path}`"), volume_words(pod, volume));
    }
}

fn user(pod: &Pod<'_>, container: Container<'_>) -> String {
    let of = |json: &Value| json["securityContext"]["runAsUser"].as_u64();
    let user = of(container.json).or_else(|| of(pod.spec));
    user.map(|user| user.to_string()).unwrap_or_default()
}

/// The value of a variable, or where it comes from.
fn value_of(variable: &Value) -> Text {
    if let Some(value) = text(&variable["value"]) {
        return if value.is_empty() { words("empty") } else { code(value) };
    }
    let from = &variable["valueFrom"];
    let keyed = [("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")];
    for (field, kind) in keyed {
        let source = &from[field];
        if let (Some(name), Some(key)) = (text(&source["name"]), text(&source["key"])) {
            return vec![
                Piece::Code(key.to_owned()),
                Piece::Words(format!(" of {kind} ")),
                Piece::Code(name.to_owned()),
            ];
        }
    }
    let field =
        text(&from["fieldRef"]["fieldPath"]).or(text(&from["resourceFieldRef"]["resource"]));
    match field {
        Some(field) => vec![Piece::Code(field.to_owned()), Piece::Words(" of the pod".to_owned())],
        None => words("elsewhere"),
    }
}

/// What a volume is.
fn volume_words(pod: &Pod<'_>, name: &str) -> Text {
    let volume = list(&pod.spec["volumes"]).iter().find(|own| text(&own["name"]) == Some(name));
    let Some(volume) = volume else {
        return vec![Piece::Words("claim ".to_owned()), Piece::Code(name.to_owned())];
    };
    let named = [
        ("configMap", "name", "ConfigMap "),
        ("secret", "secretName", "Secret "),
        ("persistentVolumeClaim", "claimName", "claim "),
        ("hostPath", "path", "folder of the node "),
    ];
    for (field, key, kind) in named {
        if let Some(name) = text(&volume[field][key]) {
            return vec![Piece::Words(kind.to_owned()), Piece::Code(name.to_owned())];
        }
    }
    let empty = &volume["emptyDir"];
    if empty.is_object() {
        let size = text(&empty["sizeLimit"]).map(|size| format!(" of at most {size}"));
        let place = if text(&empty["medium"]) == Some("Memory") { " in memory" } else { "" };
        return words(format!("empty folder{}{place}", size.unwrap_or_default()));
    }
    let fields = volume.as_object().into_iter().flat_map(Map::keys);
    codes(fields.filter(|field| *field != "name").map(ToString::to_string))
}

/// A probe in a line; empty where there is none.
fn probe(probe: &Value) -> String {
    if !probe.is_object() {
        return String::new();
    }
    let port = |handler: &Value| match &handler["port"] {
        Value::String(name) => name.to_string(),
        other => other.to_string(),
    };
    let how = if probe["tcpSocket"].is_object() {
        format!("connects to port {}", port(&probe["tcpSocket"]))
    } else if probe["httpGet"].is_object() {
        let get = &probe["httpGet"];
        format!("GET `{}` at port {}", text(&get["path"]).unwrap_or("/"), port(get))
    } else if probe["grpc"].is_object() {
        format!("gRPC health at port {}", port(&probe["grpc"]))
    } else {
        let words: Vec<&str> = list(&probe["exec"]["command"]).iter().filter_map(text).collect();
        format!("runs `{}`", words.join(" "))
    };
    let number = |field: &str, default| probe[field].as_u64().unwrap_or(default);
    format!(
        "{how}; every {} s, fails after {} × {} s",
        number("periodSeconds", 10),
        number("failureThreshold", 3),
        number("timeoutSeconds", 1)
    )
}

/// Requests and limits in a line.
fn resources(resources: &Value) -> String {
    let amounts = |of: &str| {
        let amounts = resources[of].as_object().into_iter().flatten();
        let amounts = amounts.map(|(name, amount)| match amount {
            Value::String(amount) => format!("{name} {amount}"),
            other => format!("{name} {other}"),
        });
        amounts.collect::<Vec<_>>().join(", ")
    };
    let (requests, limits) = (amounts("requests"), amounts("limits"));
    match (requests.is_empty(), limits.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("limits {limits}"),
        (false, true) => format!("requests {requests}"),
        (false, false) => format!("requests {requests}; limits {limits}"),
    }
}
