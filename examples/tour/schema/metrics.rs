//! Measurements, keyed by what was measured and when.

use autogen::Model;
use chrono::{DateTime, Utc};
use serde_json::Value;

#[derive(Debug, Clone, Model)]
#[model(table = "metrics", comment = "What the application measures of itself")]
// `primary_key` on each of the two fields would do as well; here the constraint has a name.
#[model(primary_key(name = "pk_metrics", columns = [name, measured_at]))]
// Small, and enough where rows arrive in the order of time.
#[model(index(
    name = "ix_metrics_measured_at",
    columns = [measured_at],
    method = brin,
    with(pages_per_range = 32),
))]
pub struct Metric {
    pub name: String,
    #[model(default = "now()")]
    pub measured_at: DateTime<Utc>,
    pub value: f64,
    #[model(default = "'{}'")]
    pub labels: Value,
}
