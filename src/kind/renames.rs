//! What does a rename do to everything that mentions the renamed thing?

use std::collections::BTreeMap;

use super::types::TypeName;
use super::{Expression, Name, Space, Type};
use crate::name::{Ident, Qualified};
use crate::sql::Expr;

/// Renames that hold together: of tables and of columns, old to new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    pub tables: BTreeMap<Qualified, Qualified>,
    /// Under the table's old name.
    pub columns: BTreeMap<(Qualified, Ident), Ident>,
}

impl Renames {
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.columns.is_empty()
    }

    pub fn table(&self, table: &mut Qualified) {
        if let Some(new) = self.tables.get(table) {
            *table = new.clone();
        }
    }

    /// Of a table, or of what is in it or in its row type.
    pub fn name(&self, name: &mut Name) {
        if !matches!(name.space, Space::Relation | Space::Type | Space::Column | Space::Constraint) {
            return;
        }
        if let [schema, table, rest @ ..] = name.path.as_mut_slice() {
            let mut table_name = Qualified { schema: schema.clone(), name: table.clone() };
            if let ([column], Space::Column) = (rest, name.space) {
                self.column(&table_name, column);
            }
            self.table(&mut table_name);
            (*schema, *table) = (table_name.schema, table_name.name);
        }
    }

    /// The row type of a table has the table's name.
    pub fn ty(&self, ty: &mut Type) {
        if let TypeName::Named(name) = &mut ty.name {
            self.table(name);
        }
    }

    /// `table` under its old name.
    pub fn column(&self, table: &Qualified, column: &mut Ident) {
        if let Some(new) = self.columns.get(&(table.clone(), column.clone())) {
            *column = new.clone();
        }
    }

    pub fn columns<'a>(&self, table: &Qualified, columns: impl IntoIterator<Item = &'a mut Ident>) {
        for column in columns {
            self.column(table, column);
        }
    }

    /// The columns that the text mentions, as they will read. A wrong guess costs a needless recreation, never data.
    pub fn expression(&self, table: &Qualified, expression: &mut Expression) {
        let word = |old: &str| self.columns.get(&(table.clone(), Ident::new(old))).map(Ident::quoted);
        if !self.columns.is_empty() {
            let written = Expr::from_server(crate::lex::replace_words(expression.written.text(), word));
            let canonical = crate::lex::replace_words(&expression.canonical, word);
            *expression = Expression { written, canonical };
        }
    }
}
