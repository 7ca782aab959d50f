use tempfile::TempDir;

use crate::fakes::Fakes;

const TOOLS: [&str; 3] = ["docker", "kubectl", "minikube"];

fn sources() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

/// Runs `cluster up dev` with these sources.
fn up(fakes: &Fakes, sources: &TempDir) -> crate::fakes::Run {
    let folder = sources.path().to_str().expect("a path in UTF-8");
    fakes.xtask(&["cluster", "up", "dev", "--sources", folder])
}

#[test]
fn a_dry_run_prints_the_commands_and_calls_nothing() {
    let fakes = Fakes::new(&[]);
    let run = fakes.xtask(&["cluster", "up", "dev", "--dry-run", "--sources", "/sources"]);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    insta::assert_snapshot!(run.stdout(), @"
    minikube start --profile=minikube --driver=docker --container-runtime=containerd --kubernetes-version=v1.35.4 --nodes=5 --cpus=8 --memory=12288 --addons=metrics-server,storage-provisioner-rancher --mount --mount-string=/sources:/data/src --extra-config=controller-manager.bind-address=0.0.0.0 --extra-config=scheduler.bind-address=0.0.0.0 --extra-config=etcd.listen-metrics-urls=http://0.0.0.0:2381
    kubectl --context minikube label node minikube-m02 node.kubernetes.io/nodegroup=app --overwrite
    kubectl --context minikube label node minikube-m03 node.kubernetes.io/nodegroup=deploy --overwrite
    kubectl --context minikube label node minikube-m04 node.kubernetes.io/nodegroup=ingress --overwrite
    kubectl --context minikube label node minikube-m05 node.kubernetes.io/nodegroup=system --overwrite
    minikube image load --profile minikube account-gin:latest
    minikube image load --profile minikube customer-fastapi:latest
    minikube image load --profile minikube orchestrator-fastapi:latest
    minikube image load --profile minikube order-lumen:latest
    minikube image load --profile minikube order-nginx:latest
    ");
    assert_eq!(fakes.calls(), "");
}

#[test]
fn what_is_run_is_what_a_dry_run_prints() {
    let (fakes, sources) = (Fakes::new(&TOOLS), sources());
    let run = up(&fakes, &sources);
    assert_eq!(run.code(), Some(0), "{}", run.stderr());
    let folder = sources.path().canonicalize().expect("a folder");
    let folder = folder.to_str().expect("a path in UTF-8");
    let printed = fakes.xtask(&["cluster", "up", "dev", "--dry-run", "--sources", folder]);
    let questions = ["docker ", "minikube node list"];
    let calls = fakes.calls();
    let commands: Vec<&str> = calls
        .lines()
        .filter(|call| !questions.iter().any(|question| call.starts_with(question)))
        .collect();
    assert_eq!(commands, printed.stdout().lines().collect::<Vec<_>>());
}

#[test]
fn nodes_that_an_interrupted_run_left_out_are_added() {
    let (fakes, sources) = (Fakes::new(&TOOLS), sources());
    fakes.write("nodes", "minikube\t192.0.2.2\nminikube-m02\t192.0.2.3\n");
    assert_eq!(up(&fakes, &sources).code(), Some(0));
    assert_eq!(fakes.calls().matches("minikube node add --profile minikube").count(), 3);
    // A second run finds everything.
    assert_eq!(up(&fakes, &sources).code(), Some(0));
    assert_eq!(fakes.calls().matches("minikube node add").count(), 3);
}

#[test]
fn a_cluster_of_more_nodes_is_refused() {
    let (fakes, sources) = (Fakes::new(&TOOLS), sources());
    fakes.write("nodes", "1\n2\n3\n4\n5\n6\n");
    let run = up(&fakes, &sources);
    assert_eq!(run.code(), Some(2));
    insta::assert_snapshot!(run.stderr(), @"error: the Minikube cluster minikube has 6 nodes, but the environment describes 5, and Minikube would keep them all: delete it with `cargo xtask cluster down`, then run this command again");
    assert!(!fakes.calls().contains("minikube start"));
}

#[test]
fn images_that_are_not_built_are_named() {
    let (fakes, sources) = (Fakes::new(&TOOLS).with("UNBUILT", "order-"), sources());
    let run = up(&fakes, &sources);
    assert_eq!(run.code(), Some(1));
    insta::assert_snapshot!(run.stderr(), @"The cluster is up, but these images do not exist in docker: order-lumen:latest, order-nginx:latest. Their pods wait until you build them and run this command again");
    let calls = fakes.calls();
    let loads: Vec<_> =
        calls.lines().filter(|call| call.starts_with("minikube image load")).collect();
    assert!(!loads.is_empty() && loads.iter().all(|load| !load.contains("order-")), "{loads:?}");
}

#[test]
fn a_laptop_that_is_too_small_is_refused() {
    let (fakes, sources) = (Fakes::new(&TOOLS).with("DOCKER", "4 8589934592"), sources());
    let run = up(&fakes, &sources);
    assert_eq!(run.code(), Some(2));
    insta::assert_snapshot!(run.stderr(), @"error: a node of the environment has 8 processors and 12288 MiB, but docker has only 4 and 8192 MiB: give docker more, or the nodes less in the environment's crate");
}

#[test]
fn what_is_missing_is_named_before_anything_is_made() {
    let sources = sources();
    let mut output = Vec::new();
    for missing in ["docker", "minikube"] {
        let present: Vec<&str> = TOOLS.into_iter().filter(|tool| *tool != missing).collect();
        let fakes = Fakes::new(&present);
        let run = up(&fakes, &sources);
        assert_eq!(run.code(), Some(2));
        assert!(!fakes.calls().contains("minikube start"), "{}", fakes.calls());
        output.push(run.stderr());
    }
    let fakes = Fakes::new(&TOOLS);
    let run = fakes.xtask(&["cluster", "up", "dev", "--sources", "/no/such/folder"]);
    assert_eq!((run.code(), fakes.calls()), (Some(2), String::new()));
    output.push(run.stderr());
    insta::assert_snapshot!(output.concat(), @"
    error: docker is not on the PATH and this command needs it: install it as described at https://docs.docker.com/engine/install/, then run again
    error: minikube is not on the PATH and this command needs it: install it as described at https://minikube.sigs.k8s.io/docs/start/, then run again
    error: /no/such/folder is not a folder, but the pods of dev run the sources in it: clone microservices-backend there, or name another folder with --sources
    ");
}

#[test]
fn nothing_is_deleted_without_a_yes() {
    let fakes = Fakes::new(&TOOLS);
    let run = fakes.xtask(&["cluster", "down", "dev"]);
    assert_eq!((run.code(), fakes.calls()), (Some(2), String::new()));
    insta::assert_snapshot!(run.stderr(), @"error: This deletes the Minikube cluster minikube of dev and every volume in it. Nothing was changed: add --yes if this is what you want");
    assert_eq!(fakes.xtask(&["cluster", "down", "dev", "--yes"]).code(), Some(0));
    assert_eq!(fakes.calls(), "minikube delete --profile minikube\n");
}

#[test]
fn status_shows_requests_and_nodes() {
    let fakes = Fakes::new(&TOOLS);
    let none = fakes.xtask(&["cluster", "status", "dev"]);
    assert_eq!(none.code(), Some(1));
    assert_eq!(
        none.stderr(),
        "There is no Minikube cluster minikube; create it with: cargo xtask cluster up dev\n"
    );
    fakes.write("nodes", "1\n2\n3\n4\n5\n");
    assert_eq!(fakes.xtask(&["cluster", "status", "dev"]).code(), Some(0));
    assert!(fakes.calls().ends_with(
        "kubectl --context minikube get nodes --label-columns node.kubernetes.io/nodegroup\n"
    ));
}

#[test]
fn nothing_is_run_in_aws() {
    let fakes = Fakes::new(&["aws", "eksctl", "docker", "kubectl", "minikube", "helm"]);
    let mut output = Vec::new();
    for arguments in [["cluster", "up", "prd"], ["cluster", "down", "prd"]] {
        let run = fakes.xtask(&arguments);
        assert_eq!(run.code(), Some(0), "{}", run.stderr());
        output.push(run.stdout());
    }
    insta::assert_snapshot!(output.concat(), @"
    # eksctl creates the cluster of prd; nothing was run. Run these with administrator rights in the account 123456789012, as the
    # role platform-administrators: nobody else has rights in the cluster.
    # 1. Repositories of the images; tags are immutable.
    aws ecr describe-repositories --region ap-northeast-1 --repository-names account-gin-repository > /dev/null 2>&1 ||
      aws ecr create-repository --region ap-northeast-1 --repository-name account-gin-repository --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true
    aws ecr describe-repositories --region ap-northeast-1 --repository-names customer-fastapi-repository > /dev/null 2>&1 ||
      aws ecr create-repository --region ap-northeast-1 --repository-name customer-fastapi-repository --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true
    aws ecr describe-repositories --region ap-northeast-1 --repository-names orchestrator-fastapi-repository > /dev/null 2>&1 ||
      aws ecr create-repository --region ap-northeast-1 --repository-name orchestrator-fastapi-repository --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true
    aws ecr describe-repositories --region ap-northeast-1 --repository-names order-lumen-repository > /dev/null 2>&1 ||
      aws ecr create-repository --region ap-northeast-1 --repository-name order-lumen-repository --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true
    aws ecr describe-repositories --region ap-northeast-1 --repository-names order-nginx-repository > /dev/null 2>&1 ||
      aws ecr create-repository --region ap-northeast-1 --repository-name order-nginx-repository --image-tag-mutability IMMUTABLE --image-scanning-configuration scanOnPush=true
    # 2. The cluster; takes about 20 minutes.
    eksctl create cluster --config-file environments/prd/eks.yaml
    # 3. A kubectl context.
    aws eks update-kubeconfig --region ap-northeast-1 --name microservices
    # 4. Argo CD, which deploys the rest.
    cargo xtask bootstrap prd
    # eksctl deletes the cluster of prd in the account 123456789012; nothing was run. Load balancers and volumes that
    # controllers have created stay and cost money. First stop Argo CD, which would create them again: scale its application
    # controller to 0. Then delete the Gateways that this lists, and the claims together with their namespaces:
    kubectl get gateways.gateway.networking.k8s.io,persistentvolumeclaims --all-namespaces
    eksctl delete cluster --config-file environments/prd/eks.yaml
    ");
    assert_eq!(fakes.calls(), "");
}

/// Taking a broken Minikube for a missing cluster would create another one over it.
#[test]
fn a_minikube_that_fails_is_no_missing_cluster() {
    let [asked, made] = [(), ()].map(|()| Fakes::new(&TOOLS).with("NODES_FAIL", "52"));
    let status = asked.xtask(&["cluster", "status", "dev"]);
    let up = up(&made, &sources());
    for (run, fakes) in [(status, asked), (up, made)] {
        assert_eq!(run.code(), Some(2), "{}", run.stderr());
        let sentence = "`minikube node list --profile minikube` failed";
        assert!(run.stderr().contains(sentence), "{}", run.stderr());
        assert!(!fakes.calls().contains("minikube start"));
    }
}
