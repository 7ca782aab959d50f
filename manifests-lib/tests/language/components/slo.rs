use insta::assert_snapshot;
use manifests_lib::model::Bundle;
use manifests_lib::observability::{Latency, LatencyBound, Slo};
use manifests_lib::slo_target;

use crate::support::{NODES, Shop, service};

fn with_slo() -> (Shop, Bundle) {
    let shop = Shop::new();
    let web = shop.bundle();
    service(&web.app(&NODES)).slo(Slo {
        availability: slo_target!(995),
        latency: Latency { target: slo_target!(990), within: LatencyBound::Milliseconds250 },
    });
    (shop, web)
}

/// One field of every rule that has it.
fn of_every_rule(field: &str) -> String {
    let (shop, web) = with_slo();
    let rules = shop.part(&web, "PrometheusRule", "/spec/groups/0/rules");
    let prefix = format!("{field}: ");
    let lines: Vec<_> = rules
        .lines()
        .filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix(&prefix))
        .collect();
    lines.join("\n")
}

#[test]
fn stands_beside_its_service() {
    let (shop, web) = with_slo();
    let rule = shop.objects(&web, &["PrometheusRule"]);
    assert_snapshot!(rule.split("    rules:").next().unwrap_or_default(), @"
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: web-app-objective
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      groups:
      - name: web-app-service-objective
        interval: 1m
    ");
}

#[test]
fn failures_are_server_errors_and_requests_that_reach_no_pod() {
    let (shop, web) = with_slo();
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/0"), @r#"
    expr: |
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code=~"5.."}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",response_flags=~".*(UF|UH|UO).*"}[5m])) or vector(0))
      /
      (sum(rate(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop"}[5m]) or rate(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",response_flags=~".*(UF|UH|UO).*"}[5m])) > 0)
    labels:
      namespace: shop
      service: web-app-service
    record: service:request_failures:ratio_rate5m
    "#);
}

#[test]
fn slow_is_what_is_above_the_boundary_and_no_failure() {
    let (shop, web) = with_slo();
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/1"), @r#"
    expr: |
      1 - (
      sum(rate(istio_request_duration_milliseconds_bucket{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code!~"5..",le="250.0"}[5m]))
      /
      (sum(rate(istio_request_duration_milliseconds_count{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code!~"5.."}[5m])) > 0)
      )
    labels:
      namespace: shop
      service: web-app-service
    record: service:slow_requests:ratio_rate5m
    "#);
}

#[test]
fn both_parts_are_recorded_over_every_window() {
    assert_snapshot!(of_every_rule("record"), @"
    service:request_failures:ratio_rate5m
    service:slow_requests:ratio_rate5m
    service:request_failures:ratio_rate30m
    service:slow_requests:ratio_rate30m
    service:request_failures:ratio_rate1h
    service:slow_requests:ratio_rate1h
    service:request_failures:ratio_rate2h
    service:slow_requests:ratio_rate2h
    service:request_failures:ratio_rate6h
    service:slow_requests:ratio_rate6h
    service:request_failures:ratio_rate1d
    service:slow_requests:ratio_rate1d
    service:request_failures:ratio_rate3d
    service:slow_requests:ratio_rate3d
    ");
}

#[test]
fn an_alert_looks_at_two_windows() {
    let (shop, web) = with_slo();
    assert_snapshot!(shop.part(&web, "PrometheusRule", "/spec/groups/0/rules/14"), @r#"
    alert: AvailabilityBudgetBurn
    annotations:
      description: "{{ $value | humanizePercentage }} of the requests of the last 1h failed, more than 14.4 times the 0.5 % that may over 30 days."
      summary: Too many requests to web-app-service failed
    expr: |
      service:request_failures:ratio_rate1h{namespace="shop",service="web-app-service"} > 14.4 * 0.005
      and
      service:request_failures:ratio_rate5m{namespace="shop",service="web-app-service"} > 14.4 * 0.005
      and on ()
      sum(increase(istio_requests_total{reporter="destination",destination_service_name="web-app-service",destination_service_namespace="shop",response_code=~"5.."}[1h]) or increase(istio_requests_total{reporter="source",destination_service_name="web-app-service",destination_service_namespace="shop",response_flags=~".*(UF|UH|UO).*"}[1h])) >= 10
    labels:
      namespace: shop
      service: web-app-service
      severity: critical
      window: 1h
    "#);
}

#[test]
fn fast_burning_pages_and_slow_burning_makes_a_ticket() {
    assert_snapshot!(of_every_rule("severity"), @"
    critical
    critical
    warning
    warning
    critical
    critical
    warning
    warning
    ");
    assert_snapshot!(of_every_rule("window"), @"
    1h
    6h
    1d
    3d
    1h
    6h
    1d
    3d
    ");
}
