use manifests_lib::values::{EcrImage, EcrRegistry, Image, LocalImage};
use manifests_lib::{account_id, fixed_tag, public_image, region, repository, tag};

#[test]
fn a_local_one_has_no_registry() {
    let image = LocalImage { repository: repository!("web-server"), tag: tag!("latest") };
    assert_eq!(Image::from(image).reference(), "web-server:latest");
}

#[test]
fn a_tag_that_reads_like_a_number_stays_text() {
    let image = EcrImage {
        registry: EcrRegistry {
            account: account_id!("012345678901"),
            region: region!("eu-west-1"),
        },
        repository: repository!("web-server"),
        tag: fixed_tag!("00690e9"),
    };
    assert_eq!(
        Image::from(image).reference(),
        "012345678901.dkr.ecr.eu-west-1.amazonaws.com/web-server:00690e9"
    );
}

#[test]
fn one_of_a_registry_of_our_own_can_have_a_digest_too() {
    let registry =
        EcrRegistry { account: account_id!("012345678901"), region: region!("eu-west-1") };
    let tag = fixed_tag!(
        "d74ac1c@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    );
    let image = EcrImage { registry, repository: repository!("web-server"), tag };
    assert_eq!(
        Image::from(image).reference(),
        "012345678901.dkr.ecr.eu-west-1.amazonaws.com/web-server:d74ac1c@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    );
}

#[test]
fn a_public_one_has_a_tag_for_people_and_the_digest_that_runs() {
    let image = public_image!(
        "registry.k8s.io/pause:3.10@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    );
    assert_eq!(
        Image::from(image).reference(),
        "registry.k8s.io/pause:3.10@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    );
}
