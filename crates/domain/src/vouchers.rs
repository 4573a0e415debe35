//! 'Loopbaancheques': the career vouchers a client ordered, as their register tells them.
//! Background: domain.md 3.9.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::studies::coded;
use crate::text::Label;
use crate::work_situation::PUPIL;

/// Most hours that one voucher gives.
pub const MOST_HOURS: u32 = 8;

coded! {
    /// What became of a voucher.
    VoucherStatus {
        /// ordered
        Ordered = "ordered", "Besteld";
        /// paid
        Paid = "paid", "Betaald";
        /// used
        Used = "used", "Gebruikt";
        /// expired
        Expired = "expired", "Vervallen";
    }
}

/// A career voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Its number.
    pub number: Label,
    /// The day it was ordered.
    pub ordered_on: Day,
    /// Hours of guidance.
    pub hours: u32,
    /// What became of it.
    pub status: VoucherStatus,
    /// The centre it is used at, when known.
    pub centre: Option<Label>,
}

/// Whether vouchers can concern somebody in this work situation: they are for people who have worked for years.
pub fn apply_to(work_situation: &str) -> bool {
    work_situation != PUPIL
}
