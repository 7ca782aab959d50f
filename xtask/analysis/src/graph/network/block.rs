//! Ranges of addresses.

use std::net::IpAddr;

use super::End;
use crate::graph::mesh::authorization::Match;
use crate::objects::{Value, list, text};

/// Whether an end is in a block and in none of its exceptions.
pub(super) fn contains(block: &Value, end: End<'_, '_>) -> Match {
    let cidr = text(&block["cidr"]).unwrap_or_default();
    match end {
        End::Address(Some(address)) => {
            let mut except = list(&block["except"]).iter().filter_map(text);
            (is_in(cidr, address) && !except.any(|except| is_in(except, address))).into()
        }
        End::Somebody => Match::Always,
        // Nobody knows the addresses of pods and nodes before they run, but that everything contains them.
        End::Pod(_) | End::Unseen { .. } | End::Node | End::Address(None) => {
            let is_everything = cidr.ends_with("/0") && list(&block["except"]).is_empty();
            if is_everything { Match::Always } else { Match::Sometimes }
        }
    }
}

/// Whether a range contains an address; one that cannot be read contains none.
fn is_in(cidr: &str, address: IpAddr) -> bool {
    let Some((first, bits)) = cidr.split_once('/') else { return false };
    let (Ok(first), Ok(bits)) = (first.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    match (first, address) {
        (IpAddr::V4(first), IpAddr::V4(address)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(first) & mask == u32::from(address) & mask
        }
        (IpAddr::V6(first), IpAddr::V6(address)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(first) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}
