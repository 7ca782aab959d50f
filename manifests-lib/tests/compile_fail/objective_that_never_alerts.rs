use manifests_lib::per_mille;

fn main() {
    let _ = per_mille!(930);
}
