//! Metrics that a program serves itself, beside those that its proxy counts.

use super::container_port::{ContainerPort, Listening, Listens};
use super::{ContainerHandle, Exposable};
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::values::UrlPath;

impl<L: Exposable> ContainerHandle<L> {
    /// Has Prometheus read what the program itself counts: by HTTP/1.1 without TLS, on the container's port, at this path.
    ///
    /// Becomes the annotations `prometheus.io/scrape`, `prometheus.io/port` and `prometheus.io/path` of the pods. In the mesh the agent
    /// beside the proxy reads them when a pod starts, asks the program at `localhost`, and serves its metrics with those of the proxy
    /// at [one port](crate::network::mesh::MERGED_METRICS), to which Prometheus is admitted: it reaches no port of the program
    /// itself, and needs no certificate of the mesh. The agent knows one endpoint a pod.
    ///
    /// The build reports a second one.
    ///
    /// Upstream: <https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging>
    #[track_caller]
    pub fn metrics(&self, path: UrlPath) {
        self.listening().metrics(Origin::here(), &path);
    }
}

impl ContainerPort {
    /// Has Prometheus read what the program itself counts, on this port, as [`ContainerHandle::metrics`] says. The port needs no
    /// Service.
    #[track_caller]
    pub fn metrics(&self, path: UrlPath) {
        self.listening().metrics(Origin::here(), &path);
    }
}

impl Listening {
    /// The one way by which metrics reach Prometheus: a platform without a mesh puts a PodMonitor and an admission in its place.
    pub(crate) fn metrics(&self, origin: Origin, path: &UrlPath) {
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
