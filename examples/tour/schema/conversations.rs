//! What people write to the assistant, and what it answers.

use autogen::{Model, ModelEnum};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]
pub enum MessageRole {
    User,
    Assistant,
    Tool,
}

#[derive(Debug, Clone, Model)]
#[model(table = "conversations")]
#[model(index(
    name = "ix_conversations_open",
    columns = [user_id, created_at desc],
    where = "not archived",
))]
pub struct Conversation {
    #[model(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[model(references(users, on_delete = cascade))]
    pub user_id: Uuid,
    pub title: Option<String>,
    #[model(default = false)]
    pub archived: bool,
    #[model(default = "now()")]
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Model)]
#[model(table = "messages")]
#[model(check(name = "ck_messages_tool_calls", is = "tool_calls is null or role = 'assistant'"))]
#[model(index(name = "ix_messages_conversation", columns = [conversation_id, created_at]))]
// Another method than btree, and an operator class.
#[model(index(
    name = "ix_messages_tool_calls",
    columns = [tool_calls jsonb_path_ops],
    method = gin,
))]
pub struct Message {
    #[model(primary_key, identity = by default)]
    pub id: i64,
    #[model(references(conversations, on_delete = cascade))]
    pub conversation_id: Uuid,
    pub role: MessageRole,
    pub content: String,
    #[model(default = "'{}'", comment = "The tasks that it speaks of")]
    pub task_ids: Vec<i64>,
    pub tool_calls: Option<Value>,
    #[model(default = "now()")]
    pub created_at: DateTime<Utc>,
}
