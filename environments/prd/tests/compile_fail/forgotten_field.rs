use manifests_lib::values::EcrImage;
use services::app::account;
use services::site::Aws;

fn settings(image: EcrImage) {
    let _ = account::Settings::<Aws> { image };
}

fn main() {}
