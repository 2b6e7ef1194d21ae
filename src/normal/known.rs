//! Which answers of the server are known from before?
//!
//! An answer is kept under all that it depends on: the question, the columns of its twin, the types that stand in, the server's
//! version, what names without a schema mean, every type and extension that is there, and what else bears a name that the
//! text has. Invariant: only spellings are kept, since what fails today may not fail tomorrow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use sha2::{Digest, Sha256};

use super::canonical::{Answer, Asker, Installs, Question, Twin};
use super::stand_in::{StandIns, TEMPORARY};
use crate::catalog::Externals;
use crate::error::Result;
use crate::hex::hex;
use crate::introspect::Live;
use crate::kind::{Name, Object, Space};
use crate::lex;
use crate::name::{Ident, Qualified};

/// Another number whenever questions are put in another way, or keys made in another way.
const VERSION: u32 = 2;

/// Spellings by key, for as long as one comparison takes; who keeps them longer gives them back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    spelled: BTreeMap<String, String>,
    used: BTreeSet<String>,
    learned: bool,
}

impl Known {
    pub fn of(spelled: BTreeMap<String, String>) -> Self {
        Self { spelled, ..Self::default() }
    }

    /// Whether an answer came from here that the server was not asked for.
    pub fn was_used(&self) -> bool {
        !self.used.is_empty()
    }

    /// Whether there is something to keep that was not there before.
    pub fn has_learned(&self) -> bool {
        self.learned
    }

    pub fn forget(&mut self) {
        *self = Self { learned: self.learned || !self.spelled.is_empty(), ..Self::default() };
    }

    /// Those that were used first, then the others, as many as may be kept.
    pub fn kept(&self, bytes: usize) -> BTreeMap<&str, &str> {
        let (used, idle): (Vec<_>, Vec<_>) = self.spelled.iter().partition(|(key, _)| self.used.contains(*key));
        let mut room = bytes;
        let fits = |(key, text): &(&String, &String)| {
            room = room.saturating_sub(key.len() + text.len());
            room > 0
        };
        used.into_iter().chain(idle).take_while(fits).map(|(key, text)| (key.as_str(), text.as_str())).collect()
    }
}

/// Asks another asker only what is not known.
pub struct Remembering<'a> {
    asker: &'a mut dyn Asker,
    known: &'a mut Known,
    live: &'a Live,
    search_path: &'a [String],
}

impl<'a> Remembering<'a> {
    pub fn new(asker: &'a mut dyn Asker, known: &'a mut Known, live: &'a Live, search_path: &'a [String]) -> Self {
        Self { asker, known, live, search_path }
    }

    fn keys(&self, questions: &[Question], twins: &BTreeMap<Qualified, Twin>, stand_ins: &StandIns) -> Vec<String> {
        let temporary = Ident::new(TEMPORARY);
        let catalog = self.live.catalog.objects();
        let objects = catalog.values();
        let shapes = |object: &&Object| object.brings_names() || object.stand_in(&temporary).is_some();
        let operators: Vec<&Name> =
            self.live.catalog.externals().keys().filter(|name| name.space == Space::Operator).collect();
        let server = (&self.live.server.version, &self.live.server.database, self.search_path);
        let around = hash(&(VERSION, server, operators, stand_ins, objects.filter(shapes).collect::<Vec<_>>()));
        let named = self.named();
        // a query may speak of any relation, and reads as that is
        let relations = questions.iter().any(|question| question.role.is_made()).then(|| hash(&(catalog, twins)));
        let key = |question: &Question| {
            let words: BTreeSet<String> = lex::tokens(&question.text)
                .map(|tokens| tokens.iter().map(|token| lex::unquoted(token.text)).collect())
                .unwrap_or_default();
            let named: Vec<_> = words.iter().filter_map(|word| named.get(word.as_str())).collect();
            let relations = relations.as_ref().filter(|_| question.role.is_made());
            hash(&(&around, question, twins.get(&question.table), named, relations))
        };
        questions.iter().map(key).collect()
    }

    /// What a word in a text may mean beside a column.
    fn named(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let catalog = &self.live.catalog;
        let ours = catalog.objects().values().flat_map(Object::occupies);
        let meant = |name: &Name| !matches!(name.space, Space::Column | Space::Constraint);
        for name in ours.chain(catalog.externals().keys().cloned()).filter(meant) {
            let last = name.path.last().map(|last| last.as_str().to_owned());
            named.entry(last.unwrap_or_default()).or_default().insert(format!("{name:?}"));
        }
        for thing in &catalog.notes.unmodelled {
            for word in thing.what.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                named.entry(word.to_owned()).or_default().insert(thing.what.clone());
            }
        }
        named
    }
}

fn hash(of: &impl Debug) -> String {
    hex(&Sha256::digest(format!("{of:?}"))[..16])
}

impl Asker for Remembering<'_> {
    fn ask(
        &mut self,
        questions: &[Question],
        twins: &BTreeMap<Qualified, Twin>,
        stand_ins: &StandIns,
    ) -> Result<Vec<Answer>> {
        let keys = self.keys(questions, twins, stand_ins);
        let unknown = |(_, key): &(&Question, &String)| !self.known.spelled.contains_key(*key);
        let (open, open_keys): (Vec<Question>, Vec<&String>) =
            questions.iter().zip(&keys).filter(unknown).map(|(question, key)| (question.clone(), key)).unzip();
        let asked = if open.is_empty() { Vec::new() } else { self.asker.ask(&open, twins, stand_ins)? };
        let mut answers: BTreeMap<&String, Answer> = open_keys.into_iter().zip(asked).collect();
        for key in &keys {
            match answers.get(key) {
                Some(Answer::Spelled(text)) => {
                    self.known.learned |= self.known.spelled.insert(key.clone(), text.clone()).is_none();
                }
                Some(_) => {}
                None => {
                    let text = self.known.spelled.get(key).cloned().unwrap_or_default();
                    self.known.used.insert(key.clone());
                    answers.insert(key, Answer::Spelled(text));
                }
            }
        }
        let silent = || Answer::Untold("the server gave no answer".into());
        Ok(keys.iter().map(|key| answers.get(key).cloned().unwrap_or_else(silent)).collect())
    }

    fn installs(&mut self, name: &Ident, version: &str, from: Option<&str>) -> Result<Installs> {
        self.asker.installs(name, version, from)
    }

    fn brought(&mut self, extensions: &[&Object]) -> Result<Externals> {
        self.asker.brought(extensions)
    }

    fn required(&mut self, extensions: &[Ident]) -> Result<BTreeMap<Ident, Vec<Ident>>> {
        self.asker.required(extensions)
    }
}
