use manifests_lib::data::database::MysqlContainer;
use services::environment::Production;

fn changes(production: &mut Production, mysql: MysqlContainer) {
    production.databases.account = mysql;
}

fn main() {}
