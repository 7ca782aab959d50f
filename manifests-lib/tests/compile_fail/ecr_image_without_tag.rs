use manifests_lib::{account_id, region, repository};
use manifests_lib::values::{EcrImage, EcrRegistry};

fn main() {
    EcrImage {
        registry: EcrRegistry {
            account: account_id!("123456789012"),
            region: region!("eu-west-1"),
        },
        repository: repository!("account-gin-repository"),
    };
}
