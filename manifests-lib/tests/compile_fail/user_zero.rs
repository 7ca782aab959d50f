use manifests_lib::uid;

fn main() {
    let _ = uid!(0);
}
