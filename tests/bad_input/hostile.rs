//! Names, comments and expressions that try to be something else.

use crate::command::Project;

/// Ends strings, comments and statements, and imitates what a revision file is made of.
const EVIL: &str = "a\"b'c;--/*$$\\q\n*/ %s${X}{}é";

/// Every place that a person can put text of their own in.
fn hostile_database() -> String {
    let name = |prefix: &str| format!("\"{prefix}{}\"", EVIL.replace('"', "\"\""));
    let (evil, mood, key) = (name(""), name("E"), name("P"));
    format!(
        r#"CREATE SCHEMA {evil}; CREATE SCHEMA "S p";
        CREATE TYPE {evil}.{mood} AS ENUM ('it''s', 'a,b', '"q"', E'back\\slash', '{{}}', 'no', 'null', ' lead',
            E'new\nline', '$$', '--', '*/', '1', '#x', 'x: y', '@a');
        CREATE TYPE public."E" AS ENUM ('');
        CREATE TABLE {evil}.{evil} (
            {evil} int GENERATED ALWAYS AS IDENTITY, "Select" text DEFAULT E'x\'";--/*$$\\' NOT NULL,
            "1" {evil}.{mood} DEFAULT '"q"', "true" bool DEFAULT true, "?" text, "x?" text, "a.b" serial,
            " sp " text COLLATE "C", CONSTRAINT {key} PRIMARY KEY ({evil}), CONSTRAINT "u ?" UNIQUE ("1"),
            CONSTRAINT "c%" CHECK ("Select" <> E'a;--''$$ /* \\'));
        CREATE INDEX "i;x" ON {evil}.{evil} (lower("Select") DESC, "?" NULLS FIRST) WHERE "true" AND "?" <> '%s';
        CREATE TABLE "S p"."t.t" (id int REFERENCES {evil}.{evil} ({evil}) ON DELETE CASCADE, "table" int,
            "null" text DEFAULT 'null', "~" text DEFAULT '~');
        COMMENT ON TABLE {evil}.{evil} IS E'com''ment "x" */ $$ -- \n\\quit\n-- autogen:downgrade\n;\\';
        COMMENT ON COLUMN {evil}.{evil}."x?" IS ' : # - [';
        COMMENT ON CONSTRAINT {key} ON {evil}.{evil} IS 'x''';
        COMMENT ON TYPE {evil}.{mood} IS 'null';
        CREATE SEQUENCE "S p"."q""s" INCREMENT 5 START 7;
        CREATE TABLE public.null (no int, yes int DEFAULT -1, "on" date DEFAULT '2020-01-01',
            "2020-01-01" text DEFAULT E'a\tb', "0x1F" numeric(10), "é" text DEFAULT E'é\u2028');
        CREATE TABLE public."Null" (); CREATE TABLE public."NULL" (); CREATE TABLE public.".." ();
        CREATE TABLE public.database (); CREATE TABLE public."-" (); CREATE TABLE public."a/b" ();
        CREATE TABLE public."~" (); CREATE TABLE public."{long}" ();"#,
        long = "x".repeat(63)
    )
}

#[test]
fn hostile_names_go_from_one_database_through_files_into_another_and_back() {
    let source = Project::with(&[]);
    std::fs::remove_dir(source.folder.join("schema")).unwrap();
    source.sql(&hostile_database());
    source.done(&["inspect", "--out", "schema"]);
    source.done(&["check"]);
    let mut target = Project::with(&[]);
    let models = source.files().into_iter().filter(|(path, _)| path.starts_with(source.folder.join("schema")));
    for (path, text) in models {
        target.write(path.strip_prefix(&source.folder).unwrap().to_str().unwrap(), text);
    }
    target.url = target.database.url();
    let empty = target.catalog();
    let message = "evil */ $$ '\"; DROP TABLE x; --\n\\quit\n-- autogen:downgrade\n-- parents: aaaaaaaaaaaa";
    target.revision(message);
    target.done(&["upgrade"]);
    target.done(&["check"]);
    assert_eq!(target.done(&["inspect"]), source.done(&["inspect"]));
    target.done(&["downgrade", "base"]);
    assert_eq!(target.catalog(), empty);
}

#[test]
fn hostile_models_become_objects_of_that_very_name() {
    let yaml = |text: &str| {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("\"{text}\"")
    };
    let evil = "x\"'; DROP TABLE victim; --";
    let (name, table) = (yaml(evil), yaml(&format!("\"{}\"", evil.replace('"', "\"\""))));
    let comment = yaml("'); DROP TABLE victim; -- */ $$\n\\quit\n-- autogen:downgrade");
    let model = format!(
        "enums: {{mood: [{name}]}}\ntables:\n  {table}:\n    comment: {comment}\n    columns:\n      {name}: {{type: text, \
         default: \"'''; DROP TABLE victim; --'\", comment: {comment}}}\n      m: mood\n    primary_key: {{name: {name}, columns: [{name}]}}\n    \
         checks: {{{name_c}: \"m::text <> '); DROP TABLE victim; --'\"}}\n",
        name_c = yaml(&format!("c{evil}"))
    );
    let model = model.replace("primary_key: {name: \"", "primary_key: {name: \"p");
    let project = Project::with(&[("schema/model.yaml", &model)]);
    project.sql("CREATE TABLE public.victim (a int)");
    project.write("schema/victim.yaml", "tables: {victim: {columns: {a: int?}}}\n");
    project.revision("hostile");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    assert!(project.catalog().iter().any(|line| line == "r victim"), "{:?}", project.catalog());
    project.done(&["downgrade", "base"]);
    assert!(project.catalog().iter().any(|line| line == "r victim"), "{:?}", project.catalog());
}
