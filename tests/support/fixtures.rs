//! Which fixtures are there, and what does each mean without a server?
//!
//! `fixtures/<kind>/<case>/` holds two model files, `before.yaml` and `after.yaml`, perhaps each with a `.sql` file beside it, and perhaps a `case.yaml` with
//! [`Options`]. A new folder is a new case: nothing lists them. Invariant: nothing here asks a server; expressions stand
//! as they are written.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use autogen::Result;
use autogen::catalog::{Catalog, Externals};
use autogen::config::{Config, Naming};
use autogen::draft::Draft;
use autogen::intent::Intent;
use autogen::introspect::{Live, Server};
use autogen::kind::{Aspect, Casts, Fact, Managed, Manner, Name, Object, Reading, Role, Space};
use autogen::model;
use autogen::name::{Ident, Qualified};
use autogen::normal::{Answer, Asker, Installs, Question, StandIns, normal};
use serde::Deserialize;

pub struct Case {
    /// `column__alter_type`
    pub name: String,
    pub kind: String,
    pub folder: PathBuf,
    pub options: Options,
}

/// What a `case.yaml` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// A part of the message of the error that is expected in place of a revision.
    pub error: Option<String>,
    /// Rows for the state before, as SQL.
    pub seed: Option<String>,
    /// What a query finds after the upgrade.
    pub holds: Vec<Holds>,
    /// The models differ in writing only.
    pub unchanged: bool,
    /// A query that is true on a server that is built with what the case is about.
    pub only_where: Option<String>,
    /// pg_dump does not carry what the case is about.
    pub lost_by_dump: bool,
    /// As `manage:` of autogen.yaml.
    pub manage: Vec<String>,
    /// As `indexes.concurrently` of autogen.yaml.
    pub concurrently: bool,
    /// As `constraints.online` of autogen.yaml.
    pub online: bool,
    /// A part of the message with which the server refuses the way back.
    pub no_way_back: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    pub query: String,
    /// Values separated by a comma and a space.
    pub rows: Vec<String>,
}

/// Every case, in the order of names.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in folders(&root()) {
        for folder in folders(&kind) {
            let (kind, case) = (name(&kind), name(&folder));
            let options = match fs::read_to_string(folder.join("case.yaml")) {
                Ok(text) => serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display())),
                Err(_) => Options::default(),
            };
            cases.push(Case { name: format!("{kind}__{case}"), kind, folder, options });
        }
    }
    cases
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap_or_else(|e| panic!("{}: {e}", of.display()));
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Runs every case and fails with all that failed, not only with the first.
pub fn each(cases: &[Case], mut test: impl FnMut(&Case)) {
    let mut failed = Vec::new();
    for case in cases {
        if catch_unwind(AssertUnwindSafe(|| test(case))).is_err() {
            failed.push(case.name.as_str());
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed:\n  {}", failed.len(), cases.len(), failed.join("\n  "));
}

/// The two catalogs of a case, and the renames between them.
pub struct Pair {
    pub before: Catalog,
    pub after: Catalog,
    pub intent: Intent,
}

impl Case {
    pub fn draft(&self, file: &str) -> Result<Draft> {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let (mut draft, config) = (Draft::default(), Config::defaults(&self.folder)?);
        model::declare(&text, Path::new(file), &config, &mut draft)?;
        // a part of it may be in statements
        let statements = file.replace(".yaml", ".sql");
        if let Ok(text) = fs::read_to_string(self.folder.join(&statements)) {
            model::declare(&text, Path::new(&statements), &config, &mut draft)?;
        }
        model::finish(&mut draft, &self.managed())?;
        Ok(draft)
    }

    pub fn online(&self) -> BTreeSet<Manner> {
        let Options { concurrently, online, .. } = self.options;
        let asked = [(concurrently, Manner::Concurrently), (online, Manner::Validated)];
        asked.into_iter().filter(|(asked, _)| *asked).map(|(_, manner)| manner).collect()
    }

    pub fn managed(&self) -> Managed {
        let aspects =
            Aspect::ALL.into_iter().filter(|aspect| self.options.manage.iter().any(|word| word == aspect.word()));
        Managed(aspects.collect())
    }

    /// The major version of PostgreSQL that one of the two states asks for.
    pub fn needs(&self) -> Option<u32> {
        let drafts = ["before.yaml", "after.yaml"].into_iter().filter_map(|file| self.draft(file).ok());
        drafts.flat_map(|draft| draft.entries).filter_map(|entry| Some(entry.object.since()?.0)).max()
    }

    pub fn pair(&self) -> Result<Pair> {
        let before = wanted(self.draft("before.yaml")?, &Catalog::default())?;
        let draft = self.draft("after.yaml")?;
        let intent = Intent::of(&draft, &before)?.followed(&draft, &before, &Naming::default(), 15);
        let (renamed, _) = intent.rename(&before);
        let after = wanted(draft, &renamed)?;
        let intent = intent.online(&self.online(), &after);
        Ok(Pair { before, after, intent })
    }
}

/// Those that models may name; whoever runs the tests is `postgres`.
pub const ROLES: [&str; 5] = ["postgres", "app", "reader", "Odd Role", SUPERUSER];

/// Another one than `postgres`, since some things only a superuser can own.
pub const SUPERUSER: &str = "chief";

/// Makes them on a server, and a tablespace.
pub fn with_roles(client: &mut postgres::Client) {
    let roles =
        ROLES.map(|role| format!("DO $$ BEGIN CREATE ROLE \"{role}\"; EXCEPTION WHEN duplicate_object THEN END $$"));
    let tablespace = ["SET allow_in_place_tablespaces = on", "CREATE TABLESPACE fast LOCATION ''"].map(str::to_owned);
    let superuser = [format!("ALTER ROLE {SUPERUSER} SUPERUSER")];
    for statement in tablespace.iter().chain(&roles).chain(&superuser) {
        client.batch_execute(statement).unwrap_or_else(|e| panic!("{statement}: {e}"));
    }
}

/// What a draft means over a catalog, no server asked.
pub fn wanted(draft: Draft, live: &Catalog) -> Result<Catalog> {
    let mut externals = live.externals().clone();
    externals.entry(Name::schema(&Ident::new("public"))).or_insert(None);
    let roles = ROLES.into_iter().chain(["pg_monitor", "pg_read_all_stats"]);
    externals.extend(roles.map(|role| (Name::new(Space::Role, [role]), None)));
    let catalog = Catalog::close(live.objects().clone(), externals, live.notes.clone());
    let live = Live { catalog, server: server() };
    normal(draft, &live, &["public".to_owned()], &mut Echo).map(|wanted| wanted.catalog)
}

fn server() -> Server {
    let schemas = ["app", "audit", "ext", "public", "We\"ird"].map(str::to_owned).to_vec();
    let types = [
        "anyarray",
        "anyelement",
        "anyenum",
        "box",
        "cstring",
        "date",
        "event_trigger",
        "fdw_handler",
        "internal",
        "json",
        "jsonb",
        "language_handler",
        "oid",
        "point",
        "record",
        "text",
        "trigger",
        "tsrange",
        "tsvector",
        "uuid",
        "void",
    ]
    .map(str::to_owned);
    let (version, database, user) = ("18.0".to_owned(), "fixtures".to_owned(), Ident::new("postgres"));
    let (types, extensions) = (BTreeSet::from(types), BTreeSet::new());
    Server { major: 18, version, database, user, schemas, types, extensions, casts: Arc::new(casts()) }
}

/// What PostgreSQL 15 says of its own casts, as the query beside the introspection gives it.
fn casts() -> Casts {
    let mut casts = Casts::default();
    for line in include_str!("casts.txt").lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [what, source, target, how, flag] = fields[..] else { panic!("{line}") };
        let said = |field: &'static str| Some(field).filter(|field| !field.is_empty());
        casts.learn(what, source, said(target), said(how), flag == "t");
    }
    casts
}

/// Takes every expression for what it says, and knows what some extensions bring.
pub struct Echo;

impl Asker for Echo {
    fn ask(
        &mut self,
        questions: &[Question],
        _: &BTreeMap<Qualified, autogen::normal::Twin>,
        _: &StandIns,
    ) -> Result<Vec<Answer>> {
        Ok(questions.iter().map(|question| Answer::Spelled(echo(question))).collect())
    }

    fn installs(&mut self, _: &Ident, version: &str, from: Option<&str>) -> Result<Installs> {
        let offered = ["1.4", "1.5", "1.6"].map(str::to_owned).to_vec();
        let later = offered.iter().any(|known| known == version) && from.is_none_or(|from| from < version);
        Ok(if later { Installs::Yes } else { Installs::No { instead: offered } })
    }

    fn required(&mut self, extensions: &[Ident]) -> Result<BTreeMap<Ident, Vec<Ident>>> {
        let all = [("earthdistance", "cube")].map(|(name, of)| (Ident::new(name), vec![Ident::new(of)]));
        Ok(all.into_iter().filter(|(name, _)| extensions.contains(name)).collect())
    }

    fn brought(&mut self, extensions: &[&Object]) -> Result<Externals> {
        let brings = [
            ("citext", Space::Type, "public", "citext"),
            ("pg_trgm", Space::OperatorClass, "public", "gin_trgm_ops"),
            ("intarray", Space::OperatorClass, "ext", "gist__intbig_ops"),
            ("intarray", Space::Operator, "ext", "&&"),
            ("unaccent", Space::TextSearchDictionary, "public", "unaccent"),
            ("postgres_fdw", Space::ForeignDataWrapper, "", "postgres_fdw"),
        ];
        let mut externals = Externals::new();
        for name in extensions.iter().flat_map(|extension| extension.occupies()) {
            for (_, space, schema, brought) in brings.iter().filter(|(extension, ..)| name.to_string() == *extension) {
                let path = [*schema, *brought].into_iter().filter(|part| !part.is_empty());
                externals.insert(Name::new(*space, path), Some(name.clone()));
            }
        }
        Ok(externals)
    }
}

/// The text; behind a line of columns if it is a query, each called by its last word and of one type.
fn echo(question: &Question) -> String {
    match &question.role {
        Role::Made(making) if making.read == Reading::Query => {
            let text = &question.text;
            let list = text.trim_start_matches("select ").split(" from ").next().unwrap_or_default();
            let word = |item: &str| {
                let last = item.rsplit([' ', '.', '\n']).next().unwrap_or_default();
                autogen::lex::unquoted(last)
            };
            let mut names: Vec<String> = autogen::lex::items(list).into_iter().map(word).collect();
            let stated = making.before.to_string();
            let stated = stated.split_once("(").and_then(|(_, rest)| rest.split_once(")")).map(|(list, _)| list);
            for (name, stated) in names.iter_mut().zip(stated.iter().flat_map(|list| autogen::lex::items(list))) {
                *name = autogen::lex::unquoted(stated);
            }
            let columns: Vec<[String; 2]> = names.into_iter().map(|name| [name, "text".to_owned()]).collect();
            format!("{}\n{text}", serde_json::to_string(&columns).unwrap_or_default())
        }
        _ => question.text.clone(),
    }
}

/// The facts that hold in a set of objects.
pub fn facts<'a>(objects: impl IntoIterator<Item = &'a Object>) -> BTreeSet<Fact> {
    objects.into_iter().flat_map(Object::provides).collect()
}
