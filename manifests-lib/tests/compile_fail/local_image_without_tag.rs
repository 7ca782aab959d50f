use manifests_lib::repository;
use manifests_lib::values::LocalImage;

fn main() {
    LocalImage {
        repository: repository!("account-gin"),
    };
}
