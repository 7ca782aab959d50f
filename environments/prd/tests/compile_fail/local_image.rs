use manifests_lib::values::LocalImage;
use services::platform::Settings;
use services::site::Aws;

fn changes(prd: &mut Settings<Aws>, image: LocalImage) {
    prd.account.image = image;
}

fn main() {}
