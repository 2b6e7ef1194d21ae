//! What does a file import?

use std::collections::{BTreeMap, BTreeSet};

use super::attribute::WIDTH;
use super::types::RustType;

#[derive(Debug, Default)]
pub struct Uses {
    /// Names by the path before them.
    paths: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Of the same folder.
    own: BTreeSet<String>,
}

impl Uses {
    pub fn path(&mut self, path: &'static str) {
        if let Some((of, name)) = path.rsplit_once("::") {
            self.paths.entry(of).or_default().insert(name);
        }
    }

    pub fn of(&mut self, ty: &RustType) {
        ty.uses.iter().for_each(|path| self.path(path));
        self.own.extend(ty.own.clone());
    }

    /// The lines at the top of the file, as rustfmt leaves them.
    pub fn write(&self) -> String {
        let paths = self.paths.iter().map(|(of, names)| line(of, &names.iter().copied().collect::<Vec<_>>()));
        let mut out: String = paths.collect();
        if !self.own.is_empty() {
            out.push('\n');
            out.push_str(&line("super", &self.own.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        out
    }
}

fn line(of: &str, names: &[&str]) -> String {
    let whole = match names {
        [only] => format!("use {of}::{only};\n"),
        several => format!("use {of}::{{{}}};\n", several.join(", ")),
    };
    if whole.chars().count() <= WIDTH + 1 {
        return whole;
    }
    let mut lines = vec![String::from("   ")];
    for name in names {
        let word = format!(" {name},");
        match lines.last_mut() {
            Some(last) if last.chars().count() + word.chars().count() <= WIDTH => last.push_str(&word),
            _ => lines.push(format!("   {word}")),
        }
    }
    format!("use {of}::{{\n{}\n}};\n", lines.join("\n"))
}
