//! How does a text read after the renames of what it mentions?
//!
//! As the server would print it: names with their schemas, columns bare where one relation is all that a SELECT reads and
//! behind the relation's name or alias elsewhere. What is not understood stays as it was; then the server finds the text to
//! differ, and what bears it is made anew without need.

use std::collections::BTreeMap;

use super::Renames;
use crate::kind::{Name, Space};
use crate::lex::{self, Kind, Lexeme};
use crate::name::{Ident, Qualified};

mod literal;
#[cfg(test)]
mod tests;

/// What may follow a relation in FROM and is no alias of it.
const NO_ALIAS: [&str; 30] = [
    "on",
    "join",
    "left",
    "right",
    "full",
    "inner",
    "cross",
    "natural",
    "where",
    "group",
    "having",
    "order",
    "limit",
    "offset",
    "union",
    "intersect",
    "except",
    "window",
    "tablesample",
    "using",
    "set",
    "values",
    "returning",
    "for",
    "select",
    "fetch",
    "do",
    "default",
    "overriding",
    "with",
];

/// Which part of a SELECT a token stands in.
#[derive(Clone, Copy, PartialEq)]
enum Clause {
    List,
    From,
    Rest,
}

/// What a SELECT reads, and by which names.
#[derive(Default)]
struct Scope {
    items: usize,
    only: Option<Qualified>,
}

struct Walk<'a> {
    renames: &'a Renames,
    tokens: Vec<Lexeme<'a>>,
    scopes: Vec<Scope>,
    /// By what the text calls it; `None` where that is not clear.
    aliases: BTreeMap<String, Option<Qualified>>,
    /// Bare words and the scopes that they stand in, to be looked at when all of FROM has been.
    words: Vec<(usize, usize)>,
    listed: Vec<usize>,
    edits: BTreeMap<usize, (usize, String)>,
    /// What has another name, or a part that has, by its own name.
    bare: BTreeMap<(Space, &'a str), Qualified>,
}

/// Where the text stands on a table, the bare words in it are that table's columns.
pub(super) fn rewritten(renames: &Renames, table: Option<&Qualified>, source: &str) -> String {
    let Ok(tokens) = lex::tokens(source) else { return source.to_owned() };
    let mut walk = Walk {
        renames,
        tokens,
        scopes: vec![Scope { items: usize::from(table.is_some()), only: table.cloned() }],
        aliases: BTreeMap::new(),
        words: Vec::new(),
        listed: Vec::new(),
        edits: BTreeMap::new(),
        bare: renames.iter().filter_map(|(name, _)| bare(name)).collect(),
    };
    if let Some(table) = table {
        for name in [table.name.as_str(), "new", "old", "excluded"] {
            walk.aliases.insert(name.to_owned(), Some(table.clone()));
        }
    }
    walk.read();
    walk.name_columns();
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    for (start, (end, text)) in walk.edits {
        out.push_str(&source[done..start]);
        out.push_str(&text);
        done = end;
    }
    out + &source[done..]
}

/// By what a text calls it that does not write the schema.
fn bare(name: &Name) -> Option<((Space, &str), Qualified)> {
    let space = match name.space {
        Space::Column => Space::Relation,
        space => space,
    };
    let [schema, own, ..] = name.path.as_slice() else { return None };
    Some(((space, own.as_str()), Qualified { schema: schema.clone(), name: own.clone() }))
}

impl Walk<'_> {
    fn is(&self, n: usize, text: &str) -> bool {
        self.tokens.get(n).is_some_and(|token| token.text.eq_ignore_ascii_case(text))
    }

    fn before(&self, n: usize, text: &str) -> bool {
        n > 0 && self.is(n - 1, text)
    }

    /// `a.b.c` from the n-th token on: its parts, and the token behind it.
    fn chain(&self, n: usize) -> (Vec<String>, usize) {
        let (mut parts, mut next) = (Vec::new(), n);
        while let Some(token) = self.tokens.get(next).filter(|token| token.kind == Kind::Word) {
            parts.push(lex::unquoted(token.text));
            next += 1;
            let goes_on = self.is(next, ".") && self.tokens.get(next + 1).is_some_and(|token| token.kind == Kind::Word);
            if !goes_on {
                break;
            }
            next += 1;
        }
        (parts, next)
    }

    fn edit(&mut self, n: usize, text: String) {
        let token = self.tokens[n];
        self.edits.insert(token.start, (token.end(), text));
    }

    fn read(&mut self) {
        // a level of brackets: its scope, and the clause that it stands in
        let mut levels = vec![(0, Clause::Rest)];
        let mut into = None;
        let mut n = 0;
        while let Some(token) = self.tokens.get(n).copied() {
            let (scope, clause) = levels.last().copied().unwrap_or((0, Clause::Rest));
            let mut now = None;
            match (token.kind, token.text.to_ascii_lowercase().as_str()) {
                (Kind::Symbol, "(") => match into.take() {
                    Some(table) => {
                        self.scopes.push(Scope { items: 1, only: Some(table) });
                        levels.push((self.scopes.len() - 1, Clause::Rest));
                    }
                    None => levels.push((scope, if clause == Clause::From { Clause::From } else { Clause::Rest })),
                },
                (Kind::Symbol, ")") if levels.len() > 1 => {
                    levels.pop();
                }
                (Kind::Word, "select" | "insert" | "update" | "delete") if !self.before(n, ".") => {
                    self.scopes.push(Scope::default());
                    let clause = if self.is(n, "select") { Clause::List } else { Clause::From };
                    levels.last_mut().into_iter().for_each(|level| *level = (self.scopes.len() - 1, clause));
                }
                (Kind::Word, "from") if clause == Clause::List && !self.before(n, "distinct") => {
                    now = Some(Clause::From)
                }
                (Kind::Word, "join" | "into") => now = Some(Clause::From),
                (Kind::Word, "on" | "where" | "group" | "having" | "order" | "window" | "set" | "values") => {
                    now = Some(Clause::Rest)
                }
                (Kind::Word, _) => {
                    let (parts, next) = self.chain(n);
                    n = match clause {
                        Clause::From => self.relation(n, &parts, next, scope, &mut into),
                        _ => self.mention(n, &parts, next, scope, clause == Clause::List),
                    };
                    continue;
                }
                (Kind::Text, _) => self.literal(n),
                _ => {}
            }
            if let (Some(clause), Some(level)) = (now, levels.last_mut()) {
                level.1 = clause;
            }
            n += 1;
        }
    }

    /// In FROM: a relation with its alias, or what is no relation.
    fn relation(
        &mut self,
        n: usize,
        parts: &[String],
        next: usize,
        scope: usize,
        into: &mut Option<Qualified>,
    ) -> usize {
        if self.is(next, "(") && parts.len() < 3 {
            self.scopes[scope].items += 1;
            return self.mention(n, parts, next, scope, false);
        }
        let (table, name) = match parts {
            [schema, name] => {
                let table = Qualified::new(schema.as_str(), name.as_str());
                self.named(n, Space::Relation, &table);
                (table, name)
            }
            [name] if ["from", "join", ",", "only", "into", "update"].iter().any(|lead| self.before(n, lead)) => {
                let table = self.bare.get(&(Space::Relation, name.as_str())).cloned();
                let table = table.unwrap_or_else(|| Qualified::new("", name.as_str()));
                self.named_bare(n, Space::Relation, name);
                (table, name)
            }
            // an alias, LEFT, LATERAL
            [_] => return next,
            _ => return self.mention(n, parts, next, scope, false),
        };
        let scope = &mut self.scopes[scope];
        scope.items += 1;
        scope.only = Some(table.clone());
        let at = next + usize::from(self.is(next, "as"));
        let alias =
            self.tokens.get(at).filter(|token| token.kind == Kind::Word && !NO_ALIAS.iter().any(|w| token.is_word(w)));
        let (called, next) = match alias {
            Some(alias) => (lex::unquoted(alias.text), at + 1),
            None => (name.clone(), next),
        };
        // with names of its own for the columns, none of them is the table's
        let opaque = alias.is_some() && self.is(next, "(");
        let meant = (!opaque).then(|| table.clone());
        match self.aliases.get_mut(&called) {
            Some(other) if *other != meant => *other = None,
            Some(_) => {}
            None => {
                self.aliases.insert(called, meant);
            }
        }
        *into = Some(table).filter(|_| self.before(n, "into"));
        next
    }

    /// Anywhere else: a routine, a type, a column.
    fn mention(&mut self, n: usize, parts: &[String], next: usize, scope: usize, listed: bool) -> usize {
        if listed && (self.before(n, "select") || self.before(n, ",") || self.before(n, "distinct")) {
            let ends = [",", "from", ")", "union", "except", "intersect", "where"];
            if next >= self.tokens.len() || ends.iter().any(|end| self.is(next, end)) {
                self.listed.push(next - 1);
            }
        }
        let called = self.is(next, "(");
        match parts {
            [name] if called => self.named_bare(n, Space::Routine, name),
            [name] if self.before(n, "::") => self.named_bare(n, Space::Type, name),
            [schema]
                if self.is(next, ".")
                    && self.tokens.get(next + 1).is_some_and(|t| t.kind == Kind::Symbol && t.text != "*") =>
            {
                let mut name = Ident::new(schema.as_str());
                self.renames.schema(&mut name);
                if name.as_str() != schema {
                    self.edit(n, name.quoted());
                }
            }
            [_] => self.words.push((n, scope)),
            [of, name] if called => {
                let mut routine = Qualified::new(of.as_str(), name.as_str());
                self.renames.qualified(Space::Routine, &mut routine);
                self.put(n, &Qualified::new(of.as_str(), name.as_str()), &routine);
            }
            [of, name] => {
                let whole = Qualified::new(of.as_str(), name.as_str());
                let spaces = [Space::Relation, Space::Type, Space::Collation, Space::TextSearchConfiguration];
                // one that has another name itself goes before one whose schema has
                let own = |space: &Space| self.renames.has(&Name::new(*space, [&whole.schema, &whole.name]));
                let space = spaces.into_iter().find(own).unwrap_or(Space::Relation);
                if !self.named(n, space, &whole) {
                    self.words.push((n, scope));
                }
            }
            [schema, table, _] => {
                let of = Qualified::new(schema.as_str(), table.as_str());
                self.named(n, Space::Relation, &of);
                self.column(n + 4, &of);
            }
            _ => {}
        }
        next
    }

    /// Whether the two-part name from the n-th token on has another.
    fn named(&mut self, n: usize, space: Space, old: &Qualified) -> bool {
        let mut new = old.clone();
        self.renames.qualified(space, &mut new);
        self.put(n, old, &new)
    }

    /// The same of a name without a schema.
    fn named_bare(&mut self, n: usize, space: Space, name: &str) {
        let Some(old) = self.bare.get(&(space, name)).cloned() else { return };
        let mut new = old.clone();
        self.renames.qualified(space, &mut new);
        if new.name != old.name {
            self.edit(n, new.name.quoted());
        }
    }

    fn put(&mut self, n: usize, old: &Qualified, new: &Qualified) -> bool {
        if old.schema != new.schema {
            self.edit(n, new.schema.quoted());
        }
        if old.name != new.name {
            self.edit(n + 2, new.name.quoted());
        }
        old != new
    }

    /// The n-th token as a column of the table.
    fn column(&mut self, n: usize, table: &Qualified) {
        let old = Ident::new(lex::unquoted(self.tokens[n].text));
        let mut new = old.clone();
        self.renames.column(table, &mut new);
        if new != old {
            let listed = self.listed.contains(&n);
            // the column of a query keeps the name that it had
            self.edit(n, if listed { format!("{} AS {}", new.quoted(), old.quoted()) } else { new.quoted() });
        }
    }

    /// Columns, now that it is known what each SELECT reads.
    fn name_columns(&mut self) {
        for (n, scope) in std::mem::take(&mut self.words) {
            let word = lex::unquoted(self.tokens[n].text);
            if !self.is(n + 1, ".") {
                let Scope { items: 1, only: Some(table) } = &self.scopes[scope] else { continue };
                let table = table.clone();
                self.column(n, &table);
                continue;
            }
            let Some(Some(table)) = self.aliases.get(&word).cloned() else { continue };
            let mut new = table.clone();
            self.renames.relation(&mut new);
            // without an alias the server calls it by its name
            if word == table.name.as_str() && new.name != table.name {
                self.edit(n, new.name.quoted());
            }
            if self.tokens.get(n + 2).is_some_and(|token| token.kind == Kind::Word) {
                self.column(n + 2, &table);
            }
        }
    }
}
