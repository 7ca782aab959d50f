use services::site::{Aws, Laptop, Settings};

fn production(laptop: Settings<Laptop>) -> Settings<Aws> {
    laptop
}

fn main() {}
