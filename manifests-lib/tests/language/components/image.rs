use manifests_lib::values::{EcrImage, EcrRegistry, Image, LocalImage, PublicImage, Version};
use manifests_lib::{account_id, digest, region, repository, tag};

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
fn a_public_one_has_a_tag_or_a_digest() {
    let tagged = PublicImage {
        repository: repository!("registry.k8s.io/pause"),
        version: Version::Tag(tag!("3.10")),
    };
    assert_eq!(Image::from(tagged).reference(), "registry.k8s.io/pause:3.10");
    let pinned = PublicImage {
        repository: repository!("library/nginx"),
        version: Version::Digest(digest!(
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        )),
    };
    assert_eq!(
        Image::from(pinned).reference(),
        "library/nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    );
}
