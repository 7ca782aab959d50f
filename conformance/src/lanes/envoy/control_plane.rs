//! The control plane of the mesh: istiod with the environment's own values of its chart, which lies beside the program.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Cluster, Failure, Process, Program, Programs, READY, cannot_write, ended};
use manifests_lib::delivery::SourceFrom;
use serde::Deserialize;
use serde_json::{Value, json};

use super::container;
use super::node::{FILES, Node};
use super::pods::{labels, of_kind};
use super::world::CONTROL_PLANE;
use crate::lanes::helm;
use crate::rendered::{Object, Rendered};

/// What Envoy as its project releases it has not: filters that only Istio's own build contains.
const WITHOUT_OWN_FILTERS: [(&str, &str); 2] =
    [("PILOT_ENABLE_METADATA_EXCHANGE", "false"), ("PILOT_ENABLE_ALPN_FILTER", "false")];

/// The address of istiod for itself and for this program.
const LOCAL: &str = "http://127.0.0.1:8080";

/// What the charts of the mesh become.
pub struct Charts {
    /// Its ConfigMaps, webhooks and Services.
    pub objects: Vec<Value>,
    /// The Deployment of istiod.
    istiod: Value,
    /// The Deployments of gateways.
    pub gateways: Vec<Value>,
}

impl Charts {
    /// Renders the charts of istiod and of gateways with the values of the environment; what a cluster has before, with the lane's own.
    pub fn render(programs: &Programs, rendered: &Rendered) -> Result<Self, Failure> {
        let mut charts = Self { objects: Vec::new(), istiod: Value::Null, gateways: Vec::new() };
        for source in &rendered.sources {
            let SourceFrom::Chart { release, name, values, .. } = &source.spec.from else {
                continue;
            };
            let own = Release {
                name: release.as_str(),
                namespace: source.spec.namespace.name().as_str(),
                chart: name,
                values: values.clone(),
                origin: format!("{source} ({})", source.spec.origin),
            };
            charts.add(programs, own)?;
        }
        if charts.istiod.is_null() {
            charts.add(programs, istiod_before())?;
        }
        for service in gateways_before(rendered, &charts.gateways) {
            charts.add(programs, gateway_before(service))?;
        }
        Ok(charts)
    }

    fn add(&mut self, programs: &Programs, mut release: Release<'_>) -> Result<(), Failure> {
        match release.chart {
            "istiod" => {
                let program = Path::new(FILES).join("bin").join(Program::ENVOY.name());
                release.values["meshConfig"]["defaultConfig"]["binaryPath"] = json!(program);
                // The filter of its metrics is one of its own.
                release.values["telemetry"]["enabled"] = false.into();
            }
            "gateway" => {}
            _ => return Ok(()),
        }
        for document in template(programs, &release)? {
            self.take(release.chart, document);
        }
        Ok(())
    }

    /// The labels of istiod's pods.
    pub fn labels(&self) -> &Value {
        &self.istiod["spec"]["template"]["metadata"]["labels"]
    }

    fn take(&mut self, chart: &str, mut document: Value) {
        match document["kind"].as_str().unwrap_or_default() {
            "Deployment" if chart == "istiod" => self.istiod = document,
            "Deployment" => self.gateways.push(document),
            "MutatingWebhookConfiguration" => {
                for webhook in document["webhooks"].as_array_mut().into_iter().flatten() {
                    let service = &webhook["clientConfig"]["service"];
                    // Nothing leads from the API server to a Service.
                    let url = format!(
                        "https://{}.{}.svc:15017{}",
                        service["name"].as_str().unwrap_or_default(),
                        service["namespace"].as_str().unwrap_or_default(),
                        service["path"].as_str().unwrap_or_default()
                    );
                    webhook["clientConfig"] = json!({"url": url});
                }
                self.objects.push(document);
            }
            // Roles, too: a gateway gets the certificate that it may read.
            "ConfigMap" | "Service" | "ServiceAccount" | "Role" | "RoleBinding" => {
                self.objects.push(document);
            }
            _ => {}
        }
    }
}

/// A release of a chart that lies beside the control plane.
struct Release<'a> {
    name: &'a str,
    namespace: &'a str,
    chart: &'a str,
    values: Value,
    /// For messages.
    origin: String,
}

/// Where istiod is there before, all that is known of it is what the language asks for: hosts that nobody declares are not reached, and
/// pods of the mesh are as restricted as others.
fn istiod_before() -> Release<'static> {
    Release {
        name: "istiod",
        namespace: CONTROL_PLANE,
        chart: "istiod",
        values: json!({
            "cni": {"enabled": true},
            "global": {"proxy": {"seccompProfile": {"type": "RuntimeDefault"}}},
            "meshConfig": {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}},
        }),
        origin: "the control plane that the cluster has before".to_owned(),
    }
}

/// The Services of gateways whose pods no chart of the environment makes.
fn gateways_before<'a>(rendered: &'a Rendered, gateways: &[Value]) -> Vec<&'a Object> {
    let services = of_kind(&rendered.objects, "", "Service");
    let is_before = |service: &&Object| {
        let selector = labels(&service.value["spec"]["selector"]);
        let is_theirs = |gateway: &&Value| {
            let pods = labels(&gateway["spec"]["template"]["metadata"]["labels"]);
            selector.iter().all(|(key, value)| pods.get(key) == Some(value))
        };
        selector.keys().eq(["istio"]) && !gateways.iter().any(|gateway| is_theirs(&gateway))
    };
    services.filter(is_before).collect()
}

/// The pods of a gateway that are there before, as its Service finds them.
fn gateway_before(service: &Object) -> Release<'_> {
    let sysctl = json!({"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"});
    Release {
        name: &service.identity.name,
        namespace: service.identity.namespace.as_deref().unwrap_or_default(),
        chart: "gateway",
        values: json!({
            "labels": service.value["spec"]["selector"],
            "autoscaling": {"enabled": false},
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "sysctls": [sysctl]},
            "service": {"type": "None"},
        }),
        origin: format!("the pods behind {service} ({})", service.origin),
    }
}

/// What helm prints.
fn template(programs: &Programs, release: &Release<'_>) -> Result<Vec<Value>, Failure> {
    let Release { name, namespace, chart, values, origin } = release;
    let folder = programs.temporary_folder()?;
    let file = folder.path().join("values.json");
    fs::write(&file, values.to_string()).map_err(|error| cannot_write(&file, &error))?;
    let mut command = Command::new(programs.path(Program::HELM)?);
    helm::keep_files_in(&mut command, folder.path());
    command
        .arg("template")
        .arg(name)
        .arg(programs.path(Program::PILOT_DISCOVERY)?.with_file_name("charts").join(chart))
        .args(["--namespace", namespace])
        .arg("--values")
        .arg(&file);
    let output = programs.run(&mut command)?;
    if !output.status.success() {
        return Err(Failure::new(format!(
            "helm {} for {origin}: does the chart of istiod's own release take its values?",
            ended(output.status),
        ))
        .with_output(&String::from_utf8_lossy(&output.stderr)));
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let documents = serde_yaml::Deserializer::from_str(&printed)
        .map(Value::deserialize)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Failure::new(format!("helm printed no YAML for {origin}: {error}")))?;
    let documents = documents.into_iter().filter(|document| !document.is_null());
    Ok(documents
        .map(|mut document| {
            let is_of_cluster = document["kind"] == "MutatingWebhookConfiguration";
            if !is_of_cluster && document["metadata"]["namespace"].is_null() {
                document["metadata"]["namespace"] = (*namespace).into();
            }
            document
        })
        .collect())
}

/// Starts istiod and waits until it injects.
pub fn start(
    programs: &Programs,
    node: &Node<'_>,
    cluster: &mut Cluster,
    charts: &Charts,
) -> Result<Process, Failure> {
    let folder = Path::new(FILES).join("istiod");
    fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
    let mut pod = json!({
        "metadata": charts.istiod["metadata"],
        "spec": charts.istiod["spec"]["template"]["spec"],
        "status": {"podIP": node.address, "hostIP": node.address},
    });
    pod["metadata"]["labels"] = charts.istiod["spec"]["template"]["metadata"]["labels"].clone();
    let container = container::of(&pod, "discovery").cloned().unwrap_or_default();
    let environment = container::environment(&container, &pod);
    let mut command = Command::new(programs.path(Program::PILOT_DISCOVERY)?);
    command
        .args(container::arguments(&container, &environment))
        .current_dir(&folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", &folder)
        .envs(environment)
        .envs(WITHOUT_OWN_FILTERS)
        .env("KUBECONFIG", cluster.kubeconfig());
    let mut istiod = programs.start("pilot-discovery", &mut command, folder.join("log"))?;
    istiod.wait_until_ready(READY, || get(&format!("{LOCAL}/ready")).is_some())?;
    let started = Instant::now();
    while !has_authority(&cluster.get(&["mutatingwebhookconfigurations"])?) {
        istiod.check()?;
        if started.elapsed() > READY {
            return Err(Failure::new(
                "istiod has not written its certificate into its webhooks: does its chart still label them with the revision?",
            ));
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(istiod)
}

/// Whether every webhook knows the certificate of istiod.
fn has_authority(configurations: &Value) -> bool {
    let items = configurations["items"].as_array().into_iter().flatten();
    let mut webhooks =
        items.flat_map(|item| item["webhooks"].as_array().into_iter().flatten()).peekable();
    webhooks.peek().is_some()
        && webhooks.all(|webhook| !webhook["clientConfig"]["caBundle"].is_null())
}

/// What proxies have refused to take, as istiod tells it.
pub fn rejections() -> Vec<String> {
    let log = fs::read(Path::new(FILES).join("istiod").join("log")).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let rejected = log.lines().filter(|line| line.contains("ACK ERROR"));
    rejected.map(str::to_owned).collect()
}

/// The body of a successful response.
pub fn get(url: &str) -> Option<String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(5)))
        .proxy(None)
        .build()
        .into();
    agent.get(url).call().ok()?.body_mut().read_to_string().ok()
}
