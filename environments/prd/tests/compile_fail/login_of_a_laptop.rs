use services::infra::kiali;
use services::platform::Settings;
use services::site::Aws;

fn changes(prd: &mut Settings<Aws>) {
    prd.kiali = kiali::Settings { login: kiali::Anonymous };
}

fn main() {}
