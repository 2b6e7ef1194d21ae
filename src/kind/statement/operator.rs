//! `CREATE CAST`, `OPERATOR`, `OPERATOR CLASS`, `OPERATOR FAMILY`, and `ALTER OPERATOR FAMILY … ADD`

use super::super::operator_family_member::OperatorFamilyMember;
use super::super::shapes::Texts;
use super::super::{cast, member, operator, operator_class, operator_family};
use super::about::{About, Says};
use super::named::{self, Sort};
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;
use crate::lex;
use crate::name::{Ident, Qualified};

pub fn cast(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let mut declaration = cast::Declaration::default();
    let types = said(head.bracketed()?);
    if head.takes_all(&["without", "function"]) {
        declaration.without_function = true;
    } else {
        head.must("with")?;
        declaration.inout = head.takes("inout");
        if !declaration.inout {
            head.must("function")?;
            declaration.function = Some(head.routine()?);
        }
    }
    if head.takes("as") {
        declaration.context = Some(said(head.one_of(&["assignment", "implicit"])?));
    }
    head.end()?;
    head.declare(types, &declaration, draft)
}

pub fn operator(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.operator()?.value;
    let open = head.wrong("the operator has no function").hint("add FUNCTION = …");
    let mut declaration = operator::Declaration {
        function: said(""),
        commutator: None,
        negator: None,
        restrict: None,
        join: None,
        hashes: false,
        merges: false,
        comment: None,
        owner: None,
    };
    let (mut left, mut right) = ("none", None);
    head.parameters(|head, option| {
        match option {
            "hashes" => declaration.hashes = head.flag(),
            "merges" => declaration.merges = head.flag(),
            _ => {
                let unknown = head.unknown_option("CREATE OPERATOR", option);
                head.must("=")?;
                match option {
                    "function" | "procedure" => declaration.function = head.name()?,
                    "leftarg" => left = head.value(),
                    "rightarg" => right = Some(head.value()),
                    "commutator" => declaration.commutator = Some(other(head)?),
                    "negator" => declaration.negator = Some(other(head)?),
                    "restrict" => declaration.restrict = Some(head.name()?),
                    "join" => declaration.join = Some(head.name()?),
                    _ => return Err(unknown.hint("correct the statement")),
                }
            }
        }
        Ok(())
    })?;
    head.end()?;
    if declaration.function.value.is_empty() {
        return Err(open);
    }
    let right = right.ok_or_else(|| head.wrong("the operator has no right type").hint("add RIGHTARG = …"))?;
    head.declare(said(format!("{name}({left}, {right})")), &declaration, draft)
}

/// `OPERATOR(public.===)`, `===`
fn other(head: &mut Head) -> Result<crate::spanned::Spanned<String>> {
    if !head.takes("operator") {
        return head.operator();
    }
    head.must("(")?;
    let name = head.operator()?;
    head.must(")")?;
    Ok(name)
}

/// `by_length USING btree`, as the key of a model.
fn key(head: &mut Head) -> Result<String> {
    let name = head.name()?.value;
    head.must("using")?;
    Ok(format!("{name} using {}", head.ident()?.value))
}

pub fn family(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let key = said(key(head)?);
    head.end()?;
    head.declare(key, &operator_family::Declaration::default(), draft)
}

pub fn class(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let name = head.name()?.value;
    let usual = head.takes("default");
    head.must("for")?;
    head.must("type")?;
    let using = (head.at..head.tokens.len()).find(|at| head.tokens[*at].is_word("using"));
    let ty = said(head.rest(using.unwrap_or(head.tokens.len())));
    head.must("using")?;
    let method = head.ident()?.value;
    let family = if head.takes("family") { Some(head.name()?) } else { None };
    head.must("as")?;
    let mut members = Members::default();
    head.list(|head| members.read(head, true))?;
    head.end()?;
    let Members { operators, functions, storage } = members;
    let storage = storage.map(said);
    let declaration =
        operator_class::Declaration { ty, usual, family, storage, operators, functions, comment: None, owner: None };
    head.declare(said(format!("{name} using {method}")), &declaration, draft)
}

/// Behind `ALTER OPERATOR FAMILY`; `None` where it is altered otherwise.
pub fn members(head: &mut Head, sort: &'static Sort, draft: &mut Draft) -> Option<Result<()>> {
    let target = named::target(head, sort).ok()?;
    let method = head.tokens.get(head.at - 1).map(|token| Ident::new(lex::unquoted(token.text)))?;
    head.takes("add").then(|| {
        head.list(|head| {
            let here = head.here();
            let mut members = Members::default();
            members.read(head, false)?;
            let stated = member::Stated { method: &method, ty: None, scope: &here };
            for member in stated.members(&members.operators, &members.functions)? {
                let family = Qualified::new(&target.path[0], &target.path[1]);
                let member = OperatorFamilyMember { family, method: method.clone(), member };
                draft.about.push(About::Thing(target.clone(), Says::Has(Box::new(member))));
            }
            Ok(())
        })?;
        head.end()
    })
}

/// Of a class or a family, as a model has them.
#[derive(Default)]
struct Members<'a> {
    operators: Texts,
    functions: Texts,
    storage: Option<&'a str>,
}

impl<'a> Members<'a> {
    /// `OPERATOR 1 <(a, b) FOR ORDER BY f`, `FUNCTION 1 (a, b) cmp(a, b)`, of a class also `STORAGE type`
    fn read(&mut self, head: &mut Head<'a>, of_class: bool) -> Result<()> {
        let known: &[_] = if of_class { &["operator", "function", "storage"] } else { &["operator", "function"] };
        let word = head.one_of(known)?;
        if word == "operator" {
            let mut text = format!("{} {}", number(head)?, head.operator()?.value);
            if head.is("(") {
                text += &format!("({})", head.bracketed()?);
            }
            if head.takes_all(&["for", "order", "by"]) {
                text += &format!(" for order by {}", head.name()?.value);
            } else {
                head.takes_all(&["for", "search"]);
            }
            self.operators.0.push(said(text));
        } else if word == "storage" {
            self.storage = Some(head.value());
        } else {
            let number = number(head)?;
            let types = if head.is("(") { format!("({}) ", head.bracketed()?) } else { String::new() };
            self.functions.0.push(said(format!("{number} {types}{}", head.routine()?.value)));
        }
        Ok(())
    }
}

fn number<'a>(head: &mut Head<'a>) -> Result<&'a str> {
    let wrong = head.wrong("a number is expected here").hint("correct the statement");
    let token = head.peek().filter(|token| token.kind == lex::Kind::Number).ok_or(wrong)?;
    head.at += 1;
    Ok(token.text)
}
