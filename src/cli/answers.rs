//! Where are the server's answers kept from one command to the next?
//!
//! In `.autogen/answers.json`. Invariant: it is a cache. Whatever is wrong with it is passed over, and the server asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::normal::Known;

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

fn file(root: &Path) -> PathBuf {
    root.join(".autogen").join("answers.json")
}

pub fn read(root: &Path) -> Known {
    let file = file(root);
    let fits = fs::metadata(&file).is_ok_and(|meta| meta.is_file() && meta.len() <= 2 * BYTES as u64);
    let text = if fits { fs::read_to_string(&file).unwrap_or_default() } else { String::new() };
    serde_json::from_str(&text).map_or_else(|_| Known::default(), |Read { spelled }| Known::of(spelled))
}

pub fn keep(root: &Path, known: &Known) {
    if !known.has_learned() {
        return;
    }
    if let Ok(text) = serde_json::to_string_pretty(&Written { spelled: known.kept(BYTES) }) {
        replace(&file(root), &text);
    }
}

/// Whole or not at all: another command may read it, or write it too.
pub fn replace(file: &Path, text: &str) {
    let part = file.with_extension(format!("{}.part", std::process::id()));
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    if folder.and_then(|()| fs::write(&part, text)).and_then(|()| fs::rename(&part, file)).is_err() {
        let _ = fs::remove_file(&part);
    }
}
