//! `CREATE TEXT SEARCH CONFIGURATION`, `DICTIONARY`, `PARSER` and `TEMPLATE`, and `ALTER TEXT SEARCH CONFIGURATION … ADD MAPPING`

use super::super::shapes::Entries;
use super::super::{text_search_configuration, text_search_dictionary, text_search_parser, text_search_template};
use super::about::{About, Says};
use super::named::{self, Sort};
use super::{Head, said};
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::lex::Kind;
use crate::spanned::Spanned;

pub fn configuration(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    let missing = missing(head, "PARSER");
    let mut declaration = text_search_configuration::Declaration::default();
    head.parameters(|head, option| {
        let unknown = head.unknown_option("CREATE TEXT SEARCH CONFIGURATION", option);
        if option != "parser" {
            let copied = option == "copy";
            let hint =
                if copied { "name its parser, and say what it maps by ADD MAPPING" } else { "correct the statement" };
            return Err(unknown.hint(hint));
        }
        head.must("=")?;
        declaration.parser = Some(head.name()?);
        Ok(())
    })?;
    head.end()?;
    if declaration.parser.is_none() {
        return Err(missing);
    }
    head.declare(name, &declaration, draft)
}

/// What PostgreSQL asks for.
fn missing(head: &Head, option: &str) -> Error {
    head.wrong(format!("`{option}` is missing")).hint(format!("add {option} = …"))
}

pub fn dictionary(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    let missing = missing(head, "TEMPLATE");
    let mut declaration = text_search_dictionary::Declaration {
        template: said(""),
        options: Entries::default(),
        comment: None,
        owner: None,
    };
    head.parameters(|head, option| {
        head.must("=")?;
        if option == "template" {
            declaration.template = head.name()?;
            return Ok(());
        }
        let value = match head.peek().map(|token| token.kind) {
            Some(Kind::Text) => head.string()?,
            Some(Kind::Word) => head.ident()?.value,
            _ => head.value().to_owned(),
        };
        declaration.options.0.push((said(option), value));
        Ok(())
    })?;
    head.end()?;
    if declaration.template.value.is_empty() {
        return Err(missing);
    }
    head.declare(name, &declaration, draft)
}

/// The functions that these options name, in their order.
fn functions<const N: usize>(
    head: &mut Head,
    statement: &str,
    options: [&str; N],
) -> Result<[Option<Spanned<String>>; N]> {
    let mut named = [const { None }; N];
    head.parameters(|head, option| {
        let unknown = head.unknown_option(statement, option);
        let at =
            options.iter().position(|known| *known == option).ok_or_else(|| unknown.hint("correct the statement"))?;
        head.must("=")?;
        named[at] = Some(head.name()?);
        Ok(())
    })?;
    head.end()?;
    Ok(named)
}

pub fn parser(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    let missing = |option: &str| missing(head, option);
    let open = [missing("START"), missing("GETTOKEN"), missing("END"), missing("LEXTYPES")];
    let options = ["start", "gettoken", "end", "lextypes", "headline"];
    let [start, gettoken, end, lextypes, headline] = functions(head, "CREATE TEXT SEARCH PARSER", options)?;
    let [no_start, no_gettoken, no_end, no_lextypes] = open;
    let declaration = text_search_parser::Declaration {
        start: start.ok_or(no_start)?,
        gettoken: gettoken.ok_or(no_gettoken)?,
        end: end.ok_or(no_end)?,
        lextypes: lextypes.ok_or(no_lextypes)?,
        headline,
        comment: None,
    };
    head.declare(name, &declaration, draft)
}

pub fn template(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?;
    let missing = missing(head, "LEXIZE");
    let [init, lexize] = functions(head, "CREATE TEXT SEARCH TEMPLATE", ["init", "lexize"])?;
    let declaration = text_search_template::Declaration { init, lexize: lexize.ok_or(missing)?, comment: None };
    head.declare(name, &declaration, draft)
}

/// Behind `ALTER TEXT SEARCH CONFIGURATION`; `None` where it is altered otherwise.
pub fn mapping(head: &mut Head, sort: &'static Sort, draft: &mut Draft) -> Option<Result<()>> {
    let target = named::target(head, sort).ok()?;
    head.takes_all(&["add", "mapping", "for"]).then(|| {
        let tokens = head.list(|head| head.here().ident(&head.ident()?))?;
        head.must("with")?;
        let dictionaries = head.list(|head| head.here().referred(&head.name()?))?;
        head.end()?;
        draft.about.push(About::Thing(target, Says::Mapping { tokens, dictionaries }));
        Ok(())
    })
}
