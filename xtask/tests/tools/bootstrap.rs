use crate::fakes::Fakes;

const TOOLS: [&str; 2] = ["helm", "kubectl"];

fn fakes() -> Fakes {
    Fakes::new(&TOOLS)
}

#[test]
fn a_dry_run_prints_the_commands_and_calls_nothing() {
    let fakes = Fakes::new(&[]);
    let run = fakes.xtask(&["bootstrap", "dev", "--dry-run"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    // The values are those of the Application that takes over: compared below.
    let (before, rest) = run
        .stdout()
        .split_once("<<'END_OF_INPUT'\n")
        .map(|(before, rest)| (before.to_owned(), rest.to_owned()))
        .expect("values");
    let (_, after) = rest.split_once("END_OF_INPUT\n").expect("the end of the values");
    insta::assert_snapshot!(format!("{before}<<VALUES\n{after}"), @"
    # Create the namespace argocd
    kubectl --context minikube apply --server-side --force-conflicts --field-manager=argocd-controller --filename=snapshots/dev/argocd/namespace-argocd.yaml
    # Remove helm's record of an interrupted run
    kubectl --context minikube delete secret --namespace=argocd '--selector=owner=helm,name=argocd,status in (pending-install,pending-upgrade,pending-rollback)'
    # Install Argo CD: chart argo-cd 10.1.1
    helm upgrade --install argocd argo-cd --repo=https://argoproj.github.io/argo-helm --version=10.1.1 --kube-context=minikube --namespace=argocd --timeout=10m --values=- <<VALUES
    # Wait for Argo CD
    kubectl --context minikube wait --for=condition=Available --timeout=10m --namespace=argocd deployment/argocd-server
    # Wait for Argo CD's CRDs
    kubectl --context minikube wait --for=condition=Established --timeout=10m crd/applications.argoproj.io crd/appprojects.argoproj.io
    # Apply the projects
    kubectl --context minikube apply --server-side --force-conflicts --field-manager=argocd-controller --filename=snapshots/dev/root/appproject-root.yaml --filename=snapshots/dev/root/appproject-default.yaml --filename=snapshots/dev/root/appproject-infra.yaml --filename=snapshots/dev/root/appproject-app.yaml
    # Apply the root Application, which deploys the rest
    kubectl --context minikube apply --server-side --force-conflicts --field-manager=argocd-controller --filename=snapshots/dev/root/application-root-application.yaml
    ");
    assert_eq!(fakes.calls(), "");
}

#[test]
fn what_is_run_is_what_a_dry_run_prints() {
    let fakes = fakes();
    let printed = fakes.xtask(&["bootstrap", "dev", "--dry-run"]).stdout();
    let run = fakes.xtask(&["bootstrap", "dev"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    let calls = fakes.calls();
    let steps: Vec<&str> = calls
        .lines()
        .filter(|call| !call.starts_with("helm version") && !call.starts_with("kubectl config"))
        .collect();
    let commands: Vec<String> = printed
        .lines()
        .filter(|line| line.starts_with("kubectl") || line.starts_with("helm"))
        .map(|line| line.replace(" <<'END_OF_INPUT'", "").replace('\'', ""))
        .collect();
    assert_eq!(steps, commands);
}

#[test]
fn helm_installs_what_the_application_of_argo_cd_keeps() {
    let fakes = fakes();
    assert_eq!(fakes.xtask(&["bootstrap", "prd", "--context", "x", "--yes"]).code(), Some(2));
    fakes.contexts(&[("aws", "arn:aws:eks:ap-northeast-1:123456789012:cluster/microservices")]);
    let run = fakes.xtask(&["bootstrap", "prd"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    let cluster = fakes.cluster();
    let (_, release) = cluster.iter().find(|(name, _)| name == "release").expect("a release");
    let application = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../snapshots/prd/root/application-argocd-application.yaml"),
    )
    .expect("a rendered file");
    let (_, values) = application.split_once("valuesObject:\n").expect("values");
    let kept: Vec<&str> = values
        .lines()
        .take_while(|line| line.starts_with("        ") || line.is_empty())
        .map(|line| line.strip_prefix("        ").unwrap_or_default())
        .collect();
    assert_eq!(release.lines().collect::<Vec<_>>(), kept);
}

#[test]
fn progress_is_shown_step_by_step() {
    let run = fakes().xtask(&["bootstrap", "dev"]);
    insta::assert_snapshot!(run.stderr(), @"
    [1/7] Create the namespace argocd
    [2/7] Remove helm's record of an interrupted run
    [3/7] Install Argo CD: chart argo-cd 10.1.1
    [4/7] Wait for Argo CD
    [5/7] Wait for Argo CD's CRDs
    [6/7] Apply the projects
    [7/7] Apply the root Application, which deploys the rest
    Argo CD deploys dev from now on. Watch it with: cargo xtask open argocd dev
    ");
}

#[test]
fn a_run_that_was_killed_anywhere_is_finished_by_the_next() {
    let whole = fakes();
    assert_eq!(whole.xtask(&["bootstrap", "dev"]).code(), Some(0));
    let calls = whole.calls().lines().count();
    assert!(calls > 6, "{}", whole.calls());
    for number in 1..=calls {
        for moment in ["before", "between", "after"] {
            let fakes = fakes().with("KILLED_AT", number.to_string()).with("KILLED", moment);
            let killed = fakes.xtask(&["bootstrap", "dev"]).code();
            let is_helm =
                fakes.calls().lines().last().is_some_and(|call| call.starts_with("helm upgrade"));
            assert_eq!(
                killed.is_none(),
                moment != "between" || is_helm,
                "{number} {moment}: {killed:?}"
            );
            // The second run has more calls behind it, so nothing kills it.
            fakes.write("calls", &"earlier\n".repeat(100));
            let again = fakes.xtask(&["bootstrap", "dev"]);
            assert_eq!(again.code(), Some(0), "{number} {moment}: {}", again.stderr());
            assert_eq!(fakes.cluster(), whole.cluster(), "{number} {moment}");
        }
    }
}

#[test]
fn a_second_run_leaves_the_same() {
    let fakes = fakes();
    assert_eq!(fakes.xtask(&["bootstrap", "dev"]).code(), Some(0));
    let first = fakes.cluster();
    assert_eq!(fakes.xtask(&["bootstrap", "dev"]).code(), Some(0));
    assert_eq!(fakes.cluster(), first);
}

#[test]
fn a_chart_on_disk_takes_the_place_of_the_repository() {
    let fakes = fakes();
    let run = fakes.xtask(&["bootstrap", "dev", "--chart", "some/chart.tgz", "--dry-run"]);
    let stdout = run.stdout();
    let helm = stdout.lines().find(|line| line.starts_with("helm")).expect("helm");
    insta::assert_snapshot!(helm, @"helm upgrade --install argocd some/chart.tgz --kube-context=minikube --namespace=argocd --timeout=10m --values=- <<'END_OF_INPUT'");
}

#[test]
fn the_current_context_is_never_a_reason() {
    let fakes = fakes();
    fakes.contexts(&[("somewhere", "else"), ("mini", "minikube")]);
    assert_eq!(fakes.xtask(&["bootstrap", "dev"]).code(), Some(0));
    let calls = fakes.calls();
    assert!(calls.contains("--context mini ") && !calls.contains("somewhere"), "{calls}");
}

#[test]
fn bad_contexts_are_refused_before_anything_is_changed() {
    let arn = "arn:aws:eks:ap-northeast-1:123456789012:cluster/microservices";
    let fakes = fakes();
    fakes.contexts(&[("other", "other-cluster"), ("aws", arn)]);
    let mut output = Vec::new();
    for arguments in [
        ["bootstrap", "dev"].as_slice(),
        &["bootstrap", "dev", "--context", "missing"],
        &["bootstrap", "dev", "--context", "other"],
        &["bootstrap", "dev", "--context", "aws"],
        &["bootstrap", "dev", "--context", "aws", "--yes"],
    ] {
        let run = fakes.xtask(arguments);
        assert_eq!(run.code(), Some(2), "{arguments:?}");
        output.push(run.stderr());
    }
    insta::assert_snapshot!(output.concat(), @"
    error: kubectl has no context for the cluster of dev, minikube: create it with `cargo xtask cluster up dev`, or name a context with --context
    error: kubectl has no context missing; it has: other, aws
    error: The context other leads to the cluster other-cluster, which is not the one of dev, minikube. Nothing was changed: add --yes if this is what you want
    error: the context aws leads to the cluster of prd, arn:aws:eks:ap-northeast-1:123456789012:cluster/microservices, not to that of dev: leave out --context, or name the environment prd
    error: the context aws leads to the cluster of prd, arn:aws:eks:ap-northeast-1:123456789012:cluster/microservices, not to that of dev: leave out --context, or name the environment prd
    ");
    assert_eq!(fakes.cluster(), []);
}

#[test]
fn a_foreign_cluster_is_possible_for_who_says_so() {
    let fakes = fakes();
    fakes.contexts(&[("other", "other-cluster")]);
    let run = fakes.xtask(&["bootstrap", "dev", "--context", "other", "--yes"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
}

#[test]
fn a_missing_program_is_named_before_anything_is_changed() {
    let mut output = Vec::new();
    for present in TOOLS {
        let fakes = Fakes::new(&[present]);
        let run = fakes.xtask(&["bootstrap", "dev"]);
        assert_eq!(run.code(), Some(2));
        assert_eq!(fakes.cluster(), []);
        output.push(run.stderr());
    }
    insta::assert_snapshot!(output.concat(), @"
    error: kubectl is not on the PATH and this command needs it: install it as described at https://kubernetes.io/docs/tasks/tools/, then run again
    error: helm is not on the PATH and this command needs it: install it as described at https://helm.sh/docs/intro/install/, then run again
    ");
}

#[test]
fn a_command_that_fails_is_named_with_the_way_out() {
    let fakes = fakes();
    // Another run's record, which the fake kubectl does not remove.
    fakes.write("kubectl", "#!/bin/sh\n[ \"$1\" = config ] && /bin/cat \"$FAKES/kubeconfig\"\n");
    std::fs::write(fakes.path().join("cluster/pending"), "").expect("a writable folder");
    let run = fakes.xtask(&["bootstrap", "dev"]);
    assert_eq!(run.code(), Some(2));
    let stderr = run.stderr();
    let last: Vec<&str> = stderr.lines().rev().take(2).collect();
    insta::assert_snapshot!(last.join("\n"), @"
    error: `kubectl --context minikube apply --server-side --force-conflicts --field-manager=argocd-controller --filename=snapshots/dev/argocd/namespace-argocd.yaml` ended with exit status: 1, see its output above: remove the cause, then run this command again; what is done already stays
    [1/7] Create the namespace argocd
    ");
}

/// A password that must appear nowhere.
const PASSWORD: &str = "correct-horse-battery-staple";

fn with_credentials() -> Fakes {
    let fakes = fakes();
    let credentials = format!("{{ \"username\": \"git\", \"password\": \"{PASSWORD}\" }}");
    fakes.write("credentials.json", &credentials);
    fakes
}

#[test]
fn argo_cd_gets_a_login_to_a_private_repository() {
    let fakes = with_credentials();
    let file = fakes.path().join("credentials.json").display().to_string();
    let run = fakes.xtask(&["bootstrap", "dev", "--repository-credentials", &file]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    let cluster = fakes.cluster();
    let (_, secret) = cluster.iter().find(|(name, _)| name == "input").expect("a Secret");
    let secret: serde_json::Value = serde_json::from_str(secret).expect("JSON");
    insta::assert_snapshot!(format!("{secret:#}"), @r#"
    {
      "apiVersion": "v1",
      "data": {
        "password": "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==",
        "type": "Z2l0",
        "url": "aHR0cHM6Ly9naXRodWIuY29tL2hpcm9raS1pdC9taWNyb3NlcnZpY2VzLW1hbmlmZXN0cy5naXQ=",
        "username": "Z2l0"
      },
      "kind": "Secret",
      "metadata": {
        "labels": {
          "argocd.argoproj.io/secret-type": "repository"
        },
        "name": "manifests-repository",
        "namespace": "argocd"
      }
    }
    "#);
    let calls = fakes.calls();
    let apply =
        calls.lines().find(|call| call.contains("--filename=-")).expect("the Secret's step");
    insta::assert_snapshot!(apply, @"kubectl --context minikube apply --server-side --force-conflicts --field-manager=manifests-bootstrap --filename=-");
    // After the namespace, before Argo CD looks for it.
    let position = |what: &str| calls.lines().position(|call| call.contains(what));
    assert!(position("namespace-argocd.yaml") < position("--filename=-"));
    assert!(position("--filename=-") < position("helm upgrade"));
    for shown in [run.stdout(), run.stderr(), calls.clone()] {
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

#[test]
fn a_dry_run_does_not_show_the_login() {
    let fakes = with_credentials();
    let file = fakes.path().join("credentials.json").display().to_string();
    let run = fakes.xtask(&["bootstrap", "dev", "--dry-run", "--repository-credentials", &file]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    let stdout = run.stdout();
    let steps: Vec<&str> =
        stdout.lines().skip_while(|line| !line.contains("log in")).take(2).collect();
    insta::assert_snapshot!(steps.join("\n"), @"
    # Let Argo CD log in to https://github.com/hiroki-it/microservices-manifests.git
    kubectl --context minikube apply --server-side --force-conflicts --field-manager=manifests-bootstrap --filename=- # reads a secret, which is not shown
    ");
    // In base64 neither.
    for secret in [PASSWORD, "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ"] {
        assert!(!stdout.contains(secret), "{stdout}");
    }
}

#[test]
fn a_bad_login_is_refused_before_anything_is_changed_and_not_shown() {
    let fakes = with_credentials();
    fakes.write(
        "credentials.json",
        &format!("{{ \"user\": \"git\", \"password\": \"{PASSWORD}\" }}"),
    );
    let file = fakes.path().join("credentials.json").display().to_string();
    let run = fakes.xtask(&["bootstrap", "dev", "--repository-credentials", &file]);
    assert_eq!(run.code(), Some(2));
    assert_eq!(fakes.cluster(), []);
    let shown = run.stderr().replace(&file, "FILE");
    insta::assert_snapshot!(shown, @"error: FILE has no credentials of a repository: expected is a JSON object of texts with either the keys password, username, or the keys githubAppID, githubAppInstallationID, githubAppPrivateKey, and no others");
    // Nothing comes from an empty standard input.
    let run = fakes.xtask(&["bootstrap", "dev", "--repository-credentials", "-"]);
    assert_eq!(run.code(), Some(2));
}

/// Argo CD takes over what the client of Helm 3 applied, not what the server applied for Helm 4.
#[test]
fn every_helm_applies_by_the_client() {
    for (version, expected) in [("v3.19.4+g7cfb6e4", false), ("v4.2.1+g5a5449d", true)] {
        let fakes = fakes().with("HELM", version);
        assert_eq!(fakes.xtask(&["bootstrap", "dev"]).code(), Some(0));
        let calls = fakes.calls();
        let helm = calls.lines().find(|call| call.starts_with("helm upgrade")).expect("helm");
        assert_eq!(helm.ends_with(" --server-side=false"), expected, "{helm}");
    }
}
