//! Secrets as files.

use sha2::{Digest as _, Sha256};

use super::volume::{PodVolume, PodVolumeSource};
use super::{ContainerHandle, Volume};
use crate::data::{Credentials, SecretKey};
use crate::digest::hexadecimal;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::network::TlsSecret;
use crate::values::AbsolutePath;

/// A folder of one file, which is named like the key. Files belong to root and to the group of the pod, which reads them (mode 0440);
/// the kubelet follows a change of the Secret within about a minute.
///
/// Upstream: <https://kubernetes.io/docs/concepts/storage/volumes/#secret>
impl Volume for SecretKey {
    fn declare(&self) -> PodVolume {
        let (secret, key, made_for) = self.parts();
        of_keys(secret, [key], made_for)
    }
}

/// A folder of the files `username` and `password`.
impl Volume for Credentials {
    fn declare(&self) -> PodVolume {
        let (secret, user, made_for) = self.user.parts();
        of_keys(secret, [user, self.password.key()], made_for)
    }
}

/// A folder of the files `tls.crt`, `tls.key` and `ca.crt`.
impl Volume for TlsSecret {
    fn declare(&self) -> PodVolume {
        of_keys(self.name.as_str(), [], self.made_for())
    }
}

impl<P> ContainerHandle<P> {
    /// Mounts a key of a Secret as a file at this path, and hides nothing beside it. The file belongs to root and to the group of the
    /// pod, which reads it (mode 0440).
    ///
    /// A change of the Secret reaches the file when the pod starts again; a [folder](Self::mount) of the key follows it.
    ///
    /// The build reports a key that was made for another component or namespace.
    #[track_caller]
    pub fn secret_file(&self, key: &SecretKey, path: AbsolutePath) {
        let file = Some(key.key().to_owned());
        self.mount_volume(Origin::here(), key.declare(), path, file);
    }
}

fn of_keys<'a>(
    secret: &str,
    keys: impl IntoIterator<Item = &'a str>,
    made_for: &MadeFor,
) -> PodVolume {
    let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
    PodVolume {
        name: volume_name(secret, &keys),
        source: PodVolumeSource::Secret {
            name: secret.to_owned(),
            keys,
            made_for: made_for.clone(),
        },
    }
}

/// A name for the volume of these keys, which no other one has: readable where it is short.
fn volume_name(secret: &str, keys: &[String]) -> String {
    let plain = [&[secret.to_owned()], keys].concat().join("-");
    let valid = plain.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if valid && plain.len() <= 63 && !plain.ends_with('-') {
        return plain;
    }
    let hash = hexadecimal(Sha256::new_with_prefix(&plain));
    // A name of a Secret may have dots.
    let start: String =
        secret.chars().take(48).map(|it| if it == '.' { '-' } else { it }).collect();
    format!("{start}-{}", &hash[..8])
}
