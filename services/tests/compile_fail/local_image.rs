use manifests_lib::values::LocalImage;
use services::site::{Aws, Kind};

fn image(built: LocalImage) -> <Aws as Kind>::Image {
    built
}

fn main() {}
