//! How is a body checked that was made with `check_function_bodies` off?

use std::collections::BTreeSet;

use super::Routine;
use crate::lex;
use crate::name::Ident;
use crate::sql::Sql;

/// By the validator of its language, which reads it as the server would have when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyCheck {
    /// The search path to do it under.
    pub path: Sql,
    /// `pg_catalog.plpgsql_validator('public.f(integer)'::pg_catalog.regprocedure)`
    pub call: Sql,
    /// What its names begin with, where the routine sets no path for itself.
    pub bare: BTreeSet<Ident>,
}

impl BodyCheck {
    /// What it is called in a plan; it is no change of the routine.
    pub const OP: &str = "check_body";

    /// `None`: no validator asks what is there, or Postgres has read the body itself.
    pub fn of(routine: &Routine) -> Option<Self> {
        let body = routine.body.quoted()?;
        let validator = match routine.language.as_str() {
            "sql" => "pg_catalog.fmgr_sql_validator",
            "plpgsql" => "pg_catalog.plpgsql_validator",
            _ => return None,
        };
        let own = routine.settings.path();
        let bare = match own {
            Some(_) => BTreeSet::new(),
            None => {
                lex::chains(body).into_iter().filter_map(|chain| chain.into_iter().next()).map(Ident::new).collect()
            }
        };
        let public = Ident::new("public");
        let schema = &routine.name.schema;
        let schemas = [schema].into_iter().chain((*schema != public).then_some(&public));
        let usual = || Sql::new().list(schemas.map(|name| Sql::new().ident(name)));
        let name = Sql::new().literal(routine.sql().as_str()).glued("::pg_catalog.regprocedure");
        let call = Sql::new().kw(validator).glued("(").sql(&name).glued(")");
        Some(Self { path: own.unwrap_or_else(usual), call, bare })
    }
}
