//! What did the server say to a statement that autogen itself sent?

use crate::error::Error;

/// `what` failed; with the server's words, its SQLSTATE, and a hint for the causes that a person can mend.
pub fn server_error(what: &str, cause: &postgres::Error) -> Error {
    let Some(server) = cause.as_db_error() else {
        return Error::new(format!("{what}: {cause}")).hint("the connection to the server was lost; run again");
    };
    let code = server.code().code();
    let mut error = Error::new(format!("{what}: {} (SQLSTATE {code})", server.message()));
    for detail in [server.detail(), server.where_()].into_iter().flatten() {
        error = error.detail(detail.to_owned());
    }
    match code {
        "42501" => error.hint("the role lacks a right; connect as the owner of the objects, or grant it"),
        "25006" => error.hint("the server or the transaction is read only; connect to the primary"),
        "57014" => error.hint("the statement was cancelled or ran into statement_timeout"),
        "53100" => error.hint("the server's disk is full"),
        _ => server.hint().into_iter().fold(error, |error, hint| error.hint(hint.to_owned())),
    }
}
