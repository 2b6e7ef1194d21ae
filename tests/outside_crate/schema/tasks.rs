//! What the service keeps.

use autogen::{Model, ModelEnum};

#[derive(Model)]
#[model(table = "tasks", comment = "What people have to do")]
pub struct Task {
    #[model(primary_key, identity)]
    pub id: i64,
    pub title: String,
    #[model(type = "date")]
    pub due: Option<String>,
    #[model(default = "'open'")]
    pub state: State,
}

#[derive(ModelEnum)]
#[model(name = "task_state")]
pub enum State {
    Open,
    Done,
}
