//! Which revision files does a program carry, and are they sound as far as can be seen without a parser of SQL?
//!
//! The files are found as `autogen` finds them: every `*.sql` in the folder and below, but for names with a dot in front.
//! Invariant: the compiler is told of every file that is read, so that a change of one is seen.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

/// What every revision file begins with, followed by its id.
const FIRST: &str = "-- autogen revision ";

/// What `embed!("revisions")` stands for; `root` is the folder of the package.
pub fn embed(root: &Path, folder: &str) -> Result<TokenStream, String> {
    let dir = root.join(folder);
    if !dir.is_dir() {
        return Err(format!(
            "{} is no folder; the path starts at the folder of Cargo.toml, and an empty folder needs a file such as .gitkeep",
            dir.display()
        ));
    }
    let mut files = Vec::new();
    collect(&dir, &mut Vec::new(), &mut files)?;
    let mut ids: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in &files {
        let id = id(file)?;
        if let Some(other) = ids.insert(id.clone(), file.clone()) {
            return Err(format!(
                "two files hold revision {id}: {} and {}; give one of them another id on its first line, or remove the copy",
                other.display(),
                file.display()
            ));
        }
    }
    let files = files.iter().map(|file| {
        let name = Path::new(folder).join(file.strip_prefix(&dir).unwrap_or(file));
        let (name, path) = (text(&name)?, text(file)?);
        Ok(quote!((#name, ::core::include_str!(#path))))
    });
    let files = files.collect::<Result<Vec<_>, String>>()?;
    Ok(quote! {{
        static FILES: &[(&str, &str)] = &[#(#files),*];
        ::autogen::inventory::submit! { ::autogen::Embedded::of(#folder, FILES) }
        ::autogen::Embedded::of(#folder, FILES)
    }})
}

/// `within` are the real folders on the way, so that a link that leads back up ends there.
fn collect(dir: &Path, within: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |cause: std::io::Error| format!("cannot read the folder {}: {cause}", dir.display());
    let real = dir.canonicalize().map_err(failed)?;
    if within.contains(&real) {
        return Ok(());
    }
    within.push(real);
    let entries = fs::read_dir(dir).map_err(failed)?;
    let mut entries = entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect::<Result<Vec<_>, String>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, within, files)?;
        } else if name.ends_with(".sql") {
            files.push(path);
        }
    }
    within.pop();
    Ok(())
}

/// The id on the first line of a file.
fn id(file: &Path) -> Result<String, String> {
    let shown = file.display();
    if !file.is_file() {
        return Err(format!("cannot read {shown}: it is no file; move it out of the folder of the revisions"));
    }
    let bytes = fs::read(file).map_err(|cause| format!("cannot read {shown}: {cause}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{shown} is not UTF-8 text; save it as UTF-8"))?;
    if text.contains('\0') {
        return Err(format!("{shown} holds a NUL character, which a revision file cannot; remove it"));
    }
    let first = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().next().unwrap_or_default();
    match first.strip_prefix(FIRST).map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) => Ok(id.to_owned()),
        None => Err(format!(
            "{shown} is no revision file: its first line is not `{FIRST}ID`; move other SQL out of the folder of the revisions"
        )),
    }
}

fn text(path: &Path) -> Result<String, String> {
    path.to_str().map(str::to_owned).ok_or_else(|| format!("the path {} is not UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("autogen-embed-{}-{name}", std::process::id()));
        fs::create_dir_all(root.join("revisions/old")).unwrap();
        files.iter().for_each(|(file, text)| fs::write(root.join("revisions").join(file), text).unwrap());
        root
    }

    fn said(name: &str, files: &[(&str, &[u8])]) -> String {
        let root = folder(name, files);
        let said = embed(&root, "revisions").map(|tokens| tokens.to_string()).unwrap_or_else(|wrong| wrong);
        fs::remove_dir_all(&root).unwrap();
        said.replace(&root.display().to_string(), "<root>")
    }

    #[test]
    fn every_file_below_is_carried_but_for_hidden_ones() {
        let said = said(
            "all",
            &[
                ("b.sql", b"-- autogen revision b\n"),
                ("old/a.sql", b"\xef\xbb\xbf-- autogen revision a\r\n"),
                (".draft.sql", b"no revision"),
                ("README.md", b"no revision"),
            ],
        );
        let carried = "[(\"revisions/b.sql\" , :: core :: include_str ! (\"<root>/revisions/b.sql\")) , \
                       (\"revisions/old/a.sql\" , :: core :: include_str ! (\"<root>/revisions/old/a.sql\"))]";
        assert!(said.contains(carried), "{said}");
    }

    #[test]
    fn what_autogen_would_refuse_is_refused_where_it_is_compiled() {
        let twice = said("twice", &[("a.sql", b"-- autogen revision a\n"), ("b.sql", b"-- autogen revision a\n")]);
        assert!(twice.starts_with("two files hold revision a: <root>/revisions/a.sql and"), "{twice}");
        assert!(said("foreign", &[("a.sql", b"SELECT 1;\n")]).contains("is no revision file"));
        assert!(said("bytes", &[("a.sql", b"-- autogen revision a\n\xff")]).contains("is not UTF-8"));
        assert!(said("nul", &[("a.sql", b"-- autogen revision a\n\0")]).contains("NUL"));
        assert!(embed(Path::new("/"), "not/there").unwrap_err().contains("is no folder"));
    }
}
