//! Over which relations is a text tried that may speak of any?
//!
//! Over the real ones, as far as these are there as they are wanted. One that is new or changes, and whatever stands on such a
//! one and below the text, is made in the temporary schema first: a table as a twin, a view by its query.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::{Question, Twin};
use super::stand_in::StandIns;
use crate::draft::Entry;
use crate::introspect::Live;
use crate::kind::{ColumnShape, MADE, Name, Object, Space};
use crate::lex;
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

/// The twins of the tables that questions are on, and of what these need.
pub fn twins(
    entries: &[Entry],
    live: &Live,
    questions: &[Question],
    stand_ins: &StandIns,
) -> BTreeMap<Qualified, Twin> {
    let asked: BTreeSet<&Qualified> = questions.iter().map(|question| &question.table).collect();
    let of_query =
        |entry: &Entry| entry.object.queried(&entry_name(entry)).is_some_and(|(name, _)| asked.contains(&name));
    let made = questions.iter().any(|question| question.role.is_made()) || entries.iter().any(of_query);
    let mut twins: BTreeMap<Qualified, Twin> = BTreeMap::new();
    for entry in entries {
        if let Some((table, column)) = entry.object.as_column()
            && (made || asked.contains(table))
        {
            twins.entry(table.clone()).or_default().columns.push(column);
        }
    }
    if made {
        let relations = Relations::of(entries, live, &mut twins, stand_ins);
        for question in questions {
            let on = relations.below(question);
            let twin = twins.entry(question.table.clone()).or_default();
            let more: Vec<Qualified> = on.into_iter().filter(|name| !twin.on.contains(name)).collect();
            twin.on.extend(more);
        }
    }
    twins
}

/// What an object is called in the temporary schema.
fn entry_name(entry: &Entry) -> Qualified {
    Qualified::new(super::stand_in::TEMPORARY, entry.object.id().last().map_or("", Ident::as_str))
}

/// The relations of the models, and those of them that are not there as they are wanted.
struct Relations {
    by_name: BTreeMap<String, Vec<Qualified>>,
    /// What each query speaks of.
    texts: BTreeMap<Qualified, BTreeSet<Vec<String>>>,
    moved: BTreeSet<Qualified>,
}

impl Relations {
    fn of(entries: &[Entry], live: &Live, twins: &mut BTreeMap<Qualified, Twin>, stand_ins: &StandIns) -> Self {
        let mut before: BTreeMap<&Qualified, Vec<ColumnShape>> = BTreeMap::new();
        for (table, column) in live.catalog.objects().values().filter_map(Object::as_column) {
            before.entry(table).or_default().push(column);
        }
        before.values_mut().for_each(|columns| columns.sort_by(|a, b| a.name.cmp(&b.name)));
        let (mut by_name, mut texts) = (BTreeMap::<String, Vec<Qualified>>::new(), BTreeMap::new());
        let mut moved = BTreeSet::new();
        for entry in entries {
            if let Some((table, key)) = entry.object.reference_key() {
                twins.entry(table.clone()).or_default().key = key.to_vec();
            }
            let id = entry.object.id();
            if let ([schema, name], true) = (id.path.as_slice(), entry.object.parent().is_none())
                && entry.object.occupies().iter().any(|name| name.space == Space::Relation)
            {
                by_name.entry(name.as_str().to_owned()).or_default().push(Qualified::new(schema, name));
            }
            if let Some((name, sql)) = entry.object.queried(&entry_name(entry)) {
                texts.insert(name.clone(), lex::chains(sql.as_str()));
                if live.catalog.get(&id) != Some(&entry.object) || stand_ins.is_to_come(&id.place()) {
                    moved.insert(name.clone());
                }
                twins.entry(name).or_default().query = Some(sql);
            }
        }
        for (name, twin) in twins.iter().filter(|(_, twin)| twin.query.is_none()) {
            let mut columns = twin.columns.clone();
            columns.sort_by(|a, b| a.name.cmp(&b.name));
            let own = columns.iter().any(|column| stand_ins.ty(&column.ty) != column.ty);
            if own || before.get(name) != Some(&columns) || stand_ins.reads_otherwise(name) {
                moved.insert(name.clone());
            }
        }
        let mut relations = Self { by_name, texts, moved };
        relations.spread();
        relations
    }

    /// What stands on something that moves, moves.
    fn spread(&mut self) {
        loop {
            let on_moved = |(name, names): &(&Qualified, &BTreeSet<Vec<String>>)| {
                !self.moved.contains(*name) && self.spoken(names, name).iter().any(|below| self.moved.contains(below))
            };
            let more: Vec<Qualified> = self.texts.iter().filter(on_moved).map(|(name, _)| name.clone()).collect();
            if more.is_empty() {
                return;
            }
            self.moved.extend(more);
        }
    }

    /// The relations that names may mean in a text of `of`.
    fn spoken(&self, names: &BTreeSet<Vec<String>>, of: &Qualified) -> BTreeSet<Qualified> {
        let mut found = BTreeSet::new();
        for parts in names {
            let called = |last: &str| self.by_name.get(last).map_or(&[][..], Vec::as_slice);
            if let [schema, last, ..] = parts.as_slice() {
                found.extend(called(last).iter().filter(|name| name.schema.as_str() == schema).cloned());
            }
            let Some(first) = parts.first() else { continue };
            let own: Vec<&Qualified> = called(first).iter().filter(|name| name.schema == of.schema).collect();
            match own.is_empty() {
                true => found.extend(called(first).iter().cloned()),
                false => found.extend(own.into_iter().cloned()),
            }
        }
        found.remove(of);
        found
    }

    /// What must be made for a question, from the ground up.
    fn below(&self, question: &Question) -> Vec<Qualified> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        if question.role.is_made() {
            self.collect(&lex::chains(&question.text), &question.table, &mut seen, &mut order);
        }
        if let Some(names) = self.texts.get(&question.table).filter(|_| question.role.is_of_table()) {
            self.collect(names, &question.table, &mut seen, &mut order);
        }
        if question.role.is_of_table() {
            order.retain(|name| *name != question.table);
        }
        order
    }

    fn collect(
        &self,
        names: &BTreeSet<Vec<String>>,
        of: &Qualified,
        seen: &mut BTreeSet<Qualified>,
        order: &mut Vec<Qualified>,
    ) {
        for name in self.spoken(names, of) {
            if !self.moved.contains(&name) || !seen.insert(name.clone()) {
                continue;
            }
            if let Some(names) = self.texts.get(&name) {
                self.collect(names, &name, seen, order);
            }
            order.push(name);
        }
    }
}

/// Two that bear one name cannot both be in the temporary schema.
pub fn clash<'a>(twin: &'a Twin, table: Option<&'a Qualified>) -> Option<&'a Ident> {
    let mut seen = BTreeSet::from([MADE]);
    twin.on.iter().chain(table).map(|name| &name.name).find(|name| !seen.insert(name.as_str()))
}

/// What a message may call missing that the models make: columns, and routines and operators by their names.
pub fn to_come(entries: &[Entry]) -> BTreeSet<String> {
    let last = |name: Name| match name.space {
        Space::Column => name.path.last().map(|last| last.as_str().to_owned()),
        Space::Routine | Space::Operator => name.path.get(1).map(|name| name.as_str().to_owned()),
        _ => None,
    };
    entries.iter().flat_map(|entry| entry.object.occupies()).filter_map(last).collect()
}

/// `column t.b does not exist`, `function public.f(integer) does not exist`, `column "b" does not exist`
pub fn is_to_come(message: &str, to_come: &BTreeSet<String>) -> bool {
    // `operator does not exist: integer public.=== integer`
    if message.starts_with("operator ") {
        return lex::operators(message).iter().flatten().any(|operator| to_come.contains(operator));
    }
    let named = lex::names_after(message, &["column", "function", "procedure", "aggregate"]);
    // the server does not quote the name of a routine, whatever is in it
    let raw = |name: &&String| !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_raw = |name: &String| {
        [" does not exist", "\" does not exist", "("].iter().any(|end| message.contains(&format!("{name}{end}")))
    };
    named.first().and_then(|parts| parts.last()).is_some_and(|last| to_come.contains(last))
        || to_come.iter().filter(raw).any(is_raw)
}

/// The statement that makes a twin in the temporary schema.
pub fn create(name: &Qualified, twin: &Twin, stand_ins: &StandIns) -> Sql {
    if let Some(query) = &twin.query {
        return query.clone();
    }
    let column = |ColumnShape { name, ty, collation }: &ColumnShape| {
        let mut collation = collation.clone();
        collation.iter_mut().for_each(|name| stand_ins.name(Space::Collation, name));
        let sql = Sql::new().ident(name).ty(&stand_ins.ty(ty));
        sql.maybe(collation.as_ref(), |sql, collation| sql.kw("COLLATE").qualified(collation))
    };
    let there = |column: &&Ident| twin.columns.iter().any(|shape| shape.name == **column);
    let key = Sql::new().kw("PRIMARY KEY").names(twin.key.iter().filter(there));
    let key = (!twin.key.is_empty() && twin.key.iter().all(|column| there(&column))).then_some(key);
    let name = Qualified::new(super::stand_in::TEMPORARY, &name.name);
    Sql::new().kw("CREATE TABLE").qualified(&name).kw("(").list(twin.columns.iter().map(column).chain(key)).kw(")")
}
