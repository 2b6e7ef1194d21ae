//! How does a fixture go through a database?
//!
//! A [`Project`] is one database with a folder of revisions, driven through the library as the commands drive it: models and
//! live database are compared, what differs becomes a revision file, and the runner runs it.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use autogen::catalog::Catalog;
use autogen::config::{Config, Naming};
use autogen::connect;
use autogen::draft::Draft;
use autogen::intent::Intent;
use autogen::introspect::{Asked, Live, introspect};
use autogen::kind::{Managed, Manner};
use autogen::model;
use autogen::name::Qualified;
use autogen::normal::{Twins, Unknown, normal};
use autogen::ours::Rules;
use autogen::revision::Folder;
use autogen::runner::{self, Options};
use autogen::{Error, Result};
use postgres::{Client, SimpleQueryMessage};

use crate::revise::{self, Plans};
use crate::server::{Database, database};

pub struct Project {
    pub client: Client,
    folder: PathBuf,
    written: Vec<String>,
    pub managed: Managed,
    pub online: BTreeSet<Manner>,
    /// Last, so that the connection closes before the database goes.
    database: Database,
}

/// What the models ask of the database.
pub struct Comparison {
    pub live: Catalog,
    pub wanted: Catalog,
    pub intent: Intent,
    pub unknowns: Vec<Unknown>,
    pub plans: Plans,
}

fn search_path() -> Vec<String> {
    vec!["public".to_owned()]
}

impl Project {
    pub fn new() -> Self {
        let database = database();
        let folder = std::env::temp_dir().join(format!("autogen-{}-{}", std::process::id(), database.name()));
        fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let mut client = database.client();
        client.batch_execute(&connect::pin(&search_path())).expect("the session is set up");
        Self { client, folder, written: Vec::new(), managed: Managed::default(), online: BTreeSet::new(), database }
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn live(&mut self) -> Result<Live> {
        self.live_without(&BTreeSet::new())
    }

    /// Without the partitions of these tables.
    fn live_without(&mut self, unmanaged: &BTreeSet<Qualified>) -> Result<Live> {
        let rules = Rules::automatic();
        let asked = Asked { schemas: None, rules: &rules, managed: &self.managed, members: false };
        introspect(&mut self.client, &asked, || Ok(unmanaged.clone()))
    }

    pub fn compare(&mut self, draft: Draft) -> Result<Comparison> {
        let live = self.live_without(&draft.unmanaged_tables())?;
        let naming = Naming::default();
        let intent = Intent::of(&draft, &live.catalog)?.followed(&draft, &live.catalog, &naming, live.server.major);
        let (renamed, _) = intent.rename(&live.catalog);
        let renamed = Live { catalog: renamed.into_owned(), server: live.server.clone() };
        let path = search_path();
        let wanted = normal(draft, &renamed, &path, &mut Twins::new(&mut self.client, &path))?;
        let intent = intent.online(&self.online, &wanted.catalog);
        let plans = revise::plans(&live.catalog, &wanted.catalog, &intent)?;
        Ok(Comparison { live: live.catalog, wanted: wanted.catalog, intent, unknowns: wanted.unknowns, plans })
    }

    /// With a model file of this text.
    pub fn compare_model(&mut self, text: &str) -> Result<Comparison> {
        let config = Config::defaults(Path::new("."))?;
        let mut draft = Draft::default();
        model::declare(text, Path::new("model.yaml"), &config, &mut draft)?;
        self.compare(draft)
    }

    /// Writes the next revision file; its text.
    pub fn revise(&mut self, comparison: &Comparison) -> Result<String> {
        self.revise_plans(&comparison.plans, &comparison.live)
    }

    pub fn revise_plans(&mut self, plans: &Plans, live: &Catalog) -> Result<String> {
        let id = format!("{:012x}", self.written.len() + 1);
        let parents: Vec<&str> = self.written.last().map(String::as_str).into_iter().collect();
        let revision = revise::revision(&id, &parents, plans, live);
        let text = revise::text(&revision)?;
        let path = self.folder.join(format!("{id}.sql"));
        fs::write(&path, &text).map_err(|cause| Error::io("write", &path, &cause))?;
        self.written.push(id);
        Ok(text)
    }

    pub fn upgrade(&mut self) -> Result<()> {
        let folder = Folder::read(std::slice::from_ref(&self.folder))?;
        let options = Options::new(connect::pin(&search_path()));
        runner::upgrade(&mut self.client, &folder, "head", &options, &mut |_| {}).map(|_| ())
    }

    pub fn downgrade(&mut self, target: &str) -> Result<()> {
        let folder = Folder::read(std::slice::from_ref(&self.folder))?;
        let options = Options::new(connect::pin(&search_path()));
        runner::downgrade(&mut self.client, &folder, target, &options, &mut |_| {}).map(|_| ())
    }

    /// Rows as text, values separated by a comma and a space.
    pub fn rows(&mut self, query: &str) -> Vec<String> {
        let messages = self.client.simple_query(query).unwrap_or_else(|e| panic!("{query}: {e:?}"));
        let mut rows = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                let values = (0..row.len()).map(|n| match row.get(n) {
                    Some("t") => "true",
                    Some("f") => "false",
                    Some(value) => value,
                    None => "null",
                });
                rows.push(values.collect::<Vec<_>>().join(", "));
            }
        }
        rows
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
