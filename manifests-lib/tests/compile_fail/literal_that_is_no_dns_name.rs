use manifests_lib::name;

fn main() {
    let _ = name!("Account_Service");
}
