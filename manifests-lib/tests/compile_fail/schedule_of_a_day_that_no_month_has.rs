use manifests_lib::schedule;

fn main() {
    let _ = schedule!("0 0 31 2 *");
}
