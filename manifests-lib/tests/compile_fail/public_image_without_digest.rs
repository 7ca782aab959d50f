use manifests_lib::public_image;

fn main() {
    let _ = public_image!("curlimages/curl:8.22.0");
}
