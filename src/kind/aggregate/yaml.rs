//! `aggregates: { "total(integer)": { sfunc: int4pl, stype: integer, initcond: 0 } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::routine::Key;
use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::lex;
use crate::json_schema::{Scalar, Word};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "aggregate")]
pub struct Declaration {
    /// Types, each perhaps with a name; those of the key unless said.
    pub arguments: Texts,
    /// What an ordered-set aggregate orders by.
    pub order_by: Texts,
    pub hypothetical: bool,
    /// The function that adds a row to the state.
    pub sfunc: Option<Spanned<String>>,
    /// The type of the state.
    pub stype: Option<Spanned<String>>,
    /// Bytes of the state, to the planner.
    pub sspace: Option<Spanned<i64>>,
    /// What makes the result of the last state.
    pub finalfunc: Option<Spanned<String>>,
    pub finalfunc_extra: bool,
    #[schemars(with = "Option<Word<Modify>>")]
    pub finalfunc_modify: Option<Spanned<String>>,
    /// What makes one state of two.
    pub combinefunc: Option<Spanned<String>>,
    pub serialfunc: Option<Spanned<String>>,
    pub deserialfunc: Option<Spanned<String>>,
    /// The first state.
    #[schemars(with = "Option<Scalar>")]
    pub initcond: Option<String>,
    /// As `sfunc`, in a moving window.
    pub msfunc: Option<Spanned<String>>,
    /// What takes a row out of a moving window.
    pub minvfunc: Option<Spanned<String>>,
    pub mstype: Option<Spanned<String>>,
    pub msspace: Option<Spanned<i64>>,
    pub mfinalfunc: Option<Spanned<String>>,
    pub mfinalfunc_extra: bool,
    #[schemars(with = "Option<Word<Modify>>")]
    pub mfinalfunc_modify: Option<Spanned<String>>,
    #[schemars(with = "Option<Scalar>")]
    pub minitcond: Option<String>,
    /// The operator that a min or max goes by.
    pub sortop: Option<Spanned<String>>,
    /// `unsafe` unless said.
    #[schemars(with = "Option<Word<Parallel>>")]
    pub parallel: Option<Spanned<String>>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
}

/// A declaration while it is read, with the key that errors are told at.
struct Reading<'a> {
    said: &'a Declaration,
    key: &'a Spanned<String>,
    scope: &'a Scope<'a>,
    ordered: bool,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let reading = Reading { said: self, key, scope, ordered: !self.order_by.0.is_empty() };
        let aggregate = reading.aggregate()?;
        draft.attach(Comment::of(aggregate.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&aggregate.id(), scope, draft)?;
        draft.push(aggregate, given.place.clone(), true);
        Ok(())
    }
}

impl Reading<'_> {
    fn aggregate(&self) -> Result<Aggregate> {
        let Declaration { hypothetical, sfunc, stype, sspace, finalfunc, finalfunc_extra, .. } = self.said;
        let Declaration { combinefunc, serialfunc, deserialfunc, initcond, sortop, parallel, .. } = self.said;
        let (name, arguments, order_by) = self.signature()?;
        let function = |text: &Option<Spanned<String>>| text.as_ref().map(|text| self.scope.referred(text)).transpose();
        if *hypothetical && !self.ordered {
            return Err(self.wrong("is hypothetical and orders nothing", "add `order_by:`, or take `hypothetical` away"));
        }
        if serialfunc.is_some() != deserialfunc.is_some() {
            return Err(self.wrong("has one of `serialfunc` and `deserialfunc`", "name both, or none"));
        }
        let stype = stype.as_ref().ok_or_else(|| self.missing("stype", "add `stype:`, the type of the state"))?;
        let last = self.last(finalfunc, *finalfunc_extra, &self.said.finalfunc_modify, "finalfunc")?;
        Ok(Aggregate {
            name,
            arguments,
            order_by,
            hypothetical: *hypothetical,
            sfunc: function(sfunc)?.ok_or_else(|| self.missing("sfunc", "add `sfunc:`, the function that adds a row"))?,
            stype: routine::bare(self.scope.ty(stype)?),
            sspace: self.space(sspace)?,
            finalfunc: last,
            combinefunc: function(combinefunc)?,
            serialfunc: function(serialfunc)?,
            deserialfunc: function(deserialfunc)?,
            initcond: initcond.clone(),
            moving: self.moving()?.map(Box::new),
            sortop: sortop.as_ref().map(|text| operator(text, self.scope)).transpose()?,
            parallel: routine::word(&Parallel::WORDS, parallel, Parallel::Unsafe, self.scope)?,
        })
    }

    fn wrong(&self, what: &str, hint: &str) -> crate::Error {
        self.scope.error(format!("the aggregate {} {what}", self.key.value), self.key).hint(hint)
    }

    fn missing(&self, key: &str, hint: &str) -> crate::Error {
        self.scope.error(format!("`{key}` of the aggregate {} is missing", self.key.value), self.key).hint(hint)
    }

    /// The types of the key are those of both lists; it alone says the first one where that is left out.
    fn signature(&self) -> Result<(Qualified, Vec<Argument>, Vec<Argument>)> {
        let text = self.key.value.trim();
        let text = text.strip_suffix("(*)").map_or(text.to_owned(), |name| format!("{name}()"));
        let key = Key::of(&Spanned::new(text, self.key.referenced, self.key.defined), self.scope)?;
        let name = self.scope.declared(&key.name)?;
        let mut arguments = self.list(&self.said.arguments)?;
        let mut order_by = self.list(&self.said.order_by)?;
        if let (Some(stated), true) = (&key.arguments, arguments.is_empty()) {
            let direct = stated.len().saturating_sub(order_by.len());
            arguments = stated[..direct].to_vec();
        }
        let all: Vec<Argument> = match arguments.last() {
            Some(last) if last.mode == Mode::Variadic && self.ordered => {
                let same = |one: &Argument| one.mode == Mode::Variadic && one.ty == last.ty;
                if order_by.len() != 1 || !same(&order_by[0]) {
                    return Err(self.wrong("is variadic, and does not order by the same", "write the last of `arguments:` in `order_by:` too, alone"));
                }
                order_by = vec![last.clone()];
                arguments.clone()
            }
            _ => arguments.iter().chain(&order_by).cloned().collect(),
        };
        if all.iter().any(|one| !matches!(one.mode, Mode::In | Mode::Variadic) || one.default.is_some()) {
            return Err(self.wrong("gives something through an argument, or has a default for one", "an aggregate takes arguments that are given"));
        }
        let types = |list: &[Argument]| routine::signature(list.iter().map(|one| &one.ty));
        match &key.arguments {
            Some(stated) if types(stated) != types(&all) => {
                let (stated, all) = (types(stated), types(&all));
                let what = format!("is said to take {}, and its arguments are {}", stated.as_str(), all.as_str());
                Err(self.wrong(&what, "make the key, `arguments:` and `order_by:` agree"))
            }
            _ => Ok((name, arguments, order_by)),
        }
    }

    fn list(&self, texts: &Texts) -> Result<Vec<Argument>> {
        let hint = "an argument is written as in CREATE AGGREGATE: mode, name, type";
        let parse = |text: &Spanned<String>| {
            Argument::parse(&text.value).map_err(|why| self.scope.error(why, text).hint(hint))
        };
        texts.0.iter().map(parse).collect()
    }

    fn space(&self, bytes: &Option<Spanned<i64>>) -> Result<i64> {
        let Some(bytes) = bytes else { return Ok(0) };
        let fits = i32::try_from(bytes.value).is_ok_and(|bytes| bytes >= 0);
        fits.then_some(bytes.value).ok_or_else(|| {
            self.scope.error(format!("a state cannot have {} bytes", bytes.value), bytes).hint("it is 0 to 2147483647")
        })
    }

    fn last(
        &self,
        function: &Option<Spanned<String>>,
        extra: bool,
        modify: &Option<Spanned<String>>,
        key: &str,
    ) -> Result<Option<Final>> {
        let modifies = routine::word(&Modify::WORDS, modify, Modify::usual(self.ordered), self.scope)?;
        match function {
            Some(function) => Ok(Some(Final { function: self.scope.referred(function)?, extra, modify: modifies })),
            None if extra || modify.is_some() => {
                let what = format!("says how `{key}` is called, and has none");
                Err(self.wrong(&what, &format!("name `{key}:`, or take `{key}_extra` and `{key}_modify` away")))
            }
            None => Ok(None),
        }
    }

    fn moving(&self) -> Result<Option<Moving>> {
        let Declaration { msfunc, minvfunc, mstype, msspace, mfinalfunc, minitcond, .. } = self.said;
        let last = self.last(mfinalfunc, self.said.mfinalfunc_extra, &self.said.mfinalfunc_modify, "mfinalfunc")?;
        match (msfunc, minvfunc, mstype) {
            (Some(msfunc), Some(minvfunc), Some(mstype)) => Ok(Some(Moving {
                msfunc: self.scope.referred(msfunc)?,
                minvfunc: self.scope.referred(minvfunc)?,
                mstype: routine::bare(self.scope.ty(mstype)?),
                msspace: self.space(msspace)?,
                mfinalfunc: last,
                minitcond: minitcond.clone(),
            })),
            (None, None, None) if last.is_none() && msspace.is_none() && minitcond.is_none() => Ok(None),
            _ => {
                Err(self.wrong("moves with its window and does not say how", "name all of `msfunc`, `minvfunc` and `mstype`"))
            }
        }
    }
}

/// `<`, `public.<`, or as CREATE AGGREGATE takes it: `OPERATOR(public.<)`
fn operator(text: &Spanned<String>, scope: &Scope) -> Result<Operator> {
    let wrong = |why: String| scope.error(why, text).hint("write an operator such as < or OPERATOR(public.<)");
    let tokens = lex::tokens(&text.value).map_err(wrong)?;
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let inner = match words.as_slice() {
        [word, "(", inner @ .., ")"] if word.eq_ignore_ascii_case("operator") => inner,
        all => all,
    };
    let (schema, symbols) = match inner {
        [symbols] => (None, *symbols),
        [schema, ".", symbols] => (Some(Ident::new(lex::unquoted(schema))), *symbols),
        _ => return Err(wrong(format!("`{}` is no operator", text.value))),
    };
    match symbols.chars().all(|c| crate::sql::OPERATOR.contains(c)) {
        true => Ok(Operator { schema, symbols: symbols.to_owned() }),
        false => Err(wrong(format!("`{symbols}` is no operator"))),
    }
}
