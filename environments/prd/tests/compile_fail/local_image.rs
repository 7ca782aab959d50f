use manifests_lib::LocalImage;
use services::environment::Production;

fn changes(production: &mut Production, image: LocalImage) {
    production.images.account = image;
}

fn main() {}
