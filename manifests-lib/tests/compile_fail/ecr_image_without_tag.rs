use manifests_lib::{EcrImage, EcrRegistry, account_id, region, repository};

fn main() {
    EcrImage {
        registry: EcrRegistry {
            account: account_id!("123456789012"),
            region: region!("eu-west-1"),
        },
        repository: repository!("account-gin-repository"),
    };
}
