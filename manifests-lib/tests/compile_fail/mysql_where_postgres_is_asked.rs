use manifests_lib::data::database::{AuroraMysql, Database, Postgres};

fn needs(_: impl Into<Database<Postgres>>) {}

fn example(database: AuroraMysql) {
    needs(database);
}

fn main() {}
