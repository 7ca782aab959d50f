use manifests_lib::port;

fn main() {
    let _ = port!(0);
}
