//! Where does a command keep what only saves time to the next one?
//!
//! In files of `.autogen/`. Invariant: whatever is wrong with such a file is passed over.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

fn file(root: &Path, name: &str) -> PathBuf {
    root.join(".autogen").join(name)
}

/// The text, unless the file is larger than what is ever written there, or no file at all.
pub fn read(root: &Path, name: &str, most: u64) -> Option<String> {
    let file = file(root, name);
    // opening a pipe would wait for somebody to write to it
    let fits = fs::metadata(&file).is_ok_and(|meta| meta.is_file() && meta.len() <= most);
    if fits { fs::read_to_string(&file).ok() } else { None }
}

/// Whole or not at all: another command may read it, or write it too.
pub fn replace(root: &Path, name: &str, text: &str) {
    let file = file(root, name);
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let part = file.with_extension(format!("{}.{number}.part", std::process::id()));
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    if folder.and_then(|()| fs::write(&part, text)).and_then(|()| fs::rename(&part, file)).is_err() {
        let _ = fs::remove_file(&part);
    }
}
