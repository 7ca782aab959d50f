use manifests_lib::values::LocalImage;
use services::environment::Production;

fn changes(production: &mut Production, image: LocalImage) {
    production.images.account = image;
}

fn main() {}
