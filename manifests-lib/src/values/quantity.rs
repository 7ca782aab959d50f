//! Amounts of processor time, memory, storage and time.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// Processor time, in thousandths of a core.
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-cpu>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cpu {
    millicores: u32,
}

/// Memory or storage, in mebibytes (1024² bytes).
///
/// Upstream: <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes {
    mebibytes: u32,
}

/// A time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds {
    seconds: u16,
}

/// A time in whole milliseconds. A time in [`Seconds`] is one, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milliseconds {
    milliseconds: u32,
}

/// Thousandths of a second: `milliseconds(300)`.
#[must_use]
pub const fn milliseconds(milliseconds: u32) -> Milliseconds {
    Milliseconds { milliseconds }
}

/// Seconds, up to some 18 hours.
#[must_use]
pub const fn seconds(seconds: u16) -> Seconds {
    Seconds { seconds }
}

/// Thousandths of a core: `millicores(250)` is a quarter.
#[must_use]
pub const fn millicores(millicores: u32) -> Cpu {
    Cpu { millicores }
}

/// Units of 1024² bytes.
#[must_use]
pub const fn mebibytes(mebibytes: u32) -> Bytes {
    Bytes { mebibytes }
}

/// Units of 1024³ bytes.
///
/// # Panics
///
/// Above 4,194,303 GiB (4 PiB), more than one volume can have.
#[must_use]
pub const fn gibibytes(gibibytes: u32) -> Bytes {
    match gibibytes.checked_mul(1024) {
        Some(mebibytes) => Bytes { mebibytes },
        None => panic!("at most 4194303 GiB"),
    }
}

impl Cpu {
    /// The amount in thousandths of a core.
    #[must_use]
    pub const fn as_millicores(self) -> u32 {
        self.millicores
    }
}

impl Seconds {
    /// The time in seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u16 {
        self.seconds
    }
}

impl Milliseconds {
    /// The time in milliseconds.
    #[must_use]
    pub const fn as_milliseconds(self) -> u64 {
        self.milliseconds as u64
    }

    /// As Istio reads it, in seconds: `5s`, `0.25s`.
    pub(crate) fn to_duration(self) -> String {
        let (whole, rest) = (self.milliseconds / 1000, self.milliseconds % 1000);
        if rest == 0 {
            format!("{whole}s")
        } else {
            format!("{whole}.{}s", format!("{rest:03}").trim_end_matches('0'))
        }
    }
}

impl From<Seconds> for Milliseconds {
    fn from(time: Seconds) -> Self {
        Self { milliseconds: u32::from(time.seconds) * 1000 }
    }
}

impl Bytes {
    /// The amount in units of 1024² bytes.
    #[must_use]
    pub const fn as_mebibytes(self) -> u32 {
        self.mebibytes
    }
}

/// The canonical form, so that the API server stores what was written.
impl From<Cpu> for Quantity {
    fn from(cpu: Cpu) -> Self {
        let millicores = cpu.millicores;
        Self(if millicores.is_multiple_of(1000) {
            (millicores / 1000).to_string()
        } else {
            format!("{millicores}m")
        })
    }
}

/// The canonical form, so that the API server stores what was written.
impl From<Bytes> for Quantity {
    fn from(bytes: Bytes) -> Self {
        let mebibytes = bytes.mebibytes;
        let (amount, unit) = match mebibytes {
            0 => (0, ""),
            _ if mebibytes.is_multiple_of(1 << 20) => (mebibytes >> 20, "Ti"),
            _ if mebibytes.is_multiple_of(1 << 10) => (mebibytes >> 10, "Gi"),
            _ => (mebibytes, "Mi"),
        };
        Self(format!("{amount}{unit}"))
    }
}
