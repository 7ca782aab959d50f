use manifests_lib::log_group;

fn main() {
    let _ = log_group!("/prd/all services");
}
