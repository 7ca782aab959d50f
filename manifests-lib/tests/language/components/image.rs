use manifests_lib::values::{EcrImage, EcrRegistry, Image, LocalImage};
use manifests_lib::{account_id, public_image, region, repository, tag};

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
        tag: tag!("00690e9"),
    };
    assert_eq!(
        Image::from(image).reference(),
        "012345678901.dkr.ecr.eu-west-1.amazonaws.com/web-server:00690e9"
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
