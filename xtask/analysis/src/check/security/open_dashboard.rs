//! Dashboards that ask nobody who he is.

use std::collections::HashSet;

use crate::check::{At, Family, Rule, Severity};
use crate::graph::{Graph, Host, Relation, mesh};
use crate::objects::{Container, Object, Pod, Value, list, text, texts};

pub(in crate::check) static RULE: Rule = Rule {
    name: "open-dashboard",
    family: Family::Security,
    severity: Severity::Warning,
    summary: "A way in leads to a dashboard without a login",
    consequence: "whoever finds the address reads what runs where, and with some of them changes it",
    explanation: "Programs that have no login (Prometheus, Alertmanager, Thanos, Jaeger, Zipkin, the pages of Hubble, Longhorn and \
                  Kafka), or whose login is turned off (`GF_AUTH_ANONYMOUS_ENABLED` of Grafana, the strategy `anonymous` of Kiali, `--disable-auth` of Argo CD, \
                  `--enable-skip-login` of the Kubernetes dashboard, `--api.insecure` of Traefik), behind an Ingress, an HTTPRoute or a \
                  VirtualService of a gateway. Nothing is found where something may ask instead: a proxy in the pod, an annotation or \
                  filter of the route that says so, a policy of the mesh in the namespace of the pods or of the route.",
    remedy: "put a proxy with a login before it, such as oauth2-proxy, or a policy of the gateway; or reach it by kubectl port-forward",
    upstream: "https://prometheus.io/docs/operating/security/",
    check: |graph, findings| {
        let guarded = guarded_namespaces(graph);
        let mut ways_in: Vec<(&Object, &Value, &Object)> = Vec::new();
        for relation in [Relation::Backend, Relation::RouteBackend] {
            for reference in graph.named_by(relation) {
                if let Some(service) = graph.objects().get(&reference.target) {
                    ways_in.push((reference.from, reference.field, service));
                }
            }
        }
        for destination in graph.destinations().filter(|it| is_of_gateway(it.from)) {
            let host = &destination.json["host"];
            let named = text(host).map(|name| graph.host(name, destination.from.namespace()));
            if let Some(Host::Service(service)) = named {
                ways_in.push((destination.from, host, service));
            }
        }
        for (route, field, service) in ways_in {
            if asks(route)
                || guarded.contains(route.namespace())
                || guarded.contains(service.namespace())
            {
                continue;
            }
            let open = graph.behind(service).find_map(|pod| Some((pod, open(graph, pod)?)));
            if let Some((pod, (container, why))) = open {
                findings
                    .add(
                        route,
                        At::Value(field),
                        format!("{why}, and {} leads to it", service.identity),
                    )
                    .side("the dashboard is here", pod.owner, At::Value(container.json));
            }
        }
    },
};

/// Namespaces in which a policy may ask who somebody is.
fn guarded_namespaces<'a>(graph: &Graph<'a>) -> HashSet<&'a str> {
    let kinds = ["AuthorizationPolicy", "RequestAuthentication"];
    let of_mesh = kinds.into_iter().flat_map(|kind| graph.objects().of_kind(mesh::SECURITY, kind));
    let of_gateways = graph
        .named_by(Relation::PolicyTarget)
        .map(|reference| reference.from)
        .filter(|policy| policy.identity.kind != "BackendTLSPolicy");
    of_mesh.chain(of_gateways).map(Object::namespace).collect()
}

fn is_of_gateway(route: &Object) -> bool {
    list(&route.json["spec"]["gateways"]).iter().any(|gateway| text(gateway) != Some("mesh"))
}

/// Whether a route says that somebody is asked, or is none for everybody.
fn asks(route: &Object) -> bool {
    const WORDS: [&str; 5] = ["allowlist", "auth", "internal", "middlewares", "whitelist"];
    let says = |text: &str| WORDS.iter().any(|word| text.contains(word));
    let spec = &route.json["spec"];
    texts(&route.json["metadata"]["annotations"])
        .any(|(key, value)| says(key) || value == "internal")
        || text(&spec["ingressClassName"]).is_some_and(says)
        || spec["rules"].to_string().contains("extensionRef")
}

/// The container of a pod that serves everybody, and why.
fn open<'a>(graph: &Graph<'a>, pod: &Pod<'a>) -> Option<(Container<'a>, &'static str)> {
    let images = || pod.running().filter_map(|container| container.image());
    if images().any(|image| ["auth", "rbac-proxy", "pomerium"].iter().any(|it| image.contains(it)))
    {
        return None;
    }
    pod.running().find_map(|container| {
        let why = match program(&container)? {
            "kiali" => is_anonymous_kiali(graph, pod).then_some("Kiali asks nobody for a login"),
            program => why_open(&container, program),
        };
        Some((container, why?))
    })
}

/// Whether the configuration that a pod of Kiali mounts turns its login off.
fn is_anonymous_kiali(graph: &Graph<'_>, pod: &Pod<'_>) -> bool {
    let mounted = list(&pod.spec["volumes"]).iter().filter_map(|volume| {
        let name = text(&volume["configMap"]["name"])?;
        graph.objects().find("", "ConfigMap", Some(pod.namespace()), name)
    });
    mounted
        .flat_map(|map| texts(&map.json["data"]))
        .any(|(_, content)| content.contains("strategy: anonymous"))
}

/// The last part of the name of a container's image.
fn program<'a>(container: &Container<'a>) -> Option<&'a str> {
    container.image()?.split('@').next()?.rsplit('/').next()?.split(':').next()
}

fn why_open(container: &Container<'_>, program: &str) -> Option<&'static str> {
    let words = || list(&container.json["command"]).iter().chain(list(&container.json["args"]));
    let has = |option: &str| words().filter_map(text).any(|word| word.contains(option));
    let without = |option: &str, why| (!has(option)).then_some(why);
    match program {
        "prometheus" => without("--web.config.file", "Prometheus has no login"),
        "alertmanager" => without("--web.config.file", "Alertmanager has no login"),
        "thanos" => without("--http.config", "Thanos has no login"),
        "all-in-one" | "jaeger" | "jaeger-query" => Some("Jaeger has no login"),
        "zipkin" => Some("Zipkin has no login"),
        "hubble-ui" => Some("Hubble has no login"),
        "longhorn-ui" => Some("Longhorn has no login"),
        "kafka-ui" | "kafdrop" | "cmak" => Some("this page of Kafka has no login"),
        "grafana" | "grafana-oss" | "grafana-enterprise" => {
            let is_set = list(&container.json["env"]).iter().any(|variable| {
                text(&variable["name"]) == Some("GF_AUTH_ANONYMOUS_ENABLED")
                    && text(&variable["value"]) == Some("true")
            });
            is_set.then_some("Grafana lets in whoever is not known")
        }
        "argocd" => has("--disable-auth").then_some("Argo CD asks nobody for a login"),
        "dashboard" => {
            has("--enable-skip-login").then_some("the dashboard lets people skip its login")
        }
        "traefik" => has("--api.insecure").then_some("Traefik shows its dashboard to everybody"),
        _ => None,
    }
}
