use manifests_lib::{LocalImage, repository};

fn main() {
    LocalImage {
        repository: repository!("account-gin"),
    };
}
