use manifests_lib::account_id;

fn main() {
    let _ = account_id!("12345678901");
}
