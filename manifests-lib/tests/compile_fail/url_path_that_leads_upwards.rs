use manifests_lib::url_path;

fn main() {
    let _ = url_path!("/status/../admin");
}
