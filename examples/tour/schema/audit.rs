//! Who changed what, in a schema of its own. A name with a dot says its schema.

use autogen::{Model, ModelEnum};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// What is neither a table nor an enum is said by a struct without fields.
#[derive(Model)]
#[model(schema(name = "audit", comment = "Written by the application, read by its operators"))]
// Not tied to a column: the application draws from it.
#[model(sequence(name = "audit.batch_no", start = 1000, increment = 10))]
pub struct Audit;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]
#[model(name = "audit.action")]
pub enum Action {
    Insert,
    Update,
    Delete,
}

#[derive(Debug, Clone, Model)]
#[model(table = "audit.log")]
#[model(check(name = "ck_log_change", is = "before is not null or after is not null"))]
#[model(index(name = "ix_log_row", columns = [table_name, row_id, at desc]))]
#[model(index(name = "ix_log_at", columns = [at desc nulls last]))]
pub struct Change {
    #[model(primary_key, identity(generation = always, start = 1, cache = 20))]
    pub id: i64,
    #[model(default = "now()")]
    pub at: DateTime<Utc>,
    pub action: Action,
    pub table_name: String,
    pub row_id: String,
    #[model(references(users, on_delete = set null))]
    pub changed_by: Option<Uuid>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}
