//! People, and what each of them has set.

use autogen::Model;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, Model)]
#[model(table = "users", comment = "Who can log in")]
#[model(check(name = "ck_users_email", is = "position('@' in email) > 1"))]
// An expression is a key too: one account per address, however it is spelled.
#[model(index(name = "ix_users_email_lower", columns = [lower(email)], unique))]
pub struct User {
    #[model(primary_key, default = "gen_random_uuid()")]
    pub id: Uuid,
    #[model(max_length = 320, unique = "uq_users_email")]
    pub email: String,
    #[model(max_length = 100)]
    pub display_name: String,
    pub avatar_url: Option<String>,
    #[model(default = true)]
    pub is_active: bool,
    #[model(default = "now()")]
    pub created_at: DateTime<Utc>,
    pub updated_at: Option<DateTime<Utc>>,
}

/// One to one: the primary key is also the foreign key.
#[derive(Debug, Clone, Model)]
#[model(table = "user_preferences")]
#[model(comment = "How each person wants the application to behave")]
pub struct UserPreferences {
    #[model(primary_key, references(users.id, on_delete = cascade))]
    pub user_id: Uuid,
    #[model(default = "'UTC'")]
    pub time_zone: String,
    #[model(default = 1, check = "week_start between 0 and 6")]
    pub week_start: i16,
    #[model(default = true)]
    pub notifications: bool,
    #[model(default = "'{}'", comment = "What no other column is for")]
    pub settings: Value,
}
