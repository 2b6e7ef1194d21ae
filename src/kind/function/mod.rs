//! A function. What `CREATE OR REPLACE` takes is replaced where it stands; a change of what comes out of it, or of a name in it,
//! takes it down and up again with all that calls it.

use super::routine::{BodyCheck, Mode, Parallel, Routine, keyword, last_word, letter};
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub routine: Routine,
    pub returns: Type,
    pub returns_set: bool,
    pub window: bool,
    pub volatility: Volatility,
    pub strict: bool,
    pub leakproof: bool,
    pub parallel: Parallel,
    /// As the server prints the number; `None`: what is usual for the language.
    pub cost: Option<String>,
    pub rows: Option<String>,
    /// Tells the planner about calls of it.
    pub support: Option<Qualified>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    Volatile,
    Stable,
    Immutable,
}

crate::json_schema::words!(of Volatility = routine::last_words(&Volatility::WORDS));

impl Volatility {
    const WORDS: [(Self, &'static str, &'static str); 3] = [
        (Self::Volatile, "v", "VOLATILE"),
        (Self::Stable, "s", "STABLE"),
        (Self::Immutable, "i", "IMMUTABLE"),
    ];
}

impl Function {
    /// `RETURNS TABLE(…)`, `RETURNS SETOF text`
    fn returns(&self) -> Sql {
        let columns = self.routine.arguments.iter().filter(|argument| argument.mode == Mode::Table);
        let columns: Vec<Sql> = columns.map(|argument| argument.sql(false)).collect();
        match columns.is_empty() {
            true => Sql::new().kw("RETURNS").when(self.returns_set, |sql| sql.kw("SETOF")).ty(&self.returns),
            false => Sql::new().kw("RETURNS TABLE (").list(columns).kw(")"),
        }
    }

    fn definition(&self, create: &'static str) -> Sql {
        let Self { routine, window, volatility, strict, leakproof, parallel, cost, rows, support, .. } = self;
        let kw = |word| Sql::new().kw(word);
        let mut more = Vec::new();
        more.extend(window.then(|| kw("WINDOW")));
        more.extend((*volatility != Volatility::Volatile).then(|| kw(keyword(&Volatility::WORDS, volatility))));
        more.extend(strict.then(|| kw("STRICT")));
        more.extend(leakproof.then(|| kw("LEAKPROOF")));
        more.extend((*parallel != Parallel::Unsafe).then(|| kw(keyword(&Parallel::WORDS, parallel))));
        let number = |word, number: &String| kw(word).expr(&Expr::from_server(number.as_str()));
        more.extend(cost.as_ref().map(|cost| number("COST", cost)));
        more.extend(rows.as_ref().map(|rows| number("ROWS", rows)));
        more.extend(support.as_ref().map(|name| kw("SUPPORT").qualified(name)));
        routine.tail(routine.head(create).kw("\n").sql(&self.returns()), more)
    }
}

impl Kind for Function {
    const TAG: Tag = Tag::Function;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            routine: Routine::read(row)?,
            returns: Type::from_server(row.text("returns")?),
            returns_set: row.is("returns_set"),
            window: row.is("window"),
            volatility: letter(&Volatility::WORDS, row.text("volatility")?),
            strict: row.is("strict"),
            leakproof: row.is("leakproof"),
            parallel: letter(&Parallel::WORDS, row.text("parallel")?),
            cost: row.opt("cost").map(str::to_owned),
            rows: row.opt("rows").map(str::to_owned),
            support: row.opt("support").map(|_| row.qualified("support_schema", "support")).transpose()?,
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Function, self.routine.path())
    }

    fn occupies(&self) -> Vec<Name> {
        self.routine.occupies()
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = self.routine.requires();
        needs.extend(self.returns.user_type().map(|name| Need::exists(Name::ty(name))));
        let support = |name: &Qualified| Need::text(Text::of(&name.schema, &name.to_string()));
        needs.extend(self.support.as_ref().map(support));
        needs
    }

    fn prefers(&self) -> Vec<Need> {
        self.routine.prefers()
    }

    fn body_check(&self) -> Option<BodyCheck> {
        BodyCheck::of(&self.routine)
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.routine.body.parsed().map(|_| (14, "a body that PostgreSQL parses"))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let returns = self.returns();
        self.routine.expressions(returns)
    }

    fn types(&mut self) -> Vec<&mut Type> {
        let mut types = self.routine.types();
        types.push(&mut self.returns);
        types
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.support.iter_mut().map(|name| (Space::Routine, name)).collect()
    }

    fn adopt(&mut self, live: &Self) {
        self.routine.adopt(&live.routine);
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "functions";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { routine, returns, returns_set, window, volatility, strict, leakproof, parallel, .. } = self;
        let (key, common) = routine.write(&parts.schema);
        let gives = self.returns().to_string();
        let gives = gives.strip_prefix("RETURNS ").unwrap_or_default().replacen("TABLE (", "table(", 1).replacen("SETOF", "setof", 1);
        let implied = !*returns_set && yaml::implied(&routine.arguments).as_ref() == Some(returns);
        let mut fields = Fields::default()
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts)
            .put("returns", (!implied).then(|| Doc::text(gives)))
            .when("window", *window)
            .put("volatility", (*volatility != Volatility::Volatile).then(|| Doc::text(last_word(&Volatility::WORDS, volatility).to_lowercase())))
            .when("strict", *strict)
            .when("leakproof", *leakproof)
            .put("parallel", (*parallel != Parallel::Unsafe).then(|| Doc::text(last_word(&Parallel::WORDS, parallel).to_lowercase())))
            .put("cost", self.cost.as_ref().map(Doc::text))
            .put("rows", self.rows.as_ref().map(Doc::text))
            .put("support", self.support.as_ref().map(Doc::text));
        fields.0.extend(common.0);
        Part { key: Some(key), doc: Doc::Section(fields.0) }
    }

    /// The server follows renames where it has read the text, and nobody does elsewhere.
    fn rename(&mut self, renames: &Renames) {
        renames.ty(&mut self.returns);
        renames.refer(self.references());
        self.routine.rename(renames);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = old.returns == new.returns && old.returns_set == new.returns_set && old.window == new.window;
        if same && new.routine.replaces(&old.routine) { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.definition("CREATE FUNCTION"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP FUNCTION").sql(&self.routine.sql()))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        vec![Piece::Statement(new.definition("CREATE OR REPLACE FUNCTION"))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_function",
            Change::Drop(_) => "drop_function",
            Change::Rename { .. } => "rename_function",
            Change::Alter { .. } => "alter_function",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
