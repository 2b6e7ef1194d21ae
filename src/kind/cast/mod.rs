//! A cast: how a value of one type becomes one of another, and where that happens unasked.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    pub source: Type,
    pub target: Type,
    pub method: Method,
    pub context: Context,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    Function(Qualified, Vec<Type>),
    /// Through the text of the value.
    Inout,
    /// The bytes are those of the other type already.
    Binary,
}

/// `pg_cast.castcontext`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    Explicit,
    Assignment,
    Implicit,
}

crate::json_schema::words!(of Context = routine::last_words(&Context::WORDS));

impl Context {
    const WORDS: [(Self, &'static str, &'static str); 3] =
        [(Self::Explicit, "e", "AS EXPLICIT"), (Self::Assignment, "a", "AS ASSIGNMENT"), (Self::Implicit, "i", "AS IMPLICIT")];
}

impl Cast {
    /// `(text AS public.mood)`
    fn path(&self) -> Ident {
        Ident::new(format!("({} AS {})", self.source.base(), self.target.base()))
    }

    fn sql(&self, action: &'static str) -> Sql {
        Sql::new().kw(action).kw("(").ty(&self.source).kw("AS").ty(&self.target).kw(")")
    }
}

impl Kind for Cast {
    const TAG: Tag = Tag::Cast;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let types = row.list("arguments")?.iter().map(|ty| Type::from_server(ty)).collect();
        let method = match row.text("method")? {
            "f" => Method::Function(row.must_pair("function")?, types),
            "i" => Method::Inout,
            _ => Method::Binary,
        };
        let (source, target) = (Type::from_server(row.text("source")?), Type::from_server(row.text("target")?));
        Ok(Self { source, target, method, context: routine::letter(&Context::WORDS, row.text("context")?) })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Cast, [self.path()])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Cast, [self.path()])]
    }

    fn requires(&self) -> Vec<Need> {
        let types = [&self.source, &self.target].into_iter().filter_map(Type::user_type);
        let types = types.map(|name| Need::exists(Name::ty(name)));
        let function = match &self.method {
            Method::Function(name, types) => routine::exactly(name, types),
            _ => None,
        };
        types.chain(function).collect()
    }

    fn types(&mut self) -> Vec<&mut Type> {
        let mut types = vec![&mut self.source, &mut self.target];
        if let Method::Function(_, arguments) = &mut self.method {
            types.extend(arguments);
        }
        types
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        match &mut self.method {
            Method::Function(name, _) => vec![(Space::Routine, name)],
            _ => Vec::new(),
        }
    }

    fn convert(&self, casts: &mut Casts, gone: bool) {
        let unasked = match self.context {
            Context::Explicit => casts::Unasked::Never,
            Context::Assignment => casts::Unasked::OnAssignment,
            Context::Implicit => casts::Unasked::Anywhere,
        };
        let how = if self.method == Method::Binary { casts::How::Binary } else { casts::How::Computed };
        match gone {
            true => casts.forbid(&self.source, &self.target),
            false => casts.allow(&self.source, &self.target, unasked, how),
        }
    }

    const SECTION: &'static str = "casts";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { source, target, method, context } = self;
        let context = (*context != Context::Explicit).then(|| routine::last_word(&Context::WORDS, context).to_lowercase());
        let fields = match method {
            Method::Function(name, types) => Fields::default().put("function", routine::written_with(name, types)),
            Method::Inout => Fields::default().when("inout", true),
            Method::Binary => Fields::default().when("without_function", true),
        };
        let fields = fields.put("context", context.map(Doc::Text)).put("comment", parts.take_one("comment"));
        Part { key: Some(format!("{} as {}", source.short(), target.short())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        if let Method::Function(name, arguments) = &mut self.method {
            renames.exactly(Space::Routine, name, &super::routine::signature(arguments.iter()));
        }
        renames.types(self.types());
    }

    /// Nothing of it can be altered.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { source: _, target: _, method, context } = self;
        let sql = self.sql("CREATE CAST");
        let sql = match method {
            Method::Function(name, types) => sql.kw("WITH FUNCTION").routine(name, types),
            Method::Inout => sql.kw("WITH INOUT"),
            Method::Binary => sql.kw("WITHOUT FUNCTION"),
        };
        let said = *context != Context::Explicit;
        vec![Piece::Statement(sql.when(said, |sql| sql.kw(routine::keyword(&Context::WORDS, context))))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.sql("DROP CAST"))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_cast",
            _ => "create_cast",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Create(new) if new.context == Context::Implicit => {
                vec![Hazard::everywhere(Risk::Breaks, "calls and operators may mean others than before, or several at once")]
            }
            _ => Vec::new(),
        }
    }
}
