//! Types by the names of well-known crates: only the last segment of a path counts.
#![allow(dead_code)]

pub struct Uuid;
pub struct Utc;
pub struct DateTime<Zone>(pub Zone);
pub struct NaiveDate;
pub struct NaiveDateTime;
pub struct NaiveTime;
pub struct OffsetDateTime;
pub struct Duration;
pub struct Decimal;
pub struct IpNetwork;
pub struct MacAddress;
pub struct Json<T>(pub T);

pub mod serde_json {
    pub struct Value;
}
