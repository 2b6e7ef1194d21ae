use super::*;

fn process(name: &str) -> Option<String> {
    (name == "APP_ENV_PASSWORD").then(|| "s3cret".to_owned())
}

fn never(_: &str) -> Option<String> {
    None
}

fn read_with(text: &str, env: Option<&str>, vars: Vars) -> Result<Config> {
    Config::read(Path::new("autogen.yaml"), text, env, vars)
}

fn read(text: &str, env: Option<&str>) -> Result<Config> {
    read_with(text, env, Vars::new(process, ".env".into(), "URL_IN_FILE=postgres://h/d\n"))
}

fn refused(text: &str) -> String {
    read(text, None).unwrap_err().to_string()
}

fn values(config: &Config) -> Vec<(&'static str, String)> {
    let value = |s: &Setting| (s.key, config.resolve(s).unwrap().expose().to_owned());
    config.database.iter().map(value).collect()
}

/// What the file sets, without where it is.
fn told(config: &Config) -> String {
    let Config {
        file: _,
        root,
        environment,
        models,
        revisions,
        new_files,
        schemas,
        search_path,
        naming,
        renames,
        names_follow,
        managed,
        rules,
        running,
        online,
        database,
        vars: _,
    } = config;
    format!(
        "{root:?} {environment:?} {models:?} {revisions:?} {new_files:?} {schemas:?} {search_path:?} {naming:?} {renames:?} {names_follow:?} {managed:?} {rules:?} {running:?} {online:?} {database:?}"
    )
}

#[test]
fn the_sample_parses_to_the_defaults() {
    let sample = read(Config::sample(), None).unwrap();
    assert_eq!(told(&sample), told(&read("", None).unwrap()));
    assert_eq!(sample.models, Path::new("schema"));
    assert_eq!(sample.search_path, ["public"]);
}

/// The sample with its comment signs taken off, where they hide YAML and not a sentence.
fn uncommented() -> String {
    let is_yaml = |line: &&str| {
        let bare = line.trim_start_matches("# ").trim_start();
        line.starts_with("# ")
            && bare.split_once(':').is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    Config::sample().lines().filter(is_yaml).map(|line| format!("{}\n", &line[2..])).collect()
}

#[test]
fn the_sample_shows_every_key_and_its_default() {
    let text = uncommented();
    for key in Config::keys() {
        let last = key.rsplit('.').next().unwrap();
        assert!(text.lines().any(|line| line.trim_start().starts_with(&format!("{last}:"))), "{key} in\n{text}");
    }
    let without_url = text.replacen("  url:", "  # url:", 1);
    let config = read(&without_url, None).unwrap();
    assert_eq!(config.models, Path::new("schema"));
    assert_eq!(config.revisions, [Path::new("revisions")]);
    assert_eq!(config.search_path, ["public"]);
    assert_eq!(config.naming.ix, Naming::default().ix);
    assert_eq!(config.renames, Renames::Ask);
    assert!(config.names_follow);
    assert!(!read("derived_names: stay", None).unwrap().names_follow);
}

#[test]
fn the_keys_are_listed_in_order_with_a_line_each() {
    let keys = Config::keys();
    assert_eq!(keys[..6], ["models", "revisions", "schemas", "search_path", "database", "database.url"]);
    assert!(keys.ends_with(&["hooks", "hooks.before_upgrade", "hooks.before_data_loss", "hooks.after_upgrade"]));
    assert!(Config::described_keys().iter().all(|(_, what)| !what.is_empty() && !what.starts_with(' ')));
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let vars = || Vars::new(never, ".env".into(), "");
    let config = Config::read(Path::new("a/b/autogen.yaml"), "models: ../m\nrevisions: /r", None, vars()).unwrap();
    assert_eq!(config.root, Path::new("a/b"));
    assert_eq!((config.models.as_path(), config.revisions[0].as_path()), (Path::new("a/b/../m"), Path::new("/r")));
    assert_eq!(read("", None).unwrap().root, Path::new("."));
}

#[test]
fn lists_may_be_written_with_commas() {
    let config = read("schemas: [a, b]\nsearch_path: app, public\n", None).unwrap();
    assert_eq!(config.schemas.unwrap(), ["a", "b"]);
    assert_eq!(config.search_path, ["app", "public"]);
}

#[test]
fn an_environment_is_laid_over_the_top_key_by_key() {
    let text = "models: m\nnaming: {uq: 'a', pk: 'b'}\ndatabase: {host: h, name: n}\nenvironments:\n  \
                test: {database: {name: t}, naming: {pk: 'c'}}\n  prod: {database: {url: 'postgres://x/y'}}\n  bare:\n";
    let test = read(text, Some("test")).unwrap();
    assert_eq!(values(&test), [("host", "h".into()), ("name", "t".into())]);
    assert_eq!(test.naming.primary_key("t", &["id"]).as_deref(), Some("c"));
    assert_eq!(test.naming.unique("t", &["id"]).as_deref(), Some("a"));
    assert_eq!(test.environment.as_deref(), Some("test"));
    let prod = read(text, Some("prod")).unwrap();
    assert_eq!(values(&prod), [("url", "postgres://x/y".into())]);
    assert_eq!(values(&read(text, Some("bare")).unwrap()).len(), 2);
}

#[test]
fn parts_in_an_environment_take_the_place_of_the_top_url() {
    let text = "database: {url: 'postgres://x/y'}\nenvironments: {ci: {database: {host: h}}}\n";
    assert_eq!(values(&read(text, Some("ci")).unwrap()), [("host", "h".into())]);
}

#[test]
fn an_environment_may_come_from_autogen_env_and_the_flag_wins() {
    let text = "environments: {a: {models: x}, b: {models: y}}";
    let vars = || Vars::new(never, ".env".into(), "AUTOGEN_ENV=a\n");
    assert_eq!(read_with(text, None, vars()).unwrap().models, Path::new("x"));
    assert_eq!(read_with(text, Some("b"), vars()).unwrap().models, Path::new("y"));
}

#[test]
fn an_unknown_environment_lists_the_known_ones() {
    let error = read("environments: {dev: {}, production: {}}", Some("prodction")).unwrap_err();
    assert_eq!(error.message(), "unknown environment prodction (from --env)");
    assert_eq!(error.hints(), ["did you mean production?", "autogen.yaml knows dev, production"]);
    assert!(read("", Some("dev")).unwrap_err().hints()[0].contains("has no `environments:`"));
}

#[test]
fn autogen_renames_wins_over_the_file() {
    let vars = Vars::new(never, ".env".into(), "AUTOGEN_RENAMES=never\n");
    assert_eq!(read_with("renames: when-certain", None, vars).unwrap().renames, Renames::Never);
    assert_eq!(read("renames: when-certain", None).unwrap().renames, Renames::WhenCertain);
    assert!(refused("models: m\nrenames: when_certain").contains("at autogen.yaml:2:10"));
}

#[test]
fn variables_are_replaced_when_the_address_is_needed() {
    let config =
        read("database: {password: '${APP_ENV_PASSWORD}', host: '${H:-localhost}', port: 5433}", None).unwrap();
    let expected = [("host", "localhost".into()), ("port", "5433".into()), ("password", "s3cret".into())];
    assert_eq!(values(&config), expected);
    assert_eq!(values(&read("database: {url: '${URL_IN_FILE}'}", None).unwrap()), [("url", "postgres://h/d".into())]);
}

#[test]
fn an_unset_variable_is_named_with_its_line() {
    let config = read("models: m\ndatabase:\n  url: postgres://app:hunter2@${DB_HOST}/x\n", None).unwrap();
    let error = config.resolve(&config.database[0]).unwrap_err();
    insta::assert_snapshot!(error, @r"
    error: database.url mentions ${DB_HOST}, which is not set
      at autogen.yaml:3:8
      3 |   url: …
                 ^
      hint: set DB_HOST in the environment or in .env, or write ${DB_HOST:-default}
    ");
}

#[test]
fn numbers_and_the_like_are_texts_in_database() {
    let config = read("database: {password: 0123, user: yes, name: 1.10}", None).unwrap();
    assert_eq!(values(&config), [("name", "1.10".into()), ("user", "yes".into()), ("password", "0123".into())]);
}

#[test]
fn url_and_parts_exclude_each_other() {
    let error = refused("database:\n  url: postgres://app:hunter2@h/d\n  host: h\n");
    assert!(error.contains("database has both url and host"), "{error}");
    assert!(error.contains("autogen.yaml:3:9") && !error.contains("hunter2"), "{error}");
}

#[test]
fn an_unknown_key_is_an_error_with_the_nearest_one() {
    insta::assert_snapshot!(refused("models: schema\nrevison: x\n"), @r"
    error: unknown key revison
      at autogen.yaml:2:1
      2 | revison: x
          ^
      hint: did you mean revisions?
    ");
    insta::assert_snapshot!(refused("database:\n  host: h\n  passwrd: hunter2\n"), @r"
    error: unknown key passwrd
      at autogen.yaml:3:3
      3 |   passwrd: …
            ^
      hint: did you mean password?
    ");
    insta::assert_snapshot!(refused("environments:\n  prod:\n    modles: x\n"), @r"
    error: unknown key modles
      at autogen.yaml:3:5
      3 |     modles: x
              ^
      hint: did you mean models?
    ");
}

#[test]
fn a_wrong_type_is_an_error_at_its_place() {
    insta::assert_snapshot!(refused("models: [schema]\n"), @r"
    error: expected one text, found a list or keys
      at autogen.yaml:1:9
      1 | models: [schema]
                  ^
      hint: write one value after the colon
    ");
    insta::assert_snapshot!(refused("database: postgres://app:hunter2@h/d\n"), @r"
    error: expected keys with values
      at autogen.yaml:1:11
      1 | database: …
                    ^
      hint: write under it `url: postgresql://…`, or host, port, name, user, password
    ");
    insta::assert_snapshot!(refused("models: a\nnaming: x\n"), @r"
    error: expected keys with values
      at autogen.yaml:2:9
      2 | naming: x
                  ^
      hint: write a template under it, as `uq: uq_%(table_name)s_%(column_0_N_name)s`
    ");
    insta::assert_snapshot!(refused("schemas: {a: b}\n"), @r"
    error: expected a list of names or names with commas between them, found a map
      at autogen.yaml:1:10
      1 | schemas: {a: b}
                   ^
      hint: write [a, b] or a, b
    ");
    insta::assert_snapshot!(refused("schemas: a,,b\n"), @r"
    error: a name in the list is empty
      at autogen.yaml:1:10
      1 | schemas: a,,b
                   ^
      hint: write [a, b] or a, b
    ");
    insta::assert_snapshot!(refused("- a\n"), @r"
    error: expected keys with values
      at autogen.yaml:1:1
      1 | - a
          ^
      hint: write `key: value` lines, as in the file that `autogen init` makes
    ");
    insta::assert_snapshot!(refused("environments: {prod: 3}\n"), @r"
    error: expected keys with values
      at autogen.yaml:1:22
      1 | environments: {prod: 3}
                               ^
      hint: write a name under it, and under that the keys of that environment
    ");
    insta::assert_snapshot!(refused("environments: {a: {environments: {}}}\n"), @r"
    error: the environment a cannot have environments of its own
      at autogen.yaml:1:34
      1 | environments: {a: {environments: {}}}
                                           ^
      hint: move them up, beside it
    ");
    insta::assert_snapshot!(refused("models: ''\n"), @r"
    error: models is empty
      at autogen.yaml:1:9
      1 | models: ''
                  ^
      hint: name a folder, or leave models out
    ");
    insta::assert_snapshot!(refused("naming:\n  uq: uq_%(tabel_name)s\n"), @r"
    error: unknown token %(tabel_name)s in naming.uq
      at autogen.yaml:2:7
      2 |   uq: uq_%(tabel_name)s
                ^
      hint: did you mean %(table_name)s?
    ");
}

#[test]
fn what_is_no_yaml_is_an_error_at_its_place() {
    insta::assert_snapshot!(refused("models: a\nmodels: b\n"), @r"
    error: the key models is written twice
      at autogen.yaml:2:1
      2 | models: b
          ^
      hint: keep one of the two
    ");
    insta::assert_snapshot!(refused("models: a\n\trevisions: b\n"), @r"
    error: this cannot be read as YAML: while scanning a plain scalar, found a tab
      at autogen.yaml:1:9
      1 | models: a
                  ^
      hint: indent with spaces
    ");
    insta::assert_snapshot!(refused("models: 'a\n"), @r"
    error: this cannot be read as YAML: invalid indentation in multiline quoted scalar
      at autogen.yaml:2:1
      2 | 
          ^
      hint: values with special characters go in quotes
    ");
    insta::assert_snapshot!(refused("database:\n  password: 'hunter2\n  user: a\n"), @r#"
    error: this cannot be read as YAML
      at autogen.yaml:3:3
      3 |   user: …
            ^
      hint: put the value in single quotes if it holds any of : # { } [ ] , & * ! | > ' " % @ `
    "#);
    insta::assert_snapshot!(refused("database:\n  password: *hunter2\n"), @r#"
    error: this cannot be read as YAML
      at autogen.yaml:2:13
      2 |   password: …
                      ^
      hint: put the value in single quotes if it holds any of : # { } [ ] , & * ! | > ' " % @ `
    "#);
    insta::assert_snapshot!(refused("database:\n  password: hunter2: x\n"), @r#"
    error: this cannot be read as YAML
      at autogen.yaml:2:20
      2 |   password: …
                             ^
      hint: put the value in single quotes if it holds any of : # { } [ ] , & * ! | > ' " % @ `
    "#);
    insta::assert_snapshot!(refused("a: 1\n---\nb: 2\n"), @r"
    error: unknown key a
      at autogen.yaml:1:1
      1 | a: 1
          ^
      hint: known keys: models, revisions, schemas, search_path, database, naming, indexes, constraints, file_template, truncate_slug_length, timezone, revision_ids, template, post_write, environments, renames, derived_names, manage, include, exclude, presets, unmanaged_partitions, lock_timeout, statement_timeout, lock_patience, confirm, protect, log_format, hooks
    ");
}

#[test]
fn a_missing_file_names_init() {
    let missing = missing(None).to_string();
    assert!(missing.contains("there is no autogen.yaml") && missing.contains("`autogen init`"));
    assert!(Config::load(Some(Path::new("/nowhere/x.yaml")), None).unwrap_err().message().contains("/nowhere/x.yaml"));
}

#[test]
fn debug_output_holds_no_password() {
    let config = read("database: {password: hunter2}", None).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn what_cannot_be_managed_is_refused_at_its_place() {
    let error = read("models: schema\nmanage: [privileges, roles]\n", None).unwrap_err();
    assert_eq!(error.place().map(|place| (place.line, place.column)), Some((2, 9)));
    assert!(error.to_string().contains("manage cannot name roles"), "{error}");
}

#[test]
fn what_is_done_online_is_asked_for_by_two_keys_that_an_environment_may_change() {
    let text = "indexes: { concurrently: true }\nenvironments:\n  p: { constraints: { online: true } }\n  q: { indexes: { concurrently: false } }\n";
    let asked = |env| read(text, env).unwrap().online.into_iter().collect::<Vec<_>>();
    assert_eq!(asked(None), [Manner::Concurrently]);
    assert_eq!(asked(Some("p")), [Manner::Concurrently, Manner::Validated]);
    assert_eq!(asked(Some("q")), []);
    let error = read("indexes:\n  concurrently: perhaps\n", None).unwrap_err();
    assert_eq!(error.place().map(|place| place.line), Some(2), "{error}");
    assert!(read("indexes: { online: true }\n", None).is_err());
}

#[test]
fn new_files_are_made_as_it_is_written() {
    let config = read(
        "file_template: '%(year)d/%(rev)s'\ntruncate_slug_length: 12\ntimezone: europe/paris\nrevision_ids: sequence\n\
         template: my.txt\npost_write:\n  - pg_format -i\n  - [sh, -c, 'x \"$1\"', sh, REVISION_SCRIPT_FILENAME]\n",
        None,
    );
    let NewFiles { name, slug, zone, ids, template, post_write } = config.unwrap().new_files;
    assert_ne!(name, crate::revision::FileTemplate::default());
    assert_eq!((slug, ids), (12, RevisionIds::Sequence));
    assert_eq!(zone.iana_name(), Some("Europe/Paris"));
    assert_eq!(template.unwrap().0, Path::new("my.txt"));
    assert_eq!(post_write[0].on("a b.sql"), ["pg_format", "-i", "a b.sql"]);
    assert_eq!(post_write[1].on("a b.sql"), ["sh", "-c", "x \"$1\"", "sh", "a b.sql"]);
}

#[test]
fn what_names_no_new_file_is_refused_at_its_place() {
    for (text, line, message, hint) in [
        ("file_template: '%(slug)s'", 1, "file_template has no %(rev)s", "add it"),
        ("\nfile_template: ../%(rev)s", 2, "file_template leads out", "take the `..` away"),
        ("file_template: '%(revs)s'", 1, "unknown token %(revs) in file_template", "did you mean %(rev)?"),
        ("truncate_slug_length: forty", 1, "truncate_slug_length cannot be forty", "number of characters"),
        ("truncate_slug_length: -1", 1, "truncate_slug_length cannot be -1", "number of characters"),
        ("timezone: Europe/Pariss", 1, "unknown time zone Europe/Pariss", "did you mean Europe/Paris?"),
        ("timezone: tokyo", 1, "unknown time zone tokyo", "did you mean Asia/Tokyo?"),
        ("timezone: ../../etc/passwd", 1, "unknown time zone", "IANA"),
        ("revision_ids: sequenced", 1, "revision_ids cannot be sequenced", "did you mean sequence?"),
        ("template: ''", 1, "template is empty", "name a file"),
        ("post_write:\n  - a\n  - b | c", 3, "runs without a shell", "list of words"),
        ("post_write:\n  - ''", 2, "is empty", "the program first"),
        ("post_write:\n  - []", 2, "is empty", "the program first"),
        ("post_write: a", 1, "expected a list", "after a dash"),
    ] {
        let error = read(text, None).expect_err(text);
        assert!(error.message().contains(message) && error.to_string().contains(hint), "{text}: {error}");
        assert_eq!(error.place().map(|place| place.line), Some(line), "{text}: {error}");
    }
}
