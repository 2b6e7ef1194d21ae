//! How does the text of a model file become its declarations?

use std::path::Path;

use crate::error::Result;
use crate::kind::document::Document;

pub fn document(text: &str, file: &Path) -> Result<Document> {
    // an empty file, or one of comments alone, declares nothing
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Document::default());
    }
    serde_yaml::from_str(text).map_err(|cause| super::explain::explain(&cause, text, file))
}
