//! Tasks and their subtasks: the heart of the application.

use autogen::{Model, ModelEnum};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The labels are the variants in snake_case, in their order; `rename` and `rename_all` say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]
pub enum Priority {
    Low,
    Medium,
    High,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]
#[model(comment = "Where a task is on its way")]
pub enum TaskStatus {
    Todo,
    InProgress,
    Done,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]
pub enum Recurrence {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Debug, Clone, Model)]
#[model(table = "tasks", comment = "What people have to do")]
#[model(check(name = "ck_tasks_title", is = "char_length(title) > 0"))]
#[model(check(name = "ck_tasks_completed", is = "(status = 'done') = (completed_at is not null)"))]
// Composite: the newest tasks of a person first.
#[model(index(name = "ix_tasks_user_created", columns = [user_id, created_at desc]))]
#[model(index(name = "ix_tasks_user_status", columns = [user_id, status]))]
// Partial: only rows that somebody still asks for, with the title at hand.
#[model(index(
    name = "ix_tasks_due",
    columns = [due_date],
    where = "due_date is not null and status <> 'done'",
    include = [title],
))]
pub struct Task {
    #[model(primary_key, identity)]
    pub id: i64,
    #[model(references(users.id, on_delete = cascade))]
    pub user_id: Uuid,
    #[model(max_length = 200)]
    pub title: String,
    pub description: Option<String>,
    #[model(default = "'todo'")]
    pub status: TaskStatus,
    #[model(default = "'medium'")]
    pub priority: Priority,
    pub recurrence: Option<Recurrence>,
    pub due_date: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    // Two tables that refer to each other: this column to a subtask, and each subtask to its task.
    #[model(references(subtasks.id, name = "fk_tasks_main_subtask", on_delete = set null))]
    pub main_subtask_id: Option<i64>,
    #[model(generated = "lower(title || ' ' || coalesce(description, ''))")]
    pub search_text: Option<String>,
    #[model(default = "now()")]
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Model)]
#[model(table = "subtasks", comment = "The steps of a task")]
// Checked at the end of a transaction, so that two steps can change places in it.
#[model(unique(
    name = "uq_subtasks_position",
    columns = [task_id, position],
    deferrable,
    initially_deferred,
))]
pub struct Subtask {
    #[model(primary_key, identity)]
    pub id: i64,
    #[model(references(tasks, on_delete = cascade))]
    pub task_id: i64,
    #[model(max_length = 200)]
    pub title: String,
    #[model(default = 0)]
    pub position: i32,
    #[model(default = false)]
    pub done: bool,
}
