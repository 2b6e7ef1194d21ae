//! Tags, and which task has which: many to many through a table of its own.

use autogen::Model;
use uuid::Uuid;

#[derive(Debug, Clone, Model)]
#[model(table = "tags")]
#[model(unique(name = "uq_tags_user_name", columns = [user_id, name]))]
pub struct Tag {
    // `type` says what no type of Rust does.
    #[model(primary_key, type = "serial")]
    pub id: i32,
    #[model(references(users, on_delete = cascade))]
    pub user_id: Uuid,
    #[model(max_length = 50)]
    pub name: String,
    #[model(type = "char(7)", default = "'#808080'", check = "color ~ '^#[0-9a-f]{6}$'")]
    pub color: String,
}

/// The table's name is that of the struct in snake_case where `table` does not say it.
#[derive(Debug, Clone, Model)]
#[model(table = "task_tags")]
pub struct TaskTag {
    // `references(tasks)` means the primary key of tasks; `tags.id` names the column.
    #[model(primary_key, references(tasks, on_delete = cascade))]
    pub task_id: i64,
    #[model(primary_key, references(tags.id, on_delete = cascade), index)]
    pub tag_id: i32,
}
