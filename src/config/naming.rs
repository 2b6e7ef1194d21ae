//! What is an index or a constraint called that nobody named?
//!
//! Invariant: a template holds only tokens that have a meaning for its kind of object, so filling one cannot fail; it gives
//! `None` where the object lacks what a token asks for, and the choice is then Postgres's own.

use std::borrow::Borrow;

use crate::error::did_you_mean;
use crate::name::{MAX_BYTES, cut};

/// The template for `index: true`; the other kinds have none.
const DEFAULT_INDEX: &str = "ix_%(table_name)s_%(column_0_N_name)s";

/// The templates of `naming:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    pub(super) ix: Template,
    pub(super) uq: Option<Template>,
    pub(super) ck: Option<Template>,
    pub(super) fk: Option<Template>,
    pub(super) pk: Option<Template>,
}

impl Default for Naming {
    fn default() -> Self {
        use Token::{AllColumnsApart, Table};
        let text = |text: &str| Piece::Text(text.to_owned());
        let ix = Template(vec![text("ix_"), Piece::Token(Table), text("_"), Piece::Token(AllColumnsApart)]);
        Self { ix, uq: None, ck: None, fk: None, pk: None }
    }
}

impl Naming {
    /// What `naming.ix` is when nobody writes it.
    pub fn default_index_template() -> &'static str {
        DEFAULT_INDEX
    }

    pub fn index<C: Borrow<str>>(&self, table: &str, columns: &[C]) -> Option<String> {
        self.ix.fill(&Subject::new(table, columns))
    }

    pub fn unique<C: Borrow<str>>(&self, table: &str, columns: &[C]) -> Option<String> {
        self.uq.as_ref()?.fill(&Subject::new(table, columns))
    }

    /// `name` is what a person called the check, for `%(constraint_name)s`.
    pub fn check<C: Borrow<str>>(&self, table: &str, columns: &[C], name: Option<&str>) -> Option<String> {
        self.ck.as_ref()?.fill(&Subject { constraint: name, ..Subject::new(table, columns) })
    }

    pub fn foreign_key<C: Borrow<str>>(
        &self,
        table: &str,
        columns: &[C],
        referred_table: &str,
        referred_columns: &[C],
    ) -> Option<String> {
        let referred_column = referred_columns.first().map(Borrow::borrow);
        let subject = Subject { referred_table: Some(referred_table), referred_column, ..Subject::new(table, columns) };
        self.fk.as_ref()?.fill(&subject)
    }

    pub fn primary_key<C: Borrow<str>>(&self, table: &str, columns: &[C]) -> Option<String> {
        self.pk.as_ref()?.fill(&Subject::new(table, columns))
    }
}

/// What the tokens of one template are filled from.
struct Subject<'a> {
    table: &'a str,
    columns: Vec<&'a str>,
    referred_table: Option<&'a str>,
    referred_column: Option<&'a str>,
    constraint: Option<&'a str>,
}

impl<'a> Subject<'a> {
    fn new<C: Borrow<str>>(table: &'a str, columns: &'a [C]) -> Self {
        let columns = columns.iter().map(Borrow::borrow).collect();
        Self { table, columns, referred_table: None, referred_column: None, constraint: None }
    }

    fn value(&self, token: Token) -> Option<String> {
        let first = self.columns.first().copied();
        let joined = |separator: &str| first.map(|_| self.columns.join(separator));
        match token {
            Token::Table => Some(self.table.to_owned()),
            Token::FirstColumn => first.map(str::to_owned),
            Token::AllColumns => joined(""),
            Token::AllColumnsApart => joined("_"),
            Token::FirstLabel => first.map(|column| format!("{}_{column}", self.table)),
            Token::ReferredTable => self.referred_table.map(str::to_owned),
            Token::ReferredColumn => self.referred_column.map(str::to_owned),
            Token::Constraint => self.constraint.map(str::to_owned),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Table,
    FirstColumn,
    AllColumns,
    AllColumnsApart,
    FirstLabel,
    ReferredTable,
    ReferredColumn,
    Constraint,
}

/// Alembic's (SQLAlchemy's) spelling of each token.
const TOKENS: [(&str, Token); 8] = [
    ("table_name", Token::Table),
    ("column_0_name", Token::FirstColumn),
    ("column_0N_name", Token::AllColumns),
    ("column_0_N_name", Token::AllColumnsApart),
    ("column_0_label", Token::FirstLabel),
    ("referred_table_name", Token::ReferredTable),
    ("referred_column_0_name", Token::ReferredColumn),
    ("constraint_name", Token::Constraint),
];

/// Whether a template of `naming.<key>` can ever fill the token.
fn has_meaning(token: Token, key: &str) -> bool {
    match token {
        Token::ReferredTable | Token::ReferredColumn => key == "fk",
        Token::Constraint => key == "ck",
        _ => true,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Token(Token),
}

/// A name with tokens in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

/// Why a text is no template: the message and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub message: String,
    pub hint: String,
}

impl Template {
    /// Reads the template of `naming.<key>`. `%%` stands for a per cent sign.
    pub(super) fn read(key: &str, text: &str) -> Result<Self, Refused> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            if at > 0 {
                pieces.push(Piece::Text(rest[..at].to_owned()));
            }
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                pieces.push(Piece::Text("%".into()));
                rest = after;
                continue;
            }
            let Some((name, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(")s")) else {
                return Err(Refused {
                    message: format!("the template naming.{key} has a `%` that begins no token"),
                    hint: "a token is written %(table_name)s, a per cent sign %%".into(),
                });
            };
            pieces.push(Piece::Token(token(key, name)?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        if pieces.is_empty() {
            return Err(Refused {
                message: format!("the template naming.{key} is empty"),
                hint: "leave the key out to take the default".into(),
            });
        }
        Ok(Self(pieces))
    }

    /// The name, cut as Postgres would cut it.
    fn fill(&self, subject: &Subject<'_>) -> Option<String> {
        let mut name = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Token(token) => name.push_str(&subject.value(*token)?),
            }
        }
        Some(cut(&name, MAX_BYTES).to_owned())
    }
}

fn token(key: &str, name: &str) -> Result<Token, Refused> {
    let known = || TOKENS.iter().filter(|(_, token)| has_meaning(*token, key)).map(|(name, _)| *name);
    let found = TOKENS.iter().find(|(spelling, _)| *spelling == name);
    let message = match found {
        Some((_, token)) if has_meaning(*token, key) => return Ok(*token),
        Some(_) => format!("the token %({name})s has no meaning in naming.{key}"),
        None => format!("unknown token %({name})s in naming.{key}"),
    };
    let hint = match did_you_mean(name, known()) {
        Some(near) if found.is_none() => format!("did you mean %({near})s?"),
        _ => format!("known here: {}", known().map(|name| format!("%({name})s")).collect::<Vec<_>>().join(", ")),
    };
    Err(Refused { message, hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(key: &str, text: &str) -> Naming {
        let template = Template::read(key, text).unwrap();
        let mut naming = Naming::default();
        match key {
            "ix" => naming.ix = template,
            "uq" => naming.uq = Some(template),
            "ck" => naming.ck = Some(template),
            "fk" => naming.fk = Some(template),
            _ => naming.pk = Some(template),
        }
        naming
    }

    #[test]
    fn the_default_names_indexes_and_leaves_the_rest_to_postgres() {
        let naming = Naming::default();
        assert_eq!(naming.index("tasks", &["user_id", "done"]).as_deref(), Some("ix_tasks_user_id_done"));
        assert_eq!(naming.unique("tasks", &["slug"]), None);
        assert_eq!(naming.check("tasks", &["slug"], Some("x")), None);
        assert_eq!(naming.foreign_key("tasks", &["user_id"], "users", &["id"]), None);
        assert_eq!(naming.primary_key("tasks", &["id"]), None);
    }

    #[test]
    fn the_default_index_template_is_the_one_that_is_told() {
        assert_eq!(Template::read("ix", Naming::default_index_template()).unwrap(), Naming::default().ix);
    }

    #[test]
    fn every_token_is_filled() {
        let fk = naming("fk", "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s_%(referred_column_0_name)s");
        assert_eq!(fk.foreign_key("a", &["b", "c"], "d", &["e", "f"]).as_deref(), Some("fk_a_b_d_e"));
        let uq = naming("uq", "%(column_0N_name)s %(column_0_N_name)s %(column_0_label)s 100%%");
        assert_eq!(uq.unique("t", &["a", "b"]).as_deref(), Some("ab a_b t_a 100%"));
        let ck = naming("ck", "ck_%(table_name)s_%(constraint_name)s");
        assert_eq!(ck.check("t", &["a"], Some("positive")).as_deref(), Some("ck_t_positive"));
        assert_eq!(naming("pk", "pk_%(table_name)s").primary_key("t", &["id"]).as_deref(), Some("pk_t"));
    }

    #[test]
    fn what_a_token_cannot_find_leaves_the_name_to_postgres() {
        let ck = naming("ck", "ck_%(table_name)s_%(constraint_name)s");
        assert_eq!(ck.check("t", &["a"], None), None);
        assert_eq!(Naming::default().index::<&str>("t", &[]), None);
    }

    #[test]
    fn a_long_name_is_cut_on_a_character_boundary() {
        let name = Naming::default().index(&"ä".repeat(40), &["id"]).unwrap();
        assert_eq!(name, format!("ix_{}", "ä".repeat(30)));
        assert_eq!(name.len(), 63);
    }

    #[test]
    fn a_wrong_token_is_refused_with_the_right_one() {
        let refused = |key, text| Template::read(key, text).unwrap_err();
        assert_eq!(refused("uq", "uq_%(tabel_name)s").hint, "did you mean %(table_name)s?");
        assert_eq!(
            refused("ix", "%(constraint_name)s").message,
            "the token %(constraint_name)s has no meaning in naming.ix"
        );
        assert!(refused("ix", "ix_%s").message.contains("begins no token"));
        assert!(refused("ix", "").message.contains("empty"));
    }
}
