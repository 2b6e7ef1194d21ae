//! Models: any number of files like this one, in any sub-folders, describe one database together.
//! A field is NOT NULL unless it is an `Option`. Defaults, checks and predicates are SQL.

use autogen::{Model, ModelEnum};
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]
pub enum Priority {
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, Model)]
#[model(table = "tasks", comment = "What people have to do")]
#[model(check(name = "ck_tasks_title", is = "char_length(title) > 0"))]
#[model(index(name = "idx_tasks_open", columns = [created_at desc], where = "not completed"))]
pub struct Task {
    #[model(primary_key, identity)]
    pub id: i64,
    #[model(max_length = 200)]
    pub title: String,
    pub description: Option<String>,
    #[model(default = "'medium'")]
    pub priority: Priority,
    #[model(default = false)]
    pub completed: bool,
    #[model(default = now())]
    pub created_at: DateTime<Utc>,
}
