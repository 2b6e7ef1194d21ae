//! What do functions, procedures and aggregates have in common?
//!
//! Routines of one name are told apart by the types that they take. A body in quotes is a text that PostgreSQL does not look into: it
//! is compared as it is, and what it speaks of is only guessed.

use super::types::TypeName;
use super::{Doc, Fields, Name, Need, Renames, Row, Slot, Space, Text, Type};
use crate::error::Result;
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

mod argument;
mod body;
mod call;
mod check;
mod settings;
mod words;
mod yaml;

pub use argument::{Argument, Mode, arguments};
pub use body::Body;
pub use call::{called, exactly, with_types, written, written_with};
pub use check::BodyCheck;
pub use settings::Settings;
pub use words::{Parallel, keyword, last_word, last_words, letter, word};
pub use yaml::{Common, Key};

/// What functions and procedures have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    pub name: Qualified,
    pub arguments: Vec<Argument>,
    pub language: Ident,
    pub body: Body,
    pub security_definer: bool,
    pub settings: Settings,
    /// Types that the language converts by a transform.
    pub transforms: Vec<Type>,
}

impl Routine {
    pub fn read(row: &Row) -> Result<Self> {
        let transforms = row.list("transforms")?;
        Ok(Self {
            name: row.qualified("schema", "name")?,
            arguments: Argument::read(row)?,
            language: row.ident("language")?,
            body: Body::read(row)?,
            security_definer: row.is("security_definer"),
            settings: Settings::read(row)?,
            transforms: transforms.iter().map(|ty| Type::from_server(ty)).collect(),
        })
    }

    pub fn inputs(&self) -> impl Iterator<Item = &Type> {
        self.arguments.iter().filter(|argument| argument.mode.is_input()).map(|argument| &argument.ty)
    }

    /// `(integer, text)`, the last part of what it is known by.
    pub fn signature(&self) -> Ident {
        signature(self.inputs())
    }

    pub fn path(&self) -> [Ident; 3] {
        [self.name.schema.clone(), self.name.name.clone(), self.signature()]
    }

    pub fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Routine, self.path())]
    }

    /// `public.add(integer, integer)`
    pub fn sql(&self) -> Sql {
        Sql::new().routine(&self.name, self.inputs())
    }

    pub fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::schema(&self.name.schema))];
        let own = ["internal", "c", "sql", "plpgsql"].contains(&self.language.as_str());
        needs.extend((!own).then(|| Need::exists(Name::new(Space::Language, [&self.language]))));
        let types = self.arguments.iter().map(|argument| &argument.ty).chain(&self.transforms);
        // a function of a composite type takes it as it is when it is called
        needs.extend(types.filter_map(Type::user_type).map(|name| Need::exists(Name::ty(name))));
        let schema = &self.name.schema;
        let defaults = self.arguments.iter().filter_map(|argument| argument.default.as_ref());
        needs.extend(defaults.map(|default| Need::text(Text::of(schema, default.written.text()))));
        needs.extend(self.body.parsed().map(|body| Need::text(Text::of(schema, body.written.text()))));
        needs
    }

    pub fn prefers(&self) -> Vec<Need> {
        self.body.quoted().map(|text| Need::text(Text::of(&self.name.schema, text))).into_iter().collect()
    }

    pub fn expressions(&mut self, returns: Sql) -> Vec<Slot<'_>> {
        let table = self.name.clone();
        let head = Sql::new().list(self.arguments.iter().map(|argument| argument.sql(false)));
        let body = self.body.slot(&table, head, returns);
        let defaults = self.arguments.iter_mut().filter_map(|argument| argument.slot(&table));
        defaults.chain(body).collect()
    }

    pub fn types(&mut self) -> Vec<&mut Type> {
        self.arguments.iter_mut().map(|argument| &mut argument.ty).chain(&mut self.transforms).collect()
    }

    pub fn rename(&mut self, renames: &Renames) {
        let signature = self.signature();
        renames.types(self.types());
        let defaults = self.arguments.iter_mut().filter_map(|argument| argument.default.as_mut());
        defaults.chain(self.body.parsed_mut()).for_each(|text| renames.text(text));
        renames.exactly(Space::Routine, &mut self.name, &signature);
    }

    pub fn adopt(&mut self, live: &Self) {
        self.body.adopt(&live.body);
    }

    /// Whether `CREATE OR REPLACE` takes the one for the other, as far as its arguments go.
    pub fn replaces(&self, old: &Self) -> bool {
        let mut pairs = old.arguments.iter().zip(&self.arguments);
        self.arguments.len() == old.arguments.len() && pairs.all(|(old, new)| new.replaces(old))
    }

    /// Behind the arguments: `LANGUAGE sql … AS $$…$$`. `more` are further attributes.
    pub fn tail(&self, sql: Sql, more: Vec<Sql>) -> Sql {
        let Self { name: _, arguments: _, language, body, security_definer, settings, transforms } = self;
        let transforms = transforms.iter().map(|ty| Sql::new().kw("FOR TYPE").ty(ty));
        let sql = sql.kw("\n").kw("LANGUAGE").ident(language);
        let sql = sql.when(!self.transforms.is_empty(), |sql| sql.kw("TRANSFORM").list(transforms));
        let sql = more.iter().fold(sql, |sql, one| sql.sql(one));
        let sql = sql.when(*security_definer, |sql| sql.kw("SECURITY DEFINER"));
        let sql = settings.sql().iter().fold(sql, |sql, one| sql.kw("\n").sql(one));
        body.sql(sql.kw("\n"))
    }

    pub fn head(&self, create: &'static str) -> Sql {
        let arguments = self.arguments.iter().filter(|argument| argument.mode != Mode::Table);
        let sql = Sql::new().kw(create).qualified(&self.name).glued("(");
        sql.list(arguments.map(|argument| argument.sql(true))).kw(")")
    }

    /// The key in a model file, and what both kinds say in the same words.
    pub fn write(&self, schema: &Ident) -> (String, Fields) {
        let Self { name, arguments, language, body, security_definer, settings, transforms } = self;
        let spoken = arguments.iter().any(|one| one.mode != Mode::In || one.name.is_some() || one.default.is_some());
        let list = arguments.iter().filter(|argument| argument.mode != Mode::Table);
        let list: Vec<Doc> = list.map(|argument| Doc::text(argument.sql(true))).collect();
        let key = crate::draft::write_name(name, schema.as_str()) + self.signature().as_str();
        let types = transforms.iter().map(Doc::text).collect();
        let fields = Fields::default()
            .put("arguments", (spoken && !list.is_empty()).then_some(Doc::List(list)))
            .put("language", Doc::text(language.as_str()))
            .when("security_definer", *security_definer)
            .put("set", settings.write())
            .put("transforms", (!transforms.is_empty()).then_some(Doc::List(types)));
        (key, body.write(fields))
    }
}

pub fn signature<'a>(types: impl IntoIterator<Item = &'a Type>) -> Ident {
    let types: Vec<String> = types.into_iter().map(Type::base).collect();
    Ident::new(format!("({})", types.join(", ")))
}

/// The types of a signature.
pub fn types_of(signature: &Ident) -> Vec<Type> {
    let inner = signature.as_str().trim_start_matches('(').strip_suffix(')').unwrap_or_default();
    match inner.is_empty() {
        true => Vec::new(),
        false => crate::lex::items(inner).into_iter().map(Type::from_server).collect(),
    }
}

/// PostgreSQL keeps no modifiers of the types that a routine takes and gives.
pub fn bare(mut ty: Type) -> Type {
    if !matches!(&ty.name, TypeName::Builtin(name) if name == "interval") || ty.modifiers.starts_with('(') {
        ty.modifiers = String::new();
    }
    ty
}
