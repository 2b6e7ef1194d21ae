//! Can a project go on with the structs that were written of its database?

use std::fs;
use std::path::PathBuf;

use crate::command::Project;
use crate::shows;

const SCHEMA: &str = "
    CREATE SCHEMA audit;
    CREATE TYPE public.level AS ENUM ('low', 'in progress', 'HIGH');
    CREATE DOMAIN public.code AS text CHECK (VALUE ~ '^[a-z]+$');
    CREATE TABLE public.users (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        \"userName\" varchar(50) NOT NULL DEFAULT 'no''one',
        code public.code, boss bigint REFERENCES public.users,
        lower_name text GENERATED ALWAYS AS (lower(\"userName\")) STORED);
    CREATE TABLE audit.events (
        id serial, at timestamptz NOT NULL, level public.level DEFAULT 'in progress', price numeric(10,2), tags text[],
        user_id bigint REFERENCES public.users ON DELETE CASCADE) PARTITION BY RANGE (at);
    CREATE TABLE audit.events_2026 PARTITION OF audit.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE INDEX ix_events_at ON audit.events (at DESC) WHERE level = 'HIGH';
    CREATE VIEW public.bosses AS SELECT u.\"userName\", count(*) AS n FROM public.users u GROUP BY 1;
    CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.\"userName\" := trim(NEW.\"userName\");
    RETURN NEW;
END
$$;
    CREATE TRIGGER touch BEFORE INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch();
";

#[test]
fn a_project_begins_with_the_structs_of_its_database() {
    let project = Project::with(&[]);
    fs::remove_dir_all(&project.folder).unwrap();
    fs::create_dir(&project.folder).unwrap();
    project.sql(SCHEMA);
    project.done(&["init", "--from-database", "--format", "rust"]);
    project.done(&["check"]);
    let schema = project.folder.join("schema");
    let text = |(path, text): (PathBuf, Vec<u8>)| {
        let name = path.strip_prefix(&schema).ok()?.display().to_string();
        Some(format!("// {name}\n{}\n", String::from_utf8(text).unwrap()))
    };
    shows!("written_as_rust__adopted", project.files().into_iter().filter_map(text).collect::<String>());
}

#[test]
fn structs_that_are_inspected_take_the_place_of_yaml() {
    let project = Project::with(&[]);
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schema")).unwrap().flatten() {
        fs::copy(file.path(), project.folder.join("schema").join(file.file_name())).unwrap();
    }
    project.revision("tour");
    project.done(&["upgrade"]);
    project.done(&["inspect", "--format", "rust", "--out", "structs"]);
    fs::remove_dir_all(project.folder.join("schema")).unwrap();
    fs::rename(project.folder.join("structs"), project.folder.join("schema")).unwrap();
    project.done(&["check"]);
    // as does what was written by hand
    fs::remove_dir_all(project.folder.join("schema")).unwrap();
    fs::create_dir(project.folder.join("schema")).unwrap();
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tour/schema")).unwrap().flatten() {
        fs::copy(file.path(), project.folder.join("schema").join(file.file_name())).unwrap();
    }
    project.done(&["check"]);
    // to the terminal, with the names of the files as Rust has comments
    let shown = project.done(&["inspect", "--format", "rust"]);
    assert!(shown.starts_with("// audit_log.rs\nuse autogen::Model;\n"), "{shown}");
}

#[test]
fn every_type_and_what_is_long_has_its_attributes() {
    let project = Project::with(&[("schema/every.yaml", include_str!("every.yaml"))]);
    project.revision("every");
    project.done(&["upgrade"]);
    let shown = project.done(&["inspect", "--format", "rust"]);
    shows!("written_as_rust__every", shown);
    project.done(&["inspect", "--format", "rust", "--out", "structs"]);
    fs::remove_dir_all(project.folder.join("schema")).unwrap();
    fs::rename(project.folder.join("structs"), project.folder.join("schema")).unwrap();
    project.done(&["check"]);
}

#[test]
fn files_that_are_there_are_not_written_over() {
    let project = Project::with(&[("structs/mod.rs", "// mine\n")]);
    project.sql("CREATE TABLE public.tasks (id bigint)");
    shows!("written_as_rust__taken", project.refused(&["inspect", "--format", "rust", "--out", "structs"]));
}
