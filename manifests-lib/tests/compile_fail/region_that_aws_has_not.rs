use manifests_lib::region;

fn main() {
    let _ = region!("ap-northeast-9");
}
