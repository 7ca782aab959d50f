use manifests_lib::time_zone;

fn main() {
    let _ = time_zone!("Europe/Berln");
}
