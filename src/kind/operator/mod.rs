//! An operator: a function between two values, or before one.
//!
//! Its commutator and negator need not be there: PostgreSQL keeps their places until they are made.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub schema: Ident,
    pub symbols: String,
    /// `None`: it stands before its one value.
    pub left: Option<Type>,
    pub right: Type,
    pub function: Qualified,
    pub commutator: Option<(Ident, String)>,
    pub negator: Option<(Ident, String)>,
    /// Estimates how many rows it lets through.
    pub restrict: Option<Qualified>,
    /// The same of two tables that it joins.
    pub join: Option<Qualified>,
    pub hashes: bool,
    pub merges: bool,
}

impl Operator {
    fn path(&self) -> [Ident; 3] {
        let left = self.left.as_ref().map_or("NONE".to_owned(), Type::base);
        let types = Ident::new(format!("({left}, {})", self.right.base()));
        [self.schema.clone(), Ident::new(self.symbols.as_str()), types]
    }

    /// `public.=== (integer, integer)`
    fn named(&self, action: &'static str) -> Sql {
        let sql = Sql::new().kw(action).sql(&Sql::new().operator_name(&self.schema, &self.symbols)).kw("(");
        let sql = match &self.left {
            Some(left) => sql.ty(left),
            None => sql.kw("NONE"),
        };
        sql.kw(",").ty(&self.right).kw(")")
    }

    fn arguments(&self) -> Vec<Type> {
        self.left.iter().chain([&self.right]).cloned().collect()
    }
}

impl Kind for Operator {
    const TAG: Tag = Tag::Operator;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let pair = |column: &str| -> Result<Option<(Ident, String)>> {
            let pair: Option<(String, String)> = row.json(column)?;
            Ok(pair.map(|(schema, symbols)| (Ident::new(schema), symbols)))
        };
        Ok(Self {
            schema: row.ident("schema")?,
            symbols: row.text("symbols")?.to_owned(),
            left: row.opt("left").map(Type::from_server),
            right: Type::from_server(row.text("right")?),
            function: row.must_pair("function")?,
            commutator: pair("commutator")?,
            negator: pair("negator")?,
            restrict: row.pair("restrict")?,
            join: row.pair("join")?,
            hashes: row.is("hashes"),
            merges: row.is("merges"),
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Operator, self.path())
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Operator, self.path())]
    }

    fn requires(&self) -> Vec<Need> {
        let arguments = self.arguments();
        let types = arguments.iter().filter_map(Type::user_type).map(|name| Need::exists(Name::ty(name)));
        let function = routine::exactly(&self.function, &arguments);
        let estimates = self.restrict.iter().chain(&self.join).filter_map(routine::called);
        let schema = Need::exists(Name::schema(&self.schema));
        std::iter::once(schema).chain(types).chain(function).chain(estimates).collect()
    }

    fn types(&mut self) -> Vec<&mut Type> {
        self.left.iter_mut().chain([&mut self.right]).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let estimates = self.restrict.iter_mut().chain(&mut self.join);
        std::iter::once(&mut self.function).chain(estimates).map(|name| (Space::Routine, name)).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "operators";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { schema, symbols, left, right, function, commutator, negator, restrict, join, hashes, merges } = self;
        let of = |other: &Option<(Ident, String)>| other.as_ref().map(|(of, symbols)| match of == schema {
            true => Doc::text(symbols),
            false => Doc::Text(format!("{of}.{symbols}")),
        });
        let fields = Fields::default()
            .put("function", routine::written(function))
            .put("commutator", of(commutator))
            .put("negator", of(negator))
            .put("restrict", restrict.as_ref().map(routine::written))
            .put("join", join.as_ref().map(routine::written))
            .when("hashes", *hashes)
            .when("merges", *merges)
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        let left = left.as_ref().map_or("none".to_owned(), Type::short);
        let place = if *schema == parts.schema { String::new() } else { format!("{schema}.") };
        Part { key: Some(format!("{place}{symbols}({left}, {})", right.short())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        let signature = super::routine::signature(self.left.iter().chain([&self.right]));
        renames.exactly(Space::Routine, &mut self.function, &signature);
        let estimates = self.restrict.iter_mut().chain(&mut self.join);
        estimates.for_each(|name| renames.qualified(Space::Routine, name));
        renames.types(self.types());
        let others = self.commutator.iter_mut().chain(&mut self.negator).map(|(schema, _)| schema);
        others.for_each(|schema| renames.schema(schema));
        renames.schema(&mut self.schema);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = Self { restrict: new.restrict.clone(), join: new.join.clone(), ..old.clone() } == *new;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { schema, symbols, left, right, function, commutator, negator, restrict, join, hashes, merges } = self;
        let mut options = vec![Sql::new().kw("FUNCTION =").qualified(function)];
        options.extend(left.as_ref().map(|ty| Sql::new().kw("LEFTARG =").ty(ty)));
        options.push(Sql::new().kw("RIGHTARG =").ty(right));
        for (word, other) in [("COMMUTATOR =", commutator), ("NEGATOR =", negator)] {
            options.extend(other.as_ref().map(|(schema, symbols)| Sql::new().kw(word).operator(Some(schema), symbols)));
        }
        for (word, function) in [("RESTRICT =", restrict), ("JOIN =", join)] {
            options.extend(function.as_ref().map(|function| Sql::new().kw(word).qualified(function)));
        }
        options.extend(hashes.then(|| Sql::new().kw("HASHES")));
        options.extend(merges.then(|| Sql::new().kw("MERGES")));
        let sql = Sql::new().kw("CREATE OPERATOR").sql(&Sql::new().operator_name(schema, symbols));
        vec![Piece::Statement(sql.kw("(").lines(options).kw(")"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.named("DROP OPERATOR"))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let mut options = Vec::new();
        for (word, was, is) in [("RESTRICT =", &old.restrict, &new.restrict), ("JOIN =", &old.join, &new.join)] {
            if was != is {
                let sql = Sql::new().kw(word);
                options.push(if let Some(function) = is { sql.qualified(function) } else { sql.kw("NONE") });
            }
        }
        vec![Piece::Statement(new.named("ALTER OPERATOR").kw("SET (").list(options).kw(")"))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_operator",
            Change::Drop(_) => "drop_operator",
            Change::Rename { .. } | Change::Alter { .. } => "alter_operator",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
