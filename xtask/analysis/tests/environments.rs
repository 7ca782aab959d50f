//! What is known of the environment of manifests: its name, and what others create in it.

use std::fs;
use std::path::PathBuf;

use analysis::check::{check, rules};
use analysis::command::check::external;
use analysis::environment::Environment;
use analysis::objects::{Objects, read};

/// The environment of manifests, with what somebody else creates.
fn environment(manifests: &str, others: &str) -> Environment {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &str| -> PathBuf {
        let file = folder.path().join(name);
        fs::write(&file, content).expect("a file");
        file
    };
    let mut objects = read(&file("manifests.yaml", manifests)).expect("a file").objects;
    let read = external(&[file("external.yaml", others)]).expect("a file");
    objects.extend(read.objects);
    Environment::of(None, Objects::new(objects))
}

fn found(environment: &Environment) -> Vec<String> {
    let rules = ["missing-secret", "missing-config-map", "idle-external", "service-without-pods"];
    let rules = rules.into_iter().filter_map(rules::named);
    let shown = |finding: &analysis::check::Finding| {
        let line = finding.line.as_ref().map(|line| line.line).unwrap_or_default();
        format!("{line}: {}: {}", finding.rule.name, finding.message)
    };
    check(environment, rules).findings.iter().map(shown).collect()
}

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: example.com/cart:1
      env:
        - name: PASSWORD
          valueFrom: {secretKeyRef: {name: legacy, key: password}}
";

#[test]
fn what_somebody_else_creates_is_there_with_its_keys() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: legacy, namespace: shop}, stringData: {KEY: ''}}";
    assert_eq!(found(&environment(POD, "")).len(), 1);
    assert_eq!(found(&environment(POD, &secret.replace("KEY", "password"))), [""; 0]);
    assert_eq!(
        found(&environment(POD, &secret.replace("KEY", "passwort"))),
        ["11: missing-secret: Secret shop/legacy has no key password; did you mean passwort?"]
    );
    let other = secret.replace("legacy", "another");
    assert_eq!(found(&environment(POD, &other)).len(), 2);
}

#[test]
fn no_mistake_is_found_in_what_somebody_else_creates() {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop}, spec: {selector: {no: pod}}}";
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: legacy, namespace: shop}}";
    let pod = POD.replace("secretKeyRef", "configMapKeyRef");
    let environment = environment(&pod, &format!("{service}\n---\n{config}"));
    assert_eq!(found(&environment), [""; 0]);
}

#[test]
fn labels_that_agree_name_the_environment() {
    let object = |name: &str, environment: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, labels: {{env: {environment}}}}}}}\n"
        )
    };
    let plain = "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n";
    let name = |manifests: &str| environment(manifests, "").name;
    let [a, b] = [object("a", "prd"), object("b", "prd")];
    assert_eq!(name(&format!("{a}{b}{plain}")).as_deref(), Some("prd"));
    assert_eq!(name(&format!("{a}{plain}{}", plain.replace("c}", "d}"))), None);
    assert_eq!(name(&format!("{a}{b}{}", object("c", "dev"))), None);
}

#[test]
fn what_may_be_made_or_copied_into_a_namespace_is_not_missing() {
    let of = |manifest: &str| found(&environment(&format!("{POD}---\n{manifest}"), ""));
    for maker in [
        "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: a, namespace: flux}, spec: {targetNamespace: shop}}",
        "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: a, namespace: flux}}",
        "{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {name: a, namespace: argocd}}",
        "{apiVersion: external-secrets.io/v1, kind: ClusterExternalSecret, metadata: {name: a}}",
        "{apiVersion: trust.cert-manager.io/v1alpha1, kind: Bundle, metadata: {name: a}}",
        "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: a, namespace: shop}}",
        "{apiVersion: rds.aws.upbound.io/v1beta1, kind: Instance, metadata: {name: a}, spec: {writeConnectionSecretToRef: {name: legacy, namespace: shop}}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b, annotations: {replicator.v1.mittwald.de/replicate-to: shop}}}",
    ] {
        assert_eq!(of(maker), [""; 0], "{maker}");
    }
    for other in [
        "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: a, namespace: elsewhere}}",
        "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a, namespace: shop}}",
    ] {
        assert_eq!(of(other).len(), 1, "{other}");
    }
}
