//! A model for each thing that a struct can say.
#![allow(dead_code)]

use autogen::{Model, ModelEnum};

use super::types::*;

/// What a comment for Rust says stays in Rust.
#[derive(Model)]
#[model(table = "app.people", comment = "Who \"can\" log in\nor could")]
#[model(
    index(name = "ix_people_name", columns = [name desc nulls last, lower(name)], where = "not gone", include = [email]),
    index = [email],
    index(columns = [born, "\"odd name\""], method = brin),
    unique(name = "uq_people_email", columns = [email], deferrable),
    check = "char_length(name) > 0",
    check(name = "ck_people_email", is = "email like '%@%'")
)]
#[model(foreign_key(columns = [group_id, "odd name"], references = groups, ref_columns = [id, name], on_delete = set null))]
#[model(policy(name = "own rows", using = "name = current_user", for = select))]
#[model(with(fillfactor = 70, "toast.autovacuum_enabled" = false), row_security)]
pub struct Person {
    #[model(primary_key, identity = by default)]
    pub id: i64,
    #[model(max_length = 200, collation = "C")]
    pub name: String,
    #[model(rename = "odd name", comment = r#"raw "text""#)]
    pub odd: Option<String>,
    pub email: String,
    #[model(references(groups . id, on_delete = cascade), index(name = "ix_people_group"))]
    pub group_id: Option<i32>,
    #[model(references = "app.groups")]
    pub other_group: i32,
    #[model(default = false)]
    pub gone: bool,
    #[model(default = -1)]
    pub balance: i16,
    #[model(default = 0.5)]
    pub ratio: f32,
    pub exact: f64,
    #[model(precision = 10, scale = 2)]
    pub price: Decimal,
    pub any: Option<Decimal>,
    #[model(default = gen_random_uuid())]
    pub token: Uuid,
    pub born: NaiveDate,
    pub seen: Option<DateTime<Utc>>,
    pub local: NaiveDateTime,
    pub at: NaiveTime,
    pub there: OffsetDateTime,
    pub lasts: Duration,
    pub settings: serde_json::Value,
    pub more: Json<Vec<String>>,
    pub raw: Vec<u8>,
    pub blobs: Vec<Vec<u8>>,
    pub words: Vec<String>,
    pub holes: Vec<Option<i32>>,
    pub address: IpNetwork,
    pub card: MacAddress,
    pub boxed: Box<Uuid>,
    pub level: Level,
    pub levels: Option<Vec<self::levels::Level2>>,
    #[model(type = "numrange")]
    pub range: String,
    #[model(type = tsvector, generated = "to_tsvector('english', name)")]
    pub search: Option<String>,
    #[model(generated = lower(name))]
    pub slug: String,
    #[model(rename(from = "colour", two_step))]
    pub color: String,
    #[model(skip)]
    pub cache: Vec<std::collections::HashMap<u8, u8>>,
    pub r#type: String,
    #[model(flatten)]
    pub stamps: Stamps,
    #[model(check = "weight > 0", backfill = "1")]
    pub weight: i32,
}

#[derive(Model)]
#[model(mixin)]
pub struct Stamps {
    #[model(default = "now()")]
    pub created_at: DateTime<Utc>,
    #[model(flatten)]
    pub change: Change,
}

#[derive(Model)]
#[model(mixin)]
pub struct Change {
    pub changed_at: Option<DateTime<Utc>>,
    pub changed_by: Option<Level>,
}

/// Nothing but a name.
#[derive(Model)]
pub struct HTTPLog {}

#[derive(Model)]
#[model(partition_by(range = [at]))]
#[model(partition(name = "events_2026", values = "from ('2026-01-01') to ('2027-01-01')", index(name = "ix_2026", is = [id])))]
#[model(partition(name = "events_rest", is = default))]
pub struct Event {
    pub id: i64,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, ModelEnum)]
#[model(name = "app.Level", comment = "How far up", removed(gone = high, lost = null))]
pub enum Level {
    Low,
    #[model(rename = "in between")]
    InBetween,
    High,
}

pub mod levels {
    #[derive(autogen::ModelEnum)]
    #[model(rename_all = "SCREAMING_SNAKE_CASE", renamed(OLD = "VERY_NEW"))]
    pub enum Level2 {
        VeryNew,
        Old2,
    }
}

#[derive(Model)]
#[model(owner = app, extension(name = "pgcrypto"), schema(name = "app", comment = "Ours"))]
#[model(domain(name = "email", is = "text"), composite(name = "street", attributes(name = text, "house no" = integer)))]
#[model(view(name = "grown_ups", query = "select id from app.people where born < '2008-01-01'", comment = "Old"))]
#[model(sql = r"
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'select 1';
CREATE FUNCTION two() RETURNS integer LANGUAGE sql AS 'select 2';
")]
pub struct Database;
