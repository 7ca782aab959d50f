//! Metrics that a program serves itself, beside those that its proxy counts.

use k8s_openapi::api::networking::v1 as networking;

use super::container_port::{ContainerPort, Listening, Listens};
use super::{ContainerHandle, Exposable};
use crate::model::bundle::{Output, Part};
use crate::model::error::BuildError;
use crate::model::facts::Facts;
use crate::model::label::{SelectorLabels, matching};
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::network_policy::{admit, only};
use crate::network::outbound;
use crate::network::tool::Pods;
use crate::observability::prometheus::Scraped;
use crate::values::UrlPath;

impl<L: Exposable> ContainerHandle<L> {
    /// Has Prometheus read what the program itself counts: by HTTP/1.1 without TLS, on the container's port, at this path.
    ///
    /// In a mesh it becomes the annotations `prometheus.io/scrape`, `prometheus.io/port` and `prometheus.io/path` of the pods. The
    /// agent beside the proxy reads them when a pod starts, asks the program at `localhost`, and serves its metrics with those of the
    /// proxy at [one port](crate::network::mesh::MERGED_METRICS), to which Prometheus is admitted: it reaches no port of the program
    /// itself, and needs no certificate of the mesh. The agent knows one endpoint a pod, and the build reports a second one.
    ///
    /// Without a mesh it becomes an endpoint of the component's PodMonitor, which stands beside the Prometheus of the namespace, and a
    /// NetworkPolicy that admits this Prometheus to the port; the label `job` of the metrics is the bundle's name. Which Prometheus it
    /// is says [`deny_by_default`](crate::model::Bundle::deny_by_default) of the namespace, without which the build reports the line.
    ///
    /// Upstream: <https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging>,
    /// <https://prometheus-operator.dev/docs/developer/getting-started/#using-podmonitors>
    #[track_caller]
    pub fn metrics(&self, path: UrlPath) {
        self.listening().metrics(Origin::here(), path);
    }
}

impl ContainerPort {
    /// Has Prometheus read what the program itself counts, on this port, as [`ContainerHandle::metrics`] says. The port needs no
    /// Service.
    #[track_caller]
    pub fn metrics(&self, path: UrlPath) {
        self.listening().metrics(Origin::here(), path);
    }
}

impl Listening {
    /// The one way by which metrics reach Prometheus.
    pub(crate) fn metrics(&self, origin: Origin, path: UrlPath) {
        if self.component.conventions().has_mesh() {
            self.merge_metrics(origin, &path);
        } else {
            self.component.bundle.note(MetricsPart { origin, at: self.clone(), path });
        }
    }

    /// Has the proxy's agent serve the metrics.
    fn merge_metrics(&self, origin: Origin, path: &UrlPath) {
        let annotations = [
            ("prometheus.io/path", path.to_string()),
            ("prometheus.io/port", self.port.to_string()),
            ("prometheus.io/scrape", "true".to_owned()),
        ];
        for (key, value) in annotations {
            if let Err(first) = self.annotations.set(origin, key, value) {
                self.component.bundle.error(
                    BuildError::new(
                        Rule::SeveralMetricsEndpoints,
                        origin,
                        "the pods serve metrics at another port or path already, and the proxy's agent asks one endpoint a pod: Prometheus \
                         would miss the other; serve both at one",
                    )
                    .related([first]),
                );
                return;
            }
        }
    }
}

/// Metrics of a program without a proxy.
struct MetricsPart {
    origin: Origin,
    at: Listening,
    path: UrlPath,
}

impl MetricsPart {
    fn scraped(&self) -> Scraped {
        let component = &self.at.component;
        Scraped {
            origin: self.origin,
            monitor: component.object_name("pod-monitor"),
            job_label: component.conventions().labels.bundle.clone(),
            namespace: component.bundle.namespace.clone(),
            pods: component.selected_by(SelectorLabels::AppComponent),
            port: self.at.port,
            path: self.path.clone(),
        }
    }
}

impl Part for MetricsPart {
    fn declare(&self, declared: &mut Facts) {
        declared.push(self.scraped());
    }

    fn build(&self, output: &mut Output<'_>) {
        let own = self.scraped();
        let scrapers = outbound::scrapers_of(output, &own.namespace);
        if scrapers.is_empty() {
            let message = format!(
                "nothing says which Prometheus reads metrics in the namespace {}, so that nobody would read these: call \
                 `deny_by_default(&prometheus)` at a bundle of the namespace",
                own.namespace
            );
            output.errors.push(BuildError::new(Rule::UnreadMetrics, self.origin, message));
            return;
        }
        let of_component: Vec<_> =
            output.declared.all::<Scraped>().iter().filter(|it| it.is_beside(&own)).collect();
        // One policy of the component is for all of its endpoints.
        if of_component.first().is_none_or(|first| **first != own) {
            return;
        }
        let mut ports: Vec<_> = of_component.iter().map(|it| it.port).collect();
        ports.sort_unstable();
        ports.dedup();
        let peers = scrapers.iter().map(Pods::peer);
        output.add(
            self.origin,
            networking::NetworkPolicy {
                metadata: self.at.component.metadata("metrics-network-policy"),
                spec: Some(only(matching(own.pods), vec![admit(peers, ports)])),
            },
        );
    }
}
