//! In which folders are Alembic's version files?
//!
//! alembic.ini or pyproject.toml says it, of which only the keys about it are read. What is written there in a way that only
//! Alembic could follow is refused by name: then a person names the folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Place, Result};

/// Where to look, and whether in sub-folders too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locations {
    pub folders: Vec<PathBuf>,
    pub recursive: bool,
}

const ASK: &str = "name the folder with --versions DIR";

/// What the settings say, each with its line.
#[derive(Debug, Default)]
struct Settings {
    pairs: Vec<(String, Vec<String>, usize)>,
}

impl Settings {
    fn get(&self, key: &str) -> Option<(&[String], usize)> {
        self.pairs.iter().rev().find(|(name, ..)| name == key).map(|(_, values, line)| (values.as_slice(), *line))
    }

    fn one(&self, key: &str) -> Option<(&str, usize)> {
        let (values, line) = self.get(key)?;
        Some((values.first()?.as_str(), line))
    }
}

impl Locations {
    /// Exactly this folder.
    pub fn folder(dir: &Path) -> Self {
        Self { folders: vec![dir.to_owned()], recursive: false }
    }

    /// What the settings in this folder say.
    pub fn find(root: &Path) -> Result<Self> {
        let (ini, toml) = (root.join("alembic.ini"), root.join("pyproject.toml"));
        for (file, read) in [(&ini, of_ini as fn(&str) -> Settings), (&toml, of_toml)] {
            if !file.is_file() {
                continue;
            }
            let text = fs::read_to_string(file).map_err(|cause| Error::io("read", file, &cause))?;
            let settings = read(&text);
            if settings.get("script_location").is_some() || settings.get("version_locations").is_some() {
                return Self::of(&settings, file, root);
            }
        }
        Err(Error::new("cannot find Alembic's version files")
            .detail(format!(
                "neither alembic.ini nor [tool.alembic] of pyproject.toml in {} says where they are",
                root.display()
            ))
            .hint(ASK))
    }

    fn of(settings: &Settings, file: &Path, root: &Path) -> Result<Self> {
        let recursive =
            settings.one("recursive_version_locations").is_some_and(|(is, _)| is.eq_ignore_ascii_case("true"));
        let refused = |what: &str, line: usize| {
            Error::new(format!("not supported: {what}")).at(Place::new(file, line, 1)).hint(ASK)
        };
        let at = |text: &str, line: usize| match (text.contains("%("), is_package(text)) {
            (true, _) => Err(refused(&format!("the variable in {text}"), line)),
            (_, true) => Err(refused(&format!("{text}, a place in a Python package"), line)),
            _ => Ok(root.join(text)),
        };
        let folders = match (settings.get("version_locations"), settings.one("script_location")) {
            (Some((listed, line)), _) if listed.iter().any(|text| !text.trim().is_empty()) => {
                let separator = ["path_separator", "version_path_separator"].iter().find_map(|key| settings.one(key));
                let texts = listed.iter().flat_map(|text| split(text, separator.map(|(separator, _)| separator)));
                texts.map(|text| at(&text, line)).collect::<Result<_>>()?
            }
            (_, Some((script, line))) => vec![at(script, line)?.join("versions")],
            _ => Vec::new(),
        };
        Ok(Self { folders, recursive })
    }
}

/// `package:folder`, which is no drive's letter.
fn is_package(text: &str) -> bool {
    text.split_once(':').is_some_and(|(before, _)| before.chars().count() > 1)
}

fn split(text: &str, separator: Option<&str>) -> Vec<String> {
    let parts: Vec<&str> = match separator {
        Some("newline") => text.lines().collect(),
        Some("os") => text.split(if cfg!(windows) { ';' } else { ':' }).collect(),
        Some(one @ (":" | ";")) => text.split(one).collect(),
        _ => text.split([' ', ',', '\n']).collect(),
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The section `[alembic]`.
fn of_ini(text: &str) -> Settings {
    let (mut settings, mut within) = (Settings::default(), false);
    for (n, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if trimmed.starts_with('[') {
            within = trimmed == "[alembic]";
        } else if !within {
        } else if line.starts_with([' ', '\t']) {
            // more of the value above
            if let Some((_, values, _)) = settings.pairs.last_mut() {
                values.iter_mut().for_each(|value| value.push_str(&format!("\n{}", here(trimmed))));
            }
        } else if let Some((key, value)) = trimmed.split_once(['=', ':']) {
            settings.pairs.push((key.trim().to_lowercase(), vec![here(value.trim())], n + 1));
        }
    }
    settings
}

/// The table `[tool.alembic]`: texts, lists of texts, true and false.
fn of_toml(text: &str) -> Settings {
    let (mut settings, mut within) = (Settings::default(), false);
    let mut lines = text.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            within = trimmed.split('#').next().is_some_and(|head| head.trim() == "[tool.alembic]");
            continue;
        }
        let Some((key, value)) = trimmed.split_once('=').filter(|_| within && !trimmed.starts_with('#')) else {
            continue;
        };
        let mut value = value.trim().to_owned();
        while value.starts_with('[') && !value.split('#').next().is_some_and(|part| part.trim_end().ends_with(']')) {
            let Some((_, more)) = lines.next() else { break };
            value = format!("{} {}", value, more.split('#').next().unwrap_or_default().trim());
        }
        let texts: Vec<String> = quoted(&value).iter().map(|text| here(text)).collect();
        let bare = value.split('#').next().unwrap_or_default().trim().to_owned();
        settings.pairs.push((key.trim().to_owned(), if texts.is_empty() { vec![bare] } else { texts }, n + 1));
    }
    settings
}

/// The texts of a line, in either quotes.
fn quoted(value: &str) -> Vec<String> {
    let (mut texts, mut rest) = (Vec::new(), value);
    while let Some(start) = rest.find(['"', '\'', '#']) {
        let quote = &rest[start..=start];
        if quote == "#" {
            break;
        }
        let inner = &rest[start + 1..];
        let Some(end) = inner.find(quote) else { break };
        texts.push(inner[..end].to_owned());
        rest = &inner[end + 1..];
    }
    texts
}

/// A path from the folder of the settings.
fn here(text: &str) -> String {
    text.replace("%(here)s/", "").replace("%(here)s", ".").replace("%%", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Result<Locations> {
        let folder = std::env::temp_dir().join(format!("autogen-alembic-{}-{name}", std::process::id()));
        let file = if text.contains("[tool.") { "pyproject.toml" } else { "alembic.ini" };
        fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(file), text)).unwrap_or_else(|e| panic!("{e}"));
        let found = Locations::find(&folder);
        let _ = fs::remove_dir_all(&folder);
        found.map(|mut locations| {
            locations.folders.iter_mut().for_each(|path| *path = path.strip_prefix(&folder).unwrap_or(path).to_owned());
            locations
        })
    }

    #[test]
    fn the_folders_are_those_that_the_settings_name() {
        for (n, (text, folders, recursive)) in [
            ("[alembic]\n# a comment\nscript_location = %(here)s/migrations\n", vec!["migrations/versions"], false),
            ("[x]\nscript_location = no\n[alembic]\nscript_location: alembic\nrecursive_version_locations = true\n", vec!["alembic/versions"], true),
            ("[alembic]\nscript_location = a\nversion_locations = one two, three\n", vec!["one", "two", "three"], false),
            ("[alembic]\nscript_location = a\npath_separator = os\nversion_locations = %(here)s/one:two\n", vec!["one", "two"], false),
            ("[alembic]\nscript_location = a\npath_separator = newline\nversion_locations =\n  one dir\n  two\n", vec!["one dir", "two"], false),
            ("[tool.black]\nscript_location = 'no'\n[tool.alembic]  # here\nscript_location = \"%(here)s/db\" # and\n", vec!["db/versions"], false),
            ("[tool.alembic]\nversion_locations = [\n  'one', # 'no'\n  \"two\"\n]\nrecursive_version_locations = true\n", vec!["one", "two"], true),
        ]
        .into_iter()
        .enumerate()
        {
            let expected = Locations { folders: folders.into_iter().map(PathBuf::from).collect(), recursive };
            assert_eq!(found(&n.to_string(), text).unwrap_or_else(|error| panic!("{text}: {error}")), expected, "{text}");
        }
    }

    #[test]
    fn what_only_alembic_could_follow_is_refused() {
        for (name, text) in [
            ("package", "[alembic]\nscript_location = app:migrations\n"),
            ("variable", "[alembic]\nscript_location = %(base)s/x\n"),
            ("none", "[tool.alembic]\nfile_template = 'x'\n"),
        ] {
            let error = found(name, text).err().unwrap_or_else(|| panic!("{text} is read"));
            assert!(error.to_string().contains("--versions DIR"), "{error}");
        }
    }
}
