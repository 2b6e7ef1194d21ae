//! What did somebody declare, before it is known what it means in this database?
//!
//! A [`Draft`] holds objects as they were written: types perhaps by an alias, tables without a schema, constraints without
//! a name. [`crate::normal`] makes a catalog of it. What a declaration needs in order to add to it is in [`Scope`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::Naming;
use crate::error::{Error, Place, Result};
use crate::kind::statement::About;
use crate::kind::{Aspect, Backfill, Expression, Id, Managed, Object, Pace, Type};
use crate::lex;
use crate::name::{Ident, Qualified};
use crate::spanned::Spanned;
use crate::sql::Expr;

#[derive(Debug, Default)]
pub struct Draft {
    pub entries: Vec<Entry>,
    pub renames: Vec<RenameHint>,
    pub values: Vec<ValueHint>,
    pub two_steps: Vec<TwoStep>,
    /// Partitioned tables whose partitions something else makes.
    pub unmanaged: BTreeSet<Qualified>,
    /// Who owns what states no owner.
    pub owner: Option<(Ident, Place)>,
    /// What was stated of parts that only some projects manage.
    pub stated: Vec<(Aspect, Place)>,
    pub managed: Managed,
    /// What statements say of things that another file may declare.
    pub about: Vec<About>,
    /// How many files it was read from.
    pub files: usize,
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub object: Object,
    pub place: Place,
    /// Whether somebody chose the name; if not, a live object of equal definition gives it its own.
    pub named: bool,
    /// Position among its siblings.
    pub order: i64,
    /// Whoever uses the database is not to be stopped by its making.
    pub online: bool,
    /// How its rows get their values.
    pub backfill: Option<Backfill>,
}

/// `renamed_from`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameHint {
    /// The object as it is called now.
    pub id: Id,
    pub from: Ident,
    pub place: Place,
}

/// What rows get that hold a value which their type has no more.
#[derive(Debug, Clone)]
pub struct ValueHint {
    /// The type, as it is called now.
    pub id: Id,
    pub old: String,
    /// Null where there is none.
    pub new: Option<String>,
    pub place: Place,
}

/// `rename: { from: …, two_step: true }` of a column, or `change: { two_step: true }`.
#[derive(Debug, Clone)]
pub struct TwoStep {
    /// From its own name where the column keeps that.
    pub hint: RenameHint,
    /// Another type, under one name.
    pub one_name: bool,
    /// How its values are copied.
    pub pace: Option<Pace>,
}

impl RenameHint {
    /// It has not happened, and the new name is taken.
    pub fn both(&self) -> Error {
        Error::no(format!("{} is renamed from {}, and the database has both", self.id, self.from))
            .at(self.place.clone())
    }

    /// Of one that has happened here, in words.
    pub fn done(&self) -> (String, Place) {
        (format!("`renamed_from: {}` of {}", self.from, self.id), self.place.clone())
    }
}

impl Entry {
    /// With nothing said of how it is made.
    pub fn new(object: Object, place: Place, named: bool, order: i64) -> Self {
        Self { object, place, named, order, online: false, backfill: None }
    }
}

impl Draft {
    pub fn push(&mut self, object: impl Into<Object>, place: Place, named: bool) {
        let order = self.entries.len() as i64;
        self.entries.push(Entry::new(object.into(), place, named, order));
    }

    /// As [`Draft::push`], for what says itself that nobody is to be stopped by its making.
    pub fn push_online(&mut self, object: impl Into<Object>, place: Place, named: bool, online: bool) {
        self.push(object, place, named);
        if let Some(last) = self.entries.last_mut() {
            last.online = online;
        }
    }

    /// Of what was pushed last.
    pub fn filled(&mut self, backfill: Option<Backfill>) {
        if let Some(last) = self.entries.last_mut() {
            last.backfill = backfill;
        }
    }

    /// As they may be called in the database: a rename may have happened there or not.
    pub fn unmanaged_tables(&self) -> BTreeSet<Qualified> {
        let mut tables = self.unmanaged.clone();
        for hint in &self.renames {
            if let [schema, name] = hint.id.path.as_slice()
                && self.unmanaged.contains(&Qualified::new(schema, name))
            {
                tables.insert(Qualified::new(schema, &hint.from));
            }
        }
        tables
    }

    /// Something attached to an object, where the declaration has it.
    pub fn attach(&mut self, attachment: Option<impl Into<Object>>, place: &Place) {
        if let Some(attachment) = attachment {
            self.push(attachment, place.clone(), true);
        }
    }

    /// Takes the owner of what states none.
    pub fn owned(&mut self, role: Ident, place: Place) -> Result<()> {
        self.stated.push((Aspect::Owners, place.clone()));
        match &self.owner {
            Some((first, at)) if *first != role => {
                Err(Error::new(format!("both {first} and {role} own what states no owner"))
                    .at(place)
                    .detail(format!("first at {at}"))
                    .hint("keep one of the two, and state the other where it differs"))
            }
            _ => {
                self.owner = Some((role, place));
                Ok(())
            }
        }
    }

    /// Changes what was declared from the `first`-th entry on.
    pub fn each(&mut self, first: usize, change: impl FnMut(&mut Object)) {
        self.entries[first..].iter_mut().map(|entry| &mut entry.object).for_each(change);
    }
}

/// The runner's tables, which no catalog holds.
const BOOKKEEPING: [&str; 2] = ["autogen_revisions", "autogen_steps"];
const NAME: &str = "a name has 1 to 63 bytes, whatever they are but NUL";
const DOTTED: &str = "write name or schema.name; put a part that holds a dot in double quotes";

/// What a declaration is read against.
#[derive(Clone)]
pub struct Scope<'a> {
    pub file: &'a Path,
    /// The schema of what is declared without one: the first of the search path.
    pub schema: Ident,
    pub naming: &'a Naming,
    /// Where the statement begins that is read; in YAML every text has a place of its own.
    pub origin: Option<Place>,
    /// Of each line of the YAML that a Rust file is read as, where that is in the file.
    pub places: Option<&'a [Place]>,
}

impl Scope<'_> {
    pub fn place<T>(&self, spanned: &Spanned<T>) -> Place {
        if let Some(origin) = &self.origin {
            return origin.clone();
        }
        let (line, column) = (spanned.referenced.line() as usize, spanned.referenced.column() as usize);
        if let Some(place) = self.places.and_then(|places| places.get(line.checked_sub(1)?)) {
            return place.clone();
        }
        Place::new(PathBuf::from(self.file), line.max(1), column.max(1))
    }

    pub fn error<T>(&self, message: impl Into<String>, at: &Spanned<T>) -> Error {
        Error::new(message).at(self.place(at))
    }

    /// A name, taken literally: no quotes, no folding.
    pub fn ident(&self, name: &Spanned<String>) -> Result<Ident> {
        Ident::checked(&name.value).map_err(|why| self.error(why, name).hint(NAME))
    }

    pub fn idents(&self, names: &[Spanned<String>]) -> Result<Vec<Ident>> {
        names.iter().map(|name| self.ident(name)).collect()
    }

    /// Columns of a constraint, each of which it can have once.
    pub fn distinct(&self, names: &[Spanned<String>]) -> Result<Vec<Ident>> {
        let mut idents = Vec::with_capacity(names.len());
        for name in names {
            let ident = self.ident(name)?;
            if idents.contains(&ident) {
                return Err(self.error(format!("the column {ident} is named twice"), name).hint("keep one of the two"));
            }
            idents.push(ident);
        }
        Ok(idents)
    }

    /// The name of a schema that a model may make or fill.
    pub fn schema(&self, name: &Spanned<String>) -> Result<Ident> {
        let schema = self.ident(name)?;
        self.ours(&schema, name)?;
        Ok(schema)
    }

    /// PostgreSQL keeps the names that begin with `pg_` for itself.
    fn ours(&self, schema: &Ident, at: &Spanned<String>) -> Result<()> {
        if schema.as_str().starts_with("pg_") || schema.as_str() == "information_schema" {
            return Err(self.error(format!("the schema {schema} is PostgreSQL's own"), at).hint("name another schema"));
        }
        Ok(())
    }

    /// The name of something declared here: `tasks`, `audit.log`, `"odd.name"`.
    pub fn declared(&self, name: &Spanned<String>) -> Result<Qualified> {
        let (schema, last) = self.parts(name)?;
        if let Some(schema) = &schema {
            self.ours(schema, name)?;
        }
        if BOOKKEEPING.contains(&last.as_str()) {
            return Err(self
                .error(format!("{last} is the name of a table of autogen's own"), name)
                .hint("name it otherwise"));
        }
        Ok(Qualified { schema: schema.unwrap_or_else(|| self.schema.clone()), name: last })
    }

    /// The name of something declared inside a table, in the table's schema unless another is written.
    pub fn within(&self, name: &Spanned<String>, schema: &Ident) -> Result<Qualified> {
        let (written, last) = self.parts(name)?;
        if let Some(schema) = &written {
            self.ours(schema, name)?;
        }
        Ok(Qualified { schema: written.unwrap_or_else(|| schema.clone()), name: last })
    }

    /// How many values ANALYZE keeps, as `SET STATISTICS` takes it.
    pub fn statistics_target(&self, number: &Spanned<i64>) -> Result<i16> {
        let fits = i16::try_from(number.value).ok().filter(|target| (0..=10_000).contains(target));
        fits.ok_or_else(|| {
            self.error(format!("a statistics target cannot be {}", number.value), number).hint("it is 0 to 10000")
        })
    }

    /// The name of something referred to; without a schema it is looked up along the search path later.
    pub fn referred(&self, name: &Spanned<String>) -> Result<Qualified> {
        let (schema, name) = self.parts(name)?;
        Ok(Qualified { schema: schema.unwrap_or_else(|| Ident::new("")), name })
    }

    /// A dot separates schema and name; a part that holds a dot or a quote is written in double quotes, as in SQL.
    fn parts(&self, name: &Spanned<String>) -> Result<(Option<Ident>, Ident)> {
        let wrong = |why: String| self.error(why, name);
        let parts =
            split_name(&name.value).ok_or_else(|| wrong(format!("`{}` is not a name", name.value)).hint(DOTTED))?;
        let parts = parts.iter().map(|part| Ident::checked(part)).collect::<Result<Vec<_>, _>>();
        let mut parts = parts.map_err(|why| wrong(why).hint(NAME))?;
        let last = parts.pop().unwrap_or_else(|| Ident::new(""));
        match parts.len() {
            0 => Ok((None, last)),
            1 => Ok((parts.pop(), last)),
            _ => Err(wrong(format!("`{}` has too many dots", name.value)).hint(DOTTED)),
        }
    }

    pub fn ty(&self, text: &Spanned<String>) -> Result<Type> {
        Type::parse(&text.value).map_err(|why| {
            self.error(why, text).hint("write a type as in CREATE TABLE, such as bigint, varchar(200) or text[]")
        })
    }

    pub fn expression(&self, text: &Spanned<String>) -> Result<Expression> {
        let expr = Expr::checked(&text.value).map_err(|why| {
            self.error(why, text).hint(
                "an expression is one piece of SQL, such as lower(title) or 'medium'; the quotes of the file itself do not count",
            )
        })?;
        Ok(Expression::new(expr))
    }
}

/// The parts of a dotted name, each literally as it stands or in double quotes.
pub fn split_name(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    let mut at_start = true;
    while let Some(c) = chars.next() {
        let part = parts.last_mut()?;
        match c {
            '"' if at_start => {
                loop {
                    match chars.next()? {
                        '"' if chars.peek() == Some(&'"') => part.extend(chars.next()),
                        '"' => break,
                        other => part.push(other),
                    }
                }
                if chars.peek().is_some_and(|next| *next != '.') {
                    return None;
                }
            }
            '.' => {
                parts.push(String::new());
                at_start = true;
                continue;
            }
            other => part.push(other),
        }
        at_start = false;
    }
    (!parts.iter().any(String::is_empty)).then_some(parts)
}

/// A name as [`split_name`] reads it back.
pub fn write_name(name: &Qualified, default_schema: &str) -> String {
    let part = |ident: &Ident| {
        let text = ident.as_str();
        if text.contains(['.', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    if name.schema.as_str() == default_schema {
        part(&name.name)
    } else {
        format!("{}.{}", part(&name.schema), part(&name.name))
    }
}

/// Whether a text is one plain name for the lexer.
pub fn is_word(text: &str) -> bool {
    matches!(lex::tokens(text).as_deref(), Ok([one]) if one.kind == lex::Kind::Word)
}
