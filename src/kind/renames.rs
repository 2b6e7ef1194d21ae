//! What does a rename do to everything that mentions the renamed thing?
//!
//! Invariant: a rename is told by the whole path that a name has before all of them and the whole path that it has after
//! all of them, so that renames of a thing and of what it is in hold together, and the way back is the same turned round.

use std::collections::BTreeMap;

use super::types::TypeName;
use super::{Expression, Fact, Id, Name, Object, Space, Type};
use crate::name::{Ident, Qualified};

mod sql;
mod text;
mod yaml;

pub use sql::{hazards, statement};
pub use yaml::{Former, Renamed};

/// Renames that hold together: old to new, each in its namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    paths: BTreeMap<Name, Vec<Ident>>,
}

impl Space {
    /// How many names stand before one in it, where that can be followed: nothing, a schema, or a schema and a table or type.
    pub fn depth(self) -> usize {
        use Space::*;
        match self {
            Relation
            | Type
            | OperatorClass
            | UsualOperatorClass
            | OperatorFamily
            | Operator
            | Collation
            | Routine
            | TextSearchParser
            | TextSearchTemplate
            | TextSearchDictionary
            | TextSearchConfiguration
            | Conversion
            | Statistics => 1,
            Column | Constraint | Label | Trigger | Policy | Rule => 2,
            _ => 0,
        }
    }
}

impl Space {
    /// When its renames are made: after those of what stands before its names, and of the types that tell them apart.
    pub fn rank(self) -> usize {
        match (self.depth(), self) {
            (2, _) => 3,
            (_, Space::Routine) => 2,
            (depth, _) => depth,
        }
    }
}

impl Renames {
    /// The greatest [`Space::rank`].
    pub const LAST: usize = 3;

    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Name, &[Ident])> {
        self.paths.iter().map(|(old, new)| (old, new.as_slice()))
    }

    /// Whether the name itself has another, whatever it is in.
    pub fn has(&self, name: &Name) -> bool {
        self.paths.contains_key(name)
    }

    /// Of the name, and not of what is in it; what it is in may have been renamed before.
    pub fn put(&mut self, old: Name, new: &Ident) {
        let mut path = self.path(old.space, &old.path).unwrap_or_else(|| old.path.clone());
        let at = old.space.depth();
        if let Some(last) = path.get_mut(at) {
            *last = new.clone();
            self.paths.insert(old, path);
        }
    }

    /// Of the object: all the names that it takes with its own.
    pub fn add(&mut self, old: &Object, new: &Ident) {
        let place = old.id().place();
        let own = place.path.get(place.space.depth()).cloned();
        for name in old.occupies() {
            if name.path.get(name.space.depth()) == own.as_ref() {
                self.put(name, new);
            }
        }
    }

    /// With these, which come after them.
    pub fn then(&mut self, others: &Self) {
        let back = self.inverted();
        for (old, new) in &others.paths {
            let mut old = old.clone();
            back.name(&mut old);
            self.paths.insert(old, new.clone());
        }
    }

    /// With what gets its name from what it inherits from, however far below.
    pub fn spread<'a>(&mut self, objects: impl Iterator<Item = &'a Object>) {
        if self.is_empty() {
            return;
        }
        let mut below: Vec<(Name, Vec<Id>)> =
            objects.map(|object| (object.id().place(), object.renamed_with())).collect();
        below.retain(|(name, parents)| !parents.is_empty() && !self.has(name));
        loop {
            let before = below.len();
            below.retain(|(name, parents)| {
                let new = parents.iter().find_map(|parent| self.paths.get(&parent.place())?.last().cloned());
                new.iter().for_each(|new| self.put(name.clone(), new));
                new.is_none()
            });
            if below.len() == before {
                return;
            }
        }
    }

    /// For the way back.
    pub fn inverted(&self) -> Self {
        let turned =
            |(old, new): (&Name, &Vec<Ident>)| (Name { space: old.space, path: new.clone() }, old.path.clone());
        Self { paths: self.paths.iter().map(turned).collect() }
    }

    /// Those that are made before the ones of this rank.
    pub fn above(&self, rank: usize) -> Self {
        let paths = self.paths.iter().filter(|(old, _)| old.space.rank() < rank);
        Self { paths: paths.map(|(old, new)| (old.clone(), new.clone())).collect() }
    }

    /// Those of schemas, routines and sequences: nothing else can be tried on a copy that has the new name.
    pub fn of_what_has_no_copy(&self) -> Self {
        let is_row = |name: &Name| self.paths.contains_key(&Name { space: Space::Type, path: name.path.clone() });
        let copied = |name: &Name| match name.space {
            Space::Relation => is_row(name),
            Space::Type | Space::Collation | Space::Column | Space::Label => true,
            _ => false,
        };
        let paths = self.paths.iter().filter(|(old, _)| !copied(old));
        Self { paths: paths.map(|(old, new)| (old.clone(), new.clone())).collect() }
    }

    /// The whole path after the renames, where it is another.
    fn path(&self, space: Space, path: &[Ident]) -> Option<Vec<Ident>> {
        if self.is_empty() {
            return None;
        }
        let depth = space.depth();
        let named = |space: Space, path: &[Ident]| self.paths.get(&Name { space, path: path.to_vec() });
        if let Some(new) = named(space, path) {
            return Some(new.clone());
        }
        let (first, rest) = path.split_first()?;
        if depth == 2
            && let Some((of, [last, ..])) = path.split_at_checked(2)
            && let Some(new) = named(Space::Relation, of).or_else(|| named(Space::Type, of))
        {
            return Some(new.iter().chain([last]).cloned().collect());
        }
        let new = (depth > 0).then(|| named(Space::Schema, std::slice::from_ref(first))).flatten()?;
        Some(new.iter().chain(rest).cloned().collect())
    }

    pub fn name(&self, name: &mut Name) {
        if let Some(path) = self.path(name.space, &name.path) {
            name.path = path;
        }
    }

    pub fn id(&self, id: &mut Id) {
        if self.is_empty() {
            return;
        }
        if let Some(on) = &mut id.on {
            return self.id(on);
        }
        let Name { space, path } = id.place();
        if let Some(path) = self.path(space, &path) {
            id.path = path;
        }
        if space == Space::Routine
            && let Some(signature) = id.path.get_mut(2)
        {
            *signature = self.signature(signature);
        }
    }

    /// `(public.mood, integer)`
    fn signature(&self, signature: &Ident) -> Ident {
        let mut types = super::routine::types_of(signature);
        self.types(types.iter_mut());
        super::routine::signature(&types)
    }

    /// Where several bear the name and are told apart by more, the wrong one may be followed, which costs a needless
    /// recreation of what speaks of it.
    pub fn qualified(&self, space: Space, name: &mut Qualified) {
        if self.is_empty() {
            return;
        }
        let path = [name.schema.clone(), name.name.clone()];
        let new = match self.like(space, &path) {
            Some(new) => Some(new.clone()),
            None => self.path(space, &path),
        };
        if let Some([schema, new, ..]) = new.as_deref() {
            *name = Qualified { schema: schema.clone(), name: new.clone() };
        }
    }

    /// One whose path only begins so.
    fn like(&self, space: Space, path: &[Ident]) -> Option<&Vec<Ident>> {
        let from = Name { space, path: path.to_vec() };
        let (old, new) = self.paths.range(from..).next().filter(|_| space.tells_apart())?;
        (old.space == space && old.path.starts_with(path)).then_some(new)
    }

    /// What is told apart by more than its name; both as they are before the renames.
    pub fn exactly(&self, space: Space, name: &mut Qualified, more: &Ident) {
        if self.is_empty() {
            return;
        }
        let path = [name.schema.clone(), name.name.clone(), more.clone()];
        if let Some([schema, new, _]) = self.path(space, &path).as_deref() {
            *name = Qualified { schema: schema.clone(), name: new.clone() };
        }
    }

    /// A table, view, index or sequence.
    pub fn relation(&self, name: &mut Qualified) {
        self.qualified(Space::Relation, name);
    }

    /// The row type of a table has the table's name.
    pub fn ty(&self, ty: &mut Type) {
        if let TypeName::Named(name) = &mut ty.name {
            self.qualified(Space::Type, name);
        }
    }

    pub fn types<'a>(&self, types: impl IntoIterator<Item = &'a mut Type>) {
        types.into_iter().for_each(|ty| self.ty(ty));
    }

    pub fn schema(&self, schema: &mut Ident) {
        self.global(Space::Schema, schema);
    }

    /// What is in no schema.
    pub fn global(&self, space: Space, name: &mut Ident) {
        if let Some([new]) = self.path(space, std::slice::from_ref(name)).as_deref() {
            *name = new.clone();
        }
    }

    /// What is in a table or a type, by the name that this has before the renames.
    pub fn within(&self, space: Space, of: &Qualified, name: &mut Ident) {
        if self.is_empty() {
            return;
        }
        let path = [of.schema.clone(), of.name.clone(), name.clone()];
        if let Some(new) = self.path(space, &path).and_then(|path| path.into_iter().nth(2)) {
            *name = new;
        }
    }

    /// `table` under its old name.
    pub fn column(&self, table: &Qualified, column: &mut Ident) {
        self.within(Space::Column, table, column);
    }

    pub fn columns<'a>(&self, table: &Qualified, columns: impl IntoIterator<Item = &'a mut Ident>) {
        for column in columns {
            self.column(table, column);
        }
    }

    /// An index is in its table's schema.
    pub fn index(&self, table: &Qualified, index: &mut Ident) {
        let mut name = Qualified { schema: table.schema.clone(), name: index.clone() };
        self.relation(&mut name);
        *index = name.name;
    }

    pub fn label(&self, ty: &Qualified, label: &mut String) {
        if self.is_empty() {
            return;
        }
        let mut name = Ident::new(label.as_str());
        self.within(Space::Label, ty, &mut name);
        *label = name.as_str().to_owned();
    }

    pub fn refer(&self, references: Vec<(Space, &mut Qualified)>) {
        references.into_iter().for_each(|(space, name)| self.qualified(space, name));
    }

    /// A text that stands on a table, and names its columns bare.
    pub fn expression(&self, table: &Qualified, expression: &mut Expression) {
        if !self.is_empty() {
            self.rewrite(expression, Some(table));
        }
    }

    /// A text that stands on no table, or a whole query.
    pub fn text(&self, expression: &mut Expression) {
        if !self.is_empty() {
            self.rewrite(expression, None);
        }
    }

    /// A text that is no object's.
    pub fn loose(&self, source: &str) -> String {
        if self.is_empty() { source.to_owned() } else { text::rewritten(self, None, source) }
    }

    fn rewrite(&self, expression: &mut Expression, table: Option<&Qualified>) {
        let read = |source: &str| text::rewritten(self, table, source);
        let written = crate::sql::Expr::from_server(read(expression.written.text()));
        let canonical = read(&expression.canonical);
        *expression = Expression { written, canonical };
    }
}

impl Object {
    pub fn renamed(&self, renames: &Renames) -> Self {
        let mut object = self.clone();
        object.rename(renames);
        object
    }

    /// The same object by another name.
    pub fn under_the_name(&self, name: &Ident) -> Self {
        let mut renames = Renames::default();
        renames.add(self, name);
        self.renamed(&renames)
    }

    /// In their order, where it is an enum.
    pub fn labels(&self) -> Vec<String> {
        let label = |fact| match fact {
            Fact::Label(_, label) => Some(label),
            _ => None,
        };
        self.provides().into_iter().filter_map(label).collect()
    }
}

/// Which name becomes which, one after the other, where names stand in a list and each may only be one that is free by then.
pub fn in_turn(old: &[String], new: &[String]) -> Vec<(String, String)> {
    let mut now = old.to_vec();
    let mut turns = Vec::new();
    loop {
        let waiting: Vec<usize> = (0..now.len().min(new.len())).filter(|n| now[*n] != new[*n]).collect();
        let free = waiting.iter().copied().find(|n| !now.contains(&new[*n]));
        let (n, name) = match (free, waiting.first()) {
            (_, None) => return turns,
            (Some(n), _) => (n, new[n].clone()),
            // they pass their names in a circle
            (None, Some(n)) => (*n, passing(&now[*n], |name| now.iter().chain(new).any(|other| other == name))),
        };
        turns.push((std::mem::replace(&mut now[n], name.clone()), name));
    }
}

/// A name for what waits until its new one is free.
pub fn passing(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = |n: u32| format!("{}_{n}", crate::name::cut(name, crate::name::MAX_BYTES - 11));
    (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default()
}
