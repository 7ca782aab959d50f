use manifests_lib::data::database::Aurora;
use services::environment::{Databases, Production};

fn changes(production: &mut Production, account: Aurora, customer: Aurora) {
    production.databases = Databases { account, customer };
}

fn main() {}
