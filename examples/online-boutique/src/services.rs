//! The services, a file each.

pub(crate) mod ad;
pub(crate) mod cart;
pub(crate) mod checkout;
pub(crate) mod currency;
pub(crate) mod email;
pub(crate) mod frontend;
pub(crate) mod load_generator;
pub(crate) mod payment;
pub(crate) mod product_catalog;
pub(crate) mod recommendation;
pub(crate) mod shipping;
