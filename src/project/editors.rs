//! How does an editor find the schema of a file?
//!
//! The schemas lie in `.autogen/`, which nobody commits, and the first line of a file names its own by the way from there. They
//! are written with the file, and again by `autogen json-schema --write`.

use std::path::{Component, Path, PathBuf};

use super::batch::Batch;
use crate::error::{Error, Result};
use crate::json_schema;

/// In the project's folder.
pub const MODEL: &str = ".autogen/model.schema.json";
pub const CONFIG: &str = ".autogen/config.schema.json";

/// Writes both schemas, where they are not there as they are now.
pub fn write(root: &Path, batch: &mut Batch) -> Result<()> {
    batch.folder(&root.join(".autogen"))?;
    for (file, schema) in [(MODEL, json_schema::model()), (CONFIG, json_schema::config())] {
        let (file, text) = (root.join(file), json_schema::text(&schema));
        if std::fs::read(&file).ok().as_deref() != Some(text.as_bytes()) {
            batch.file(&file, &text)?;
        }
    }
    Ok(())
}

/// The text of a model file of the project, behind the line that names its schema; of what is no YAML, the text alone.
pub fn headed(text: &str, file: &Path, root: &Path) -> Result<String> {
    if file.extension().is_none_or(|extension| extension != "yaml") {
        return Ok(text.to_owned());
    }
    let from = whole(file.parent().unwrap_or(Path::new("")))?;
    let way = way(&from, &whole(&root.join(MODEL))?);
    Ok(match way {
        Some(way) => format!("# yaml-language-server: $schema={way}\n{text}"),
        None => text.to_owned(),
    })
}

fn whole(path: &Path) -> Result<PathBuf> {
    let here = if path == Path::new("") { Path::new(".") } else { path };
    let whole = std::path::absolute(here).map_err(|cause| Error::io("find", path, &cause))?;
    let mut parts = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Ok(parts)
}

/// With `/` on every system. None where there is no way, or white space on it, at which the line would end.
fn way(folder: &Path, file: &Path) -> Option<String> {
    let shared = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    if shared == 0 {
        return None;
    }
    let up = folder.components().skip(shared).map(|_| Some(".."));
    let down = file.components().skip(shared).map(|part| part.as_os_str().to_str());
    let way = up.chain(down).collect::<Option<Vec<&str>>>()?.join("/");
    (!way.contains(char::is_whitespace)).then_some(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_its_schema_from_where_it_is() {
        let head = |file: &str, root: &str| {
            let text = headed("tables: {}\n", Path::new(file), Path::new(root)).unwrap();
            text.strip_suffix("tables: {}\n").unwrap().trim_end().to_owned()
        };
        let way = |way: &str| format!("# yaml-language-server: $schema={way}{MODEL}");
        assert_eq!(head("schema/a.yaml", "."), way("../"));
        assert_eq!(head("./schema/deep/a.yaml", ""), way("../../"));
        assert_eq!(head("a.yaml", "."), way(""));
        assert_eq!(head("shop/../shop/schema/a.yaml", "shop"), way("../"));
        assert_eq!(head("/tmp/out/a.yaml", "/tmp/shop"), way("../shop/"));
        assert_eq!(head("/tmp/out/a.yaml", "/tmp/my shop"), "");
        assert_eq!(head("schema/a.rs", "."), "");
    }
}
