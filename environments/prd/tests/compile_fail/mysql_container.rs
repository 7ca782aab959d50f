use manifests_lib::data::database::MysqlContainer;
use services::app::account;
use services::site::Aws;

fn settings(image: manifests_lib::values::EcrImage, database: MysqlContainer) {
    let _ = account::Settings::<Aws> { image, database };
}

fn main() {}
