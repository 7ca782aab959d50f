use manifests_lib::values::{EcrImage, EcrRegistry};
use manifests_lib::{account_id, fixed_tag, region, repository};

fn main() {
    let _ = EcrImage {
        registry: EcrRegistry {
            account: account_id!("123456789012"),
            region: region!("eu-west-1"),
        },
        repository: repository!("account-gin-repository"),
        tag: fixed_tag!("latest"),
    };
}
