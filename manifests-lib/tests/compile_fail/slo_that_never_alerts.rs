use manifests_lib::slo_target;

fn main() {
    let _ = slo_target!(930);
}
