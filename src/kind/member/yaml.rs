//! `operators: [1 <, "3 =(mood, text)", "15 <->(point, point) for order by float_ops"]`, `functions: ["1 cmp(mood, mood)"]`

use super::super::shapes::Texts;
use super::held::usual;
use super::{Member, What};
use crate::draft::Scope;
use crate::error::Result;
use crate::kind::{Type, routine};
use crate::lex::{self, Lexeme};
use crate::name::{Ident, Qualified};
use crate::spanned::Spanned;

/// Whose members they are: of a family, or of a class for a type.
pub struct Stated<'a> {
    pub method: &'a Ident,
    pub ty: Option<&'a Type>,
    pub scope: &'a Scope<'a>,
}

const OPERATOR: &str = "write the number of its strategy, its name and its types: 1 <(integer, integer)";
const FUNCTION: &str =
    "write its number, the types that it is for and what it takes: 1 (integer, integer) btint4cmp(integer, integer)";

/// `by_length using btree`
pub fn key(key: &Spanned<String>, scope: &Scope) -> Result<(Qualified, Ident)> {
    let Some((name, method)) = key.value.rsplit_once(" using ") else {
        let error = scope.error(format!("`{}` does not say its access method", key.value), key);
        return Err(error.hint(format!("write {} using btree, or another method", key.value)));
    };
    Ok((scope.declared(&at(name, key))?, scope.ident(&at(method, key))?))
}

fn at(text: &str, of: &Spanned<String>) -> Spanned<String> {
    Spanned::new(text.trim().to_owned(), of.referenced, of.defined)
}

impl Stated<'_> {
    pub fn members(&self, operators: &Texts, functions: &Texts) -> Result<Vec<Member>> {
        let operators = operators.0.iter().map(|text| self.operator(text));
        operators.chain(functions.0.iter().map(|text| self.function(text))).collect()
    }

    fn wrong(&self, text: &Spanned<String>, hint: &str) -> crate::Error {
        self.scope.error(format!("`{}` is no member of an operator family", text.value), text).hint(hint)
    }

    fn types(&self, inner: &str, text: &Spanned<String>, hint: &str) -> Result<(Type, Type)> {
        let ty = |one: &str| self.scope.ty(&at(one, text)).map(routine::bare);
        match lex::items(inner).as_slice() {
            [both] => Ok((ty(both)?, ty(both)?)),
            [left, right] => Ok((ty(left)?, ty(right)?)),
            _ => Err(self.wrong(text, hint)),
        }
    }

    /// The type of the class, twice.
    fn own(&self, text: &Spanned<String>) -> Result<(Type, Type)> {
        let ty = self.ty.ok_or_else(|| {
            let error = self.scope.error(format!("`{}` does not say its two types", text.value), text);
            error.hint("a member of a family says them, as in 1 <(integer, bigint) or 2 (integer, integer) f(internal)")
        })?;
        Ok((ty.clone(), ty.clone()))
    }

    fn operator(&self, text: &Spanned<String>) -> Result<Member> {
        let wrong = || self.wrong(text, OPERATOR);
        let (number, tokens) = self.number(text).ok_or_else(wrong)?;
        let source = text.value.as_str();
        let purpose = tokens
            .windows(2)
            .position(|two| two[0].is_word("for") && ["order", "search"].iter().any(|w| two[1].is_word(w)));
        let open = tokens.iter().position(|token| token.is_symbol("("));
        let ends = |n: Option<usize>| n.map_or(source.len(), |n| tokens[n].start);
        let name = self.symbols(source[ends(Some(0))..ends(open.or(purpose))].trim(), text)?;
        let (left, right) = match open {
            Some(open) => self.types(within(source, &tokens, open).ok_or_else(wrong)?.0, text, OPERATOR)?,
            None => self.own(text)?,
        };
        let order_by = match purpose.filter(|n| tokens[n + 1].is_word("order")) {
            Some(n) => {
                let by = tokens.get(n + 2).filter(|token| token.is_word("by")).ok_or_else(wrong)?;
                Some(self.scope.referred(&at(&source[by.end()..], text))?)
            }
            None => None,
        };
        Ok(Member { number, left, right, what: What::Operator { name, order_by } })
    }

    fn function(&self, text: &Spanned<String>) -> Result<Member> {
        let wrong = || self.wrong(text, FUNCTION);
        let (number, tokens) = self.number(text).ok_or_else(wrong)?;
        let source = text.value.as_str();
        let stated = match tokens.first().is_some_and(|token| token.is_symbol("(")) {
            true => Some(within(source, &tokens, 0).ok_or_else(wrong)?),
            false => None,
        };
        let rest = source[stated.map_or(tokens[0].start, |(_, end)| end)..].trim();
        if !rest.ends_with(')') {
            return Err(wrong());
        }
        let (name, arguments) = routine::with_types(&at(rest, text), &[], self.scope)?;
        let (left, right) = match stated {
            Some((inner, _)) => self.types(inner, text, FUNCTION)?,
            None => match usual(self.method, number, &arguments) {
                Some(types) => types,
                None => self.own(text)?,
            },
        };
        Ok(Member { number, left, right, what: What::Function { name, arguments } })
    }

    /// The number that it begins with, and what follows.
    fn number<'a>(&self, text: &'a Spanned<String>) -> Option<(i16, Vec<Lexeme<'a>>)> {
        let mut tokens = lex::tokens(&text.value).ok()?;
        let number = tokens.first()?.text.parse().ok()?;
        tokens.remove(0);
        (!tokens.is_empty()).then_some((number, tokens))
    }

    /// `<`, `public.<`; one without a schema is looked up along the search path.
    fn symbols(&self, name: &str, text: &Spanned<String>) -> Result<Qualified> {
        let (schema, symbols) = name.rsplit_once('.').unwrap_or(("", name));
        if symbols.is_empty() || !symbols.chars().all(|c| crate::sql::OPERATOR.contains(c)) {
            return Err(self.wrong(text, OPERATOR));
        }
        Ok(Qualified { schema: Ident::new(lex::unquoted(schema.trim())), name: Ident::new(symbols) })
    }
}

/// What is in the brackets that open there, and where they end.
fn within<'a>(source: &'a str, tokens: &[Lexeme], open: usize) -> Option<(&'a str, usize)> {
    let mut depth = 0;
    for token in &tokens[open..] {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth == 0 {
            return Some((&source[tokens[open].end()..token.start], token.end()));
        }
    }
    None
}
