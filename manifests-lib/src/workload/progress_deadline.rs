//! How long a Deployment may stand still before it has failed.

use k8s_openapi::api::core::v1 as core;

/// The API server's own rule. It leaves time to schedule a pod and to pull its images.
const DEFAULT: i32 = 600;

/// `progressDeadlineSeconds` of pods that may take longer than the API server's rule: Argo CD would call the Deployment degraded while they
/// start as they should.
///
/// Upstream: <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds>
pub(super) fn progress_deadline(
    template: &core::PodTemplateSpec,
    min_ready: Option<i32>,
) -> Option<i32> {
    let pods = template.spec.as_ref()?;
    // Sidecars start one after the other, and the containers behind them together.
    let sidecars = pods.init_containers.iter().flatten().map(startup_time);
    let slowest = pods.containers.iter().map(startup_time).max();
    let time = sidecars.chain(slowest).chain(min_ready).fold(0, i32::saturating_add);
    (time >= DEFAULT).then(|| time.saturating_add(DEFAULT))
}

/// How long the kubelet waits for a container.
fn startup_time(container: &core::Container) -> i32 {
    container.startup_probe.as_ref().map_or(0, |probe| {
        let every = probe.period_seconds.unwrap_or(10);
        let tries = probe.failure_threshold.unwrap_or(3);
        probe.initial_delay_seconds.unwrap_or(0).saturating_add(every.saturating_mul(tries))
    })
}
