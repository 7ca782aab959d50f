//! The mesh during an upgrade as described in `docs/upgrading-istio.md`.

use custom_resources::argoproj::v1alpha1::Application;
use manifests_lib::chart_version;
use manifests_lib::delivery::SourceFrom;
use manifests_lib::environment::Environment;
use manifests_lib::values::ChartVersion;
use services::infra::istio::{self, Revisions};
use services::platform::{self, Settings};

use super::build;

fn environment(revisions: Revisions) -> Environment {
    let settings = environment_dev::settings();
    let istio = istio::Settings { revisions, ..settings.istio };
    platform::environment(Settings { istio, ..settings })
}

/// Every Application of the mesh: its charts, the revision that it deploys or trusts, the tags that point to it, and its
/// options for pruning and for objects of other Applications.
fn mesh(revisions: Revisions) -> String {
    let built = build(environment(revisions));
    let mut lines = Vec::new();
    for application in built
        .bundles
        .iter()
        .filter(|bundle| bundle.name.as_str() == "istio")
        .flat_map(|bundle| &bundle.resources)
        .filter_map(|resource| resource.get::<Application>())
    {
        let mut line = vec![application.metadata.name.clone().unwrap_or_default()];
        for source in application.spec.sources.iter().flatten() {
            let Some(values) = source.helm.as_ref().and_then(|helm| helm.values_object.as_ref())
            else {
                continue;
            };
            line.push(format!(
                "{} {}",
                source.chart.as_deref().unwrap_or_default(),
                source.target_revision.as_deref().unwrap_or_default()
            ));
            for key in ["revision", "revisionTags", "defaultRevision"] {
                if let Some(value) = values.get(key) {
                    line.push(format!("{key} {value}"));
                }
            }
        }
        let policy = application.spec.sync_policy.as_ref();
        let automated = policy.and_then(|policy| policy.automated.as_ref());
        if automated.and_then(|automated| automated.prune) != Some(true) {
            line.push("never pruned".to_owned());
        }
        let mut options =
            policy.and_then(|policy| policy.sync_options.as_ref()).into_iter().flatten();
        if !options.any(|option| option == "FailOnSharedResource=true") {
            line.push("takes over".to_owned());
        }
        lines.push(line.join(", "));
    }
    lines.join("\n")
}

#[test]
fn one_control_plane_serves_the_mesh() {
    insta::assert_snapshot!(mesh(Revisions::Stable), @r#"
    istio-base-application, base 1.30.3, defaultRevision "1-30-3", never pruned
    istio-istiod-application, istiod 1.30.3, revision "1-30-3", revisionTags ["default"], never pruned, takes over
    istio-cni-application, cni 1.30.3
    istio-ingressgateway-application, gateway 1.30.3
    istio-egressgateway-application, gateway 1.30.3
    "#);
}

#[test]
fn a_canary_runs_beside_the_stable_control_plane() {
    let revisions = Revisions::Canary { stable: chart_version!("1.29.4") };
    insta::assert_snapshot!(mesh(revisions), @r#"
    istio-base-application, base 1.30.3, defaultRevision "1-29-4", never pruned
    istio-istiod-application, istiod 1.29.4, revision "1-29-4", revisionTags ["default"], never pruned, takes over
    istio-cni-application, cni 1.30.3
    istio-ingressgateway-application, gateway 1.30.3
    istio-egressgateway-application, gateway 1.30.3
    istio-istiod-1-30-3-application, istiod 1.30.3, revision "1-30-3", revisionTags [], never pruned, takes over
    "#);
}

/// A canary of the stable release would create the same objects.
#[test]
fn a_canary_is_of_another_release() {
    let stable = build(environment(Revisions::Stable))
        .bundles
        .iter()
        .flat_map(|bundle| &bundle.sources)
        .find_map(|source| match &source.from {
            SourceFrom::Chart { name, version, .. } if *name == "istiod" => Some(version.clone()),
            _ => None,
        })
        .expect("a control plane");
    let stable = ChartVersion::new(stable).expect("a version");
    let errors = environment(Revisions::Canary { stable })
        .platform
        .build()
        .expect_err("two control planes of one name");
    let [error] = errors.as_slice() else {
        panic!("one mistake, not {errors:?}");
    };
    assert!(error.to_string().contains("is deployed a second time as istiod"), "{error}");
}
