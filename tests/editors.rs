//! Does an editor find the schema of each file that the program writes, and does it fit?
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use command::Project;
use jsonschema::Validator;
use serde_json::Value;

const TABLES: &str = "CREATE SCHEMA audit; CREATE TYPE public.mood AS ENUM ('n', 'y');
    CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood public.mood NOT NULL DEFAULT 'y');
    CREATE TABLE audit.log (n integer PRIMARY KEY CHECK (n > 0), who bigint REFERENCES public.users ON DELETE CASCADE)";

/// Reads the first line of the file as an editor does, and the rest by the schema that it names.
fn fits(file: &Path) {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().next().unwrap_or_default();
    let way =
        line.strip_prefix("# yaml-language-server: $schema=").unwrap_or_else(|| panic!("{}: {line}", file.display()));
    let schema =
        fs::read_to_string(file.parent().unwrap().join(way)).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let schema: Validator = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let options = serde_yaml::options! { strict_booleans: true };
    let value: Value = serde_yaml::from_str_with_options(&text, options).unwrap();
    // a file of comments alone says nothing that could be wrong
    let errors: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(value.is_null() || errors.is_empty(), "{}: {errors:?}", file.display());
}

fn models(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn init_writes_the_schemas_and_the_samples_name_them() {
    let project = Project::with(&[]);
    project.done(&["init", "shop"]);
    let folder = project.folder.join("shop");
    let ignored = fs::read_to_string(folder.join(".gitignore")).unwrap();
    assert_eq!(ignored, ".autogen/\n");
    fits(&folder.join("schema/tasks.yaml"));
    fits(&folder.join("autogen.yaml"));
    for (of, file) in [("model", "model.schema.json"), ("config", "config.schema.json")] {
        let written = fs::read_to_string(folder.join(".autogen").join(file)).unwrap();
        assert_eq!(project.done(&["json-schema", of]), written);
        let printed: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(printed["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(jsonschema::meta::is_valid(&printed), "{file}");
    }
    assert_eq!(project.done(&["json-schema"]), project.done(&["json-schema", "model"]));
}

#[test]
fn they_are_written_again_where_they_are_gone_or_old() {
    let project = Project::with(&[]);
    let refused = project.refused(&["json-schema", "--write", "--config", "elsewhere.yaml"]);
    assert!(refused.contains("there is no file elsewhere.yaml"), "{refused}");
    assert!(!project.folder.join(".autogen/model.schema.json").exists());
    project.write(".autogen/model.schema.json", "{}");
    project.done(&["json-schema", "--write"]);
    assert_eq!(project.read(".autogen/model.schema.json"), project.done(&["json-schema"]));
    assert_eq!(project.read(".autogen/config.schema.json"), project.done(&["json-schema", "config"]));
    // a file that could be written half stays as it is
    fs::remove_file(project.folder.join(".autogen/model.schema.json")).unwrap();
    fs::remove_file(project.folder.join(".autogen/config.schema.json")).unwrap();
    fs::create_dir(project.folder.join(".autogen/config.schema.json")).unwrap();
    project.refused(&["json-schema", "--write"]);
    assert!(!project.folder.join(".autogen/model.schema.json").exists());
}

#[test]
fn what_is_written_from_a_database_names_them_from_where_it_is() {
    let project = Project::with(&[]);
    project.sql(TABLES);
    project.done(&["json-schema", "--write"]);
    for out in ["schema", "schema/deep/er", "../elsewhere"] {
        let out = format!("{out}-{}", std::process::id());
        project.done(&["inspect", "--out", &out]);
        let files = models(&project.folder.join(&out));
        assert_eq!(files.len(), 3, "{files:?}");
        files.iter().for_each(|file| fits(file));
        fs::remove_dir_all(project.folder.join(&out)).unwrap();
    }
    let printed = project.done(&["inspect"]);
    assert!(!printed.contains("$schema"), "{printed}");
}

#[test]
fn a_project_that_begins_with_a_database_has_them() {
    let project = Project::with(&[]);
    project.sql(TABLES);
    project.done(&["init", "shop", "--from-database"]);
    let folder = project.folder.join("shop");
    fits(&folder.join("autogen.yaml"));
    let files = models(&folder.join("schema"));
    assert_eq!(files.len(), 3, "{files:?}");
    files.iter().for_each(|file| fits(file));
}
