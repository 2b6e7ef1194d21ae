//! What is one key of an index, or of what an index enforces?
//!
//! A column or an expression, with its collation, operator class and order. Indexes and exclusion constraints share it.

use std::collections::BTreeMap;

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub of: Of,
    /// `None`: the column's own, or the type's.
    pub collation: Option<Qualified>,
    /// `None`: the default one of the type.
    pub opclass: Option<Qualified>,
    /// Parameters of the operator class, e.g. `siglen=16`.
    pub opclass_options: IndexOptions,
    pub order: Order,
    /// Those that a live one has, stated or not; outside `==`.
    pub used: Used,
}

/// So that a model may state what the server takes anyway.
#[derive(Debug, Clone, Default)]
pub struct Used {
    collation: Option<Qualified>,
    opclass: Option<Qualified>,
}

impl PartialEq for Used {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Used {}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Column(Ident),
    Expression(Expression),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    pub descending: bool,
    pub nulls_first: bool,
}

impl Order {
    fn sql(self) -> Sql {
        let sql = Sql::new().when(self.descending, |sql| sql.kw("DESC"));
        match (self.descending, self.nulls_first) {
            (false, true) => sql.kw("NULLS FIRST"),
            (true, false) => sql.kw("NULLS LAST"),
            _ => sql,
        }
    }
}

impl Key {
    /// With nothing more said.
    pub fn of(of: Of) -> Self {
        let (opclass_options, order, used) = Default::default();
        Self { of, collation: None, opclass: None, opclass_options, order, used }
    }

    pub fn column(&self) -> Option<&Ident> {
        match &self.of {
            Of::Column(column) => Some(column),
            Of::Expression(_) => None,
        }
    }

    pub fn expression_mut(&mut self) -> Option<&mut Expression> {
        match &mut self.of {
            Of::Column(_) => None,
            Of::Expression(expression) => Some(expression),
        }
    }

    pub fn sql(&self) -> Sql {
        let Self { of, collation, opclass, opclass_options, order, used: _ } = self;
        let sql = match of {
            Of::Column(column) => Sql::new().ident(column),
            Of::Expression(expression) => expression.written.in_brackets(),
        };
        let sql = sql.maybe(collation.as_ref(), |sql, name| sql.kw("COLLATE").qualified(name));
        let sql = sql.maybe(opclass.as_ref(), |sql, name| sql.qualified(name));
        let sql = if opclass_options.is_empty() { sql } else { sql.sql(&opclass_options.sql()) };
        if order.sql().is_empty() { sql } else { sql.sql(&order.sql()) }
    }

    /// A plain column with nothing said goes along with a change of its type; anything else is tied to the type.
    pub fn requires(&self, table: &Qualified) -> Vec<Need> {
        let mut needs = match &self.of {
            Of::Column(column) if self.opclass.is_none() && self.collation.is_none() => {
                vec![Need::exists(Name::column(table, column))]
            }
            Of::Column(column) => vec![Need::Type(Name::column(table, column))],
            Of::Expression(expression) => vec![Need::mentions(Mentions::of(table, expression))],
        };
        let outside = |name: &&Qualified| name.schema.as_str() != "pg_catalog";
        for (space, name) in [(Space::OperatorClass, &self.opclass), (Space::Collation, &self.collation)] {
            if let Some(name) = name.as_ref().filter(outside) {
                needs.push(Need::exists(Name::new(space, [&name.schema, &name.name])));
            }
        }
        needs
    }

    /// The class that the method takes unasked holds the index as well.
    pub fn unasked(&self, table: &Qualified, method: &Ident) -> Option<Need> {
        let usual = Name::new(Space::UsualOperatorClass, [method]);
        match (&self.of, &self.opclass, &self.used.opclass) {
            (.., Some(_), _) => None,
            (Of::Column(column), ..) => Some(Need::OfType(Name::column(table, column), usual)),
            // of an expression only the server knows the type
            (Of::Expression(_), _, used) => {
                used.as_ref().map(|used| Need::AsIs(Name::new(Space::OperatorClass, [&used.schema, &used.name])))
            }
        }
    }

    /// Where the type is not known, whatever could be meant had better be there before an index is.
    pub fn prefers(&self, method: &Ident) -> Option<Need> {
        let open = self.opclass.is_none() && self.column().is_none();
        open.then(|| Need::AsIs(Name::new(Space::UsualOperatorClass, [method])))
    }

    /// What is stated and is what a live key of the same column or words has anyway is as if it were not stated.
    pub fn adopt(&mut self, live: &Self) {
        let same = match (&self.of, &live.of) {
            (Of::Column(ours), Of::Column(theirs)) => ours == theirs,
            (Of::Expression(ours), Of::Expression(theirs)) => {
                words(ours.written.text()).is_subset(&words(theirs.written.text()))
            }
            _ => false,
        };
        if same && live.collation.is_none() && self.collation == live.used.collation {
            self.collation = None;
        }
        if same && live.opclass.is_none() && self.opclass == live.used.opclass {
            self.opclass = None;
        }
    }

    /// The names that it refers to.
    pub fn references(&mut self) -> impl Iterator<Item = (Space, &mut Qualified)> {
        let opclass = self.opclass.as_mut().map(|name| (Space::OperatorClass, name));
        opclass.into_iter().chain(self.collation.as_mut().map(|name| (Space::Collation, name)))
    }

    pub fn rename(&mut self, table: &Qualified, renames: &Renames) {
        match &mut self.of {
            Of::Column(column) => renames.column(table, column),
            Of::Expression(expression) => renames.expression(table, expression),
        }
        self.references().for_each(|(space, name)| renames.qualified(space, name));
    }
}

fn words(text: &str) -> BTreeSet<String> {
    crate::lex::words(&text.to_lowercase())
}

/// The keys, and the columns that are only included.
pub fn read(row: &Row) -> Result<(Vec<Key>, Vec<Ident>)> {
    let (table, count) = (row.oid("table")?, row.number("key_count")? as usize);
    let (opclasses, collations): (Vec<u32>, Vec<u32>) = (row.numbers("opclasses")?, row.numbers("collations")?);
    let orders: Vec<u16> = row.numbers("orders")?;
    let mut expressions = row.json::<Vec<(String, u32, bool)>>("expressions")?.unwrap_or_default().into_iter();
    let options: BTreeMap<usize, Vec<String>> =
        row.json::<Vec<_>>("opclass_options")?.unwrap_or_default().into_iter().collect();
    let (mut keys, mut include) = (Vec::with_capacity(count), Vec::new());
    for (n, column) in row.numbers::<i16>("keys")?.into_iter().enumerate() {
        if n >= count {
            include.push(row.column(table, column)?);
            continue;
        }
        let at = |numbers: &[u32]| numbers.get(n).copied().unwrap_or(0);
        // pg_index.indkey has 0 for an expression
        let (of, usual, said) = if column != 0 {
            (Of::Column(row.column(table, column)?), row.collation_of(table, column), true)
        } else {
            let (text, usual, said) = expressions.next().ok_or_else(|| crate::Error::new(LOST))?;
            (Of::Expression(Expression::new(Expr::from_server(text))), usual, said)
        };
        let collation = row.collation_beside(usual, at(&collations)).filter(|_| said).cloned();
        let opclass = row.opclass(at(&opclasses));
        let used =
            Used { collation: row.collation(at(&collations)).cloned(), opclass: opclass.map(|(name, _)| name.clone()) };
        // pg_index.indoption: 1 is descending, 2 is nulls first
        let bits = orders.get(n).copied().unwrap_or(0);
        keys.push(Key {
            of,
            collation,
            opclass: opclass.filter(|(_, usual)| !usual).map(|(name, _)| name.clone()),
            opclass_options: IndexOptions::of(options.get(&(n + 1)).into_iter().flatten()),
            order: Order { descending: bits & 1 != 0, nulls_first: bits & 2 != 0 },
            used,
        });
    }
    Ok((keys, include))
}

const LOST: &str = "the catalog gave an index key that is neither column nor expression";

/// A key as a person writes it: a column or an expression, then `collate x`, an operator class, `desc`, `nulls last`. A
/// column is taken literally, or in double quotes. `Err` says in words what is wrong.
pub fn parse(text: &str) -> Result<Key, String> {
    use crate::lex::{self, Kind as Lex};
    let tokens = lex::tokens(text)?;
    let is = |n: usize, symbol: &str| tokens.get(n).is_some_and(|token| token.text == symbol);
    let end_of_group = |from: usize| -> Option<usize> {
        let mut depth = 0;
        tokens[from..].iter().position(|token| {
            depth += i32::from(token.text == "(") - i32::from(token.text == ")");
            depth == 0
        })
    };
    let (of, mut n) = match tokens.first() {
        Some(first) if first.kind == Lex::Word && !is(1, "(") && !is(1, ".") => {
            let name = if first.text.starts_with('"') { lex::unquoted(first.text) } else { first.text.to_owned() };
            (Of::Column(Ident::checked(&name)?), 1)
        }
        Some(_) => {
            let open = tokens.iter().position(|token| token.text == "(").ok_or("write an expression in brackets")?;
            let close = open + end_of_group(open).ok_or("`(` is never closed")?;
            let end = tokens[close].end();
            (Of::Expression(Expression::new(Expr::checked(&text[..end])?)), close + 1)
        }
        None => return Err("the key is empty".into()),
    };
    let mut key = Key::of(of);
    let mut nulls = None;
    while let Some(token) = tokens.get(n) {
        let word = token.text.to_lowercase();
        n += 1;
        match (token.kind, word.as_str()) {
            (Lex::Word, "asc") => {}
            (Lex::Word, "desc") => key.order.descending = true,
            (Lex::Word, "nulls") => {
                nulls = match tokens.get(n).map(|token| token.text.to_lowercase()).as_deref() {
                    Some("first") => Some(true),
                    Some("last") => Some(false),
                    _ => return Err("`nulls` is followed by first or last".into()),
                };
                n += 1;
            }
            (Lex::Word, "collate") => key.collation = Some(qualified(&tokens, &mut n)?),
            (Lex::Word, _) if key.opclass.is_none() => {
                n -= 1;
                key.opclass = Some(qualified(&tokens, &mut n)?);
                if is(n, "(") {
                    let close = n + end_of_group(n).ok_or("`(` is never closed")?;
                    key.opclass_options = opclass_options(&tokens[n + 1..close])?;
                    n = close + 1;
                }
            }
            _ => return Err(format!("`{}` has no meaning here; write an expression in brackets", token.text)),
        }
    }
    key.order.nulls_first = nulls.unwrap_or(key.order.descending);
    Ok(key)
}

/// `name` or `schema.name`; without a schema it is looked up later.
fn qualified(tokens: &[crate::lex::Lexeme], n: &mut usize) -> Result<Qualified, String> {
    let name = |n: usize| {
        tokens.get(n).filter(|token| token.kind == crate::lex::Kind::Word).map(|token| crate::lex::unquoted(token.text))
    };
    let first = name(*n).ok_or("a name is missing at the end")?;
    if tokens.get(*n + 1).is_some_and(|token| token.text == ".") {
        let second = name(*n + 2).ok_or("a name is missing after the dot")?;
        *n += 3;
        return Ok(Qualified::new(first.as_str(), second.as_str()));
    }
    *n += 1;
    Ok(Qualified::new("", first.as_str()))
}

/// `siglen = 16, …`
fn opclass_options(tokens: &[crate::lex::Lexeme]) -> Result<IndexOptions, String> {
    let mut options = IndexOptions::default();
    for option in tokens.split(|token| token.text == ",") {
        match option {
            [name, equals, value] if equals.text == "=" => {
                let value = value.text.trim_matches('\'').to_owned();
                options.0.insert(Ident::new(crate::lex::unquoted(name.text)), value);
            }
            _ => return Err("options of an operator class are written (name = value)".into()),
        }
    }
    Ok(options)
}
