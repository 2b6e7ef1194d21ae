//! Where are the server's answers kept from one command to the next?
//!
//! In `.autogen/answers.json`. Invariant: it is a cache. Whatever is wrong with it is passed over, and the server asked.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cache;
use crate::normal::Known;

const FILE: &str = "answers.json";

/// Some twenty thousand expressions. A file that is larger was not written here.
const BYTES: usize = 4 << 20;

#[derive(Deserialize)]
struct Read {
    spelled: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Written<'a> {
    spelled: BTreeMap<&'a str, &'a str>,
}

pub fn read(root: &Path) -> Known {
    let text = cache::read(root, FILE, 2 * BYTES as u64).unwrap_or_default();
    serde_json::from_str(&text).map_or_else(|_| Known::default(), |Read { spelled }| Known::of(spelled))
}

pub fn keep(root: &Path, known: &Known) {
    if !known.has_learned() {
        return;
    }
    if let Ok(text) = serde_json::to_string_pretty(&Written { spelled: known.kept(BYTES) }) {
        cache::replace(root, FILE, &text);
    }
}
