use manifests_lib::minikube_profile;

fn main() {
    let _ = minikube_profile!("minikube");
}
