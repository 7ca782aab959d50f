//! Services as objects, for benchmarks.

use analysis::objects::yaml::Extent;
use analysis::objects::{Object, Origin, Value, json};

/// What one service consists of.
fn service(number: usize) -> Vec<Value> {
    let (name, namespace) = (format!("service-{number}"), format!("team-{}", number / 20));
    let called = format!("http://service-{}.{namespace}.svc.cluster.local:80/", number / 20 * 20);
    let metadata = json!({"name": name, "namespace": namespace, "labels": {"app": name}});
    let labels = json!({"app": name});
    let principal = format!("cluster.local/ns/{namespace}/sa/{name}");
    let of = |api_version: &str, kind: &str, spec: Value| json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec});
    let container = json!({
        "name": "server",
        "image": "example.com/server:1",
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [
            {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": name, "key": "level"}}},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": "password"}}},
            {"name": "CALLED_URL", "value": called},
        ],
        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": true,
            "runAsNonRoot": true,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    });
    let template = json!({
        "metadata": {"labels": labels, "annotations": {"checksum/config": "0"}},
        "spec": {"serviceAccountName": name, "containers": [container]},
    });
    let from = json!([{"source": {"principals": [principal]}}]);
    let destination = json!({"host": name, "port": {"number": 80}});
    vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata, "automountServiceAccountToken": false}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"level": "info"}}),
        of(
            "external-secrets.io/v1",
            "ExternalSecret",
            json!({
                "refreshInterval": "0",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": "store"},
                "data": [{"secretKey": "password", "remoteRef": {"key": name}}],
            }),
        ),
        of(
            "v1",
            "Service",
            json!({
                "selector": labels,
                "ports": [{"name": "http", "port": 80, "targetPort": 8080}],
            }),
        ),
        of(
            "apps/v1",
            "Deployment",
            json!({"selector": {"matchLabels": labels}, "template": template}),
        ),
        of(
            "policy/v1",
            "PodDisruptionBudget",
            json!({"maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow", "selector": {"matchLabels": labels}}),
        ),
        of(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({
                "podSelector": {"matchLabels": labels},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 8080}]}],
            }),
        ),
        of(
            "security.istio.io/v1",
            "AuthorizationPolicy",
            json!({
                "selector": {"matchLabels": labels},
                "rules": [{"from": from}],
            }),
        ),
        of(
            "networking.istio.io/v1",
            "VirtualService",
            json!({
                "hosts": [name],
                "http": [{"route": [{"destination": destination}]}],
            }),
        ),
        of("networking.istio.io/v1", "DestinationRule", json!({"host": name})),
    ]
}

/// So many services of ten objects each.
pub fn objects(services: usize) -> Vec<Object> {
    let namespaces = (0..=services / 20).map(|team| {
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": format!("team-{team}")}})
    });
    let store = json!({
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": "store"},
    });
    let all = namespaces.chain([store]).chain((0..services).flat_map(service));
    let origin = Origin::Yaml {
        file: "bench.yaml".into(),
        text: "".into(),
        extent: Extent { line: 1, ..Extent::default() },
        remarks: Vec::new(),
    };
    all.filter_map(|json| Object::of(json, origin.clone(), None)).collect()
}
