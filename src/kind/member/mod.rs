//! What is a member of an operator family, and how do families and classes speak of it?
//!
//! An operator under the number of a strategy, or a function under the number of what the access method asks of it, each for two
//! types. A class holds those that it cannot be without; the others are the family's, whoever declared them.

use serde::Deserialize;

use super::{Doc, Fields, Name, Need, Space, Type, routine};
use crate::error::Result;
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

mod held;
mod yaml;

pub use yaml::{Stated, key};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub number: i16,
    pub left: Type,
    pub right: Type,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Operator {
        /// The last part is its symbols.
        name: Qualified,
        /// The family that sorts what the operator gives, where an index is to give rows in that order.
        order_by: Option<Qualified>,
    },
    Function {
        name: Qualified,
        arguments: Vec<Type>,
    },
}

/// A member as the catalog queries give it.
#[derive(Deserialize)]
pub struct Read {
    number: i16,
    left: String,
    right: String,
    schema: String,
    name: String,
    /// Of a function.
    arguments: Option<Vec<String>>,
    order_by: Option<(String, String)>,
}

impl Read {
    pub fn member(self) -> Member {
        let name = Qualified::new(self.schema.as_str(), self.name.as_str());
        let what = match self.arguments {
            Some(types) => What::Function { name, arguments: types.iter().map(|ty| Type::from_server(ty)).collect() },
            None => {
                let order_by = self.order_by.map(|(schema, name)| Qualified::new(schema.as_str(), name.as_str()));
                What::Operator { name, order_by }
            }
        };
        let (left, right) = (Type::from_server(&self.left), Type::from_server(&self.right));
        Member { number: self.number, left, right, what }
    }
}

impl Member {
    fn types(&self) -> Ident {
        routine::signature([&self.left, &self.right])
    }

    pub fn is_operator(&self) -> bool {
        matches!(self.what, What::Operator { .. })
    }

    /// `operator 1 (integer, integer)`: a family has one of each.
    pub fn slot(&self) -> String {
        let role = if self.is_operator() { "operator" } else { "function" };
        format!("{role} {} {}", self.number, self.types().as_str())
    }

    /// What no other member of the family can be.
    pub fn occupies(&self, family: &Qualified, method: &Ident) -> Vec<Name> {
        let within = |last: String| {
            let path = [family.schema.clone(), family.name.clone(), using(method), Ident::new(last)];
            Name::new(Space::OperatorFamilyMember, path)
        };
        let operator = match &self.what {
            What::Operator { name, order_by } => {
                let purpose = if order_by.is_some() { "order by" } else { "search" };
                Some(within(format!("{purpose} {name} {}", self.types().as_str())))
            }
            What::Function { .. } => None,
        };
        std::iter::once(within(self.slot())).chain(operator).collect()
    }

    pub fn requires(&self) -> Vec<Need> {
        let types = [&self.left, &self.right].into_iter().filter_map(Type::user_type);
        let types = types.map(|name| Need::exists(Name::ty(name)));
        let what = match &self.what {
            What::Operator { name, order_by } => {
                let own = name.schema.as_str() == "pg_catalog";
                let path = [name.schema.clone(), name.name.clone(), self.types()];
                let operator = (!own).then(|| Need::exists(Name::new(Space::Operator, path)));
                let sorts = order_by.as_ref().and_then(|family| self::family(family, &Ident::new("btree")));
                operator.into_iter().chain(sorts).collect()
            }
            What::Function { name, arguments } => Vec::from_iter(routine::exactly(name, arguments)),
        };
        types.chain(what).collect()
    }

    pub fn types_mut(&mut self) -> Vec<&mut Type> {
        let arguments = match &mut self.what {
            What::Function { arguments, .. } => arguments.as_mut_slice(),
            What::Operator { .. } => &mut [],
        };
        [&mut self.left, &mut self.right].into_iter().chain(arguments).collect()
    }

    pub fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        match &mut self.what {
            What::Function { name, .. } => vec![(Space::Routine, name)],
            What::Operator { name, order_by } => {
                let sorts = order_by.as_mut().map(|family| (Space::OperatorFamily, family));
                std::iter::once((Space::Operator, name)).chain(sorts).collect()
            }
        }
    }

    /// `OPERATOR 1 <(integer, integer)`, as `CREATE OPERATOR CLASS` and `ALTER OPERATOR FAMILY … ADD` take it.
    pub fn sql(&self) -> Sql {
        let Self { number, left, right, what } = self;
        let types = Sql::new().list([Sql::new().ty(left), Sql::new().ty(right)]);
        match what {
            What::Operator { name, order_by } => {
                let sql = Sql::new().kw("OPERATOR").number(*number);
                let sql = match name.schema.as_str() {
                    "pg_catalog" => sql.operator(None, name.name.as_str()),
                    _ => sql.operator_name(&name.schema, name.name.as_str()),
                };
                let sql = sql.kw("(").sql(&types).kw(")");
                sql.maybe(order_by.as_ref(), |sql, family| sql.kw("FOR ORDER BY").qualified(family))
            }
            What::Function { name, arguments } => {
                let sql = Sql::new().kw("FUNCTION").number(*number).kw("(").sql(&types).kw(")");
                sql.routine(name, arguments)
            }
        }
    }

    /// As `ALTER OPERATOR FAMILY … DROP` takes it.
    pub fn place_sql(&self) -> Sql {
        let sql = Sql::new().kw(if self.is_operator() { "OPERATOR" } else { "FUNCTION" }).number(self.number);
        sql.kw("(").list([Sql::new().ty(&self.left), Sql::new().ty(&self.right)]).kw(")")
    }

    /// One item of `operators:` or `functions:`.
    pub fn write(&self) -> Doc {
        let Self { number, left, right, what } = self;
        let types = format!("({}, {})", left.short(), right.short());
        Doc::Text(match what {
            What::Operator { name, order_by } => {
                let sorts =
                    order_by.as_ref().map(|family| format!(" for order by {}", crate::draft::write_name(family, "")));
                format!("{number} {}.{}{types}{}", name.schema, name.name.as_str(), sorts.unwrap_or_default())
            }
            What::Function { name, arguments } => match routine::written_with(name, arguments) {
                Doc::Text(function) => format!("{number} {types} {function}"),
                other => return other,
            },
        })
    }
}

/// Both lists of a class or a family.
pub fn write(fields: Fields, members: impl Iterator<Item = (bool, Doc)>) -> Fields {
    let (operators, functions): (Vec<_>, Vec<_>) = members.partition(|(is_operator, _)| *is_operator);
    let list =
        |docs: Vec<(bool, Doc)>| (!docs.is_empty()).then(|| Doc::List(docs.into_iter().map(|(_, doc)| doc).collect()));
    fields.put("operators", list(operators)).put("functions", list(functions))
}

/// A family, where it is not PostgreSQL's own.
pub fn family(name: &Qualified, method: &Ident) -> Option<Need> {
    let own = name.schema.as_str() == "pg_catalog";
    (!own).then(|| Need::exists(Name::new(Space::OperatorFamily, path(name, method))))
}

/// An access method, likewise.
pub fn method(name: &Ident) -> Option<Need> {
    let own = ["btree", "hash", "gist", "gin", "spgist", "brin"].contains(&name.as_str());
    (!own).then(|| Need::exists(Name::new(Space::AccessMethod, [name])))
}

/// `USING btree`, the last part of what a class or a family is known by.
pub fn using(method: &Ident) -> Ident {
    Ident::new(format!("USING {}", method.quoted()))
}

pub fn path(name: &Qualified, method: &Ident) -> [Ident; 3] {
    [name.schema.clone(), name.name.clone(), using(method)]
}

/// `public.by_length USING btree`, where the last part is such a one.
pub fn named(sql: Sql, name: &Qualified, using: &Ident) -> Sql {
    let method = using.as_str().strip_prefix("USING ").unwrap_or_default();
    sql.qualified(name).kw("USING").ident(&Ident::new(crate::lex::unquoted(method)))
}

pub fn read(row: &super::Row, column: &str) -> Result<Vec<Member>> {
    let members: Vec<Read> = row.json(column)?.unwrap_or_default();
    Ok(members.into_iter().map(Read::member).collect())
}
