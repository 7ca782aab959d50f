use manifests_lib::data::database::MysqlContainer;
use services::site::{Aws, Kind};

fn database(container: MysqlContainer) -> <Aws as Kind>::Database {
    container
}

fn main() {}
