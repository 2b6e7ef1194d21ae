//! Can two spellings be shown to be one expression without asking the server?
//!
//! Only within a small grammar: names, literals, plain function calls, AND, OR, NOT, comparisons, + - * /, IS [NOT] NULL,
//! that differ in white space, case of key words and brackets that change nothing. All else is left open: the parser groups
//! some operators otherwise than PostgreSQL does, and a parse that fails says nothing.

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, UnaryOperator, Value,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::lex;

/// `true` is a proof; `false` is no answer.
pub fn equal(a: &str, b: &str) -> bool {
    // brackets around the whole change nothing, whatever they hold
    if lex::within_brackets(a) == lex::within_brackets(b) {
        return true;
    }
    match (form(a), form(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// The expression with every operator bracketed, if it is within the grammar.
fn form(text: &str) -> Option<String> {
    let mut parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(text).ok()?;
    let expression = parser.parse_expr().ok()?;
    // something left over was not read
    if parser.peek_token().token != sqlparser::tokenizer::Token::EOF {
        return None;
    }
    write(&expression)
}

fn write(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Nested(inner) => write(inner),
        Expr::Identifier(name) => Some(ident(name)),
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => Some(number.to_string()),
            Value::SingleQuotedString(text) => Some(crate::sql::quote_literal(text)),
            Value::Boolean(truth) => Some(truth.to_string()),
            Value::Null => Some("null".into()),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => Some(format!("(not {})", write(expr)?)),
        Expr::IsNull(inner) => Some(format!("({} is null)", write(inner)?)),
        Expr::IsNotNull(inner) => Some(format!("({} is not null)", write(inner)?)),
        Expr::BinaryOp { left, op, right } => Some(format!("({} {} {})", write(left)?, operator(op)?, write(right)?)),
        Expr::Function(function) => {
            let plain = function.over.is_none()
                && function.filter.is_none()
                && function.within_group.is_empty()
                && function.null_treatment.is_none();
            let [name] = function.name.0.as_slice() else { return None };
            let FunctionArguments::List(list) = &function.args else { return None };
            if !plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
                return None;
            }
            let args = list.args.iter().map(argument).collect::<Option<Vec<_>>>()?;
            Some(format!("{}({})", ident(name.as_ident()?), args.join(", ")))
        }
        _ => None,
    }
}

fn argument(argument: &FunctionArg) -> Option<String> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => write(expression),
        _ => None,
    }
}

fn ident(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => crate::name::Ident::new(name.value.as_str()).quoted(),
        None => crate::name::Ident::new(name.value.to_lowercase()).quoted(),
    }
}

fn operator(op: &BinaryOperator) -> Option<&'static str> {
    Some(match op {
        BinaryOperator::And => "and",
        BinaryOperator::Or => "or",
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Lt => "<",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Gt => ">",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::Plus => "+",
        BinaryOperator::Minus => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::equal;

    #[test]
    fn brackets_case_and_space_are_proved_away() {
        for (a, b) in [
            ("price > 0", "(price > 0)"),
            ("a > 0 and b > 0 and c > 0", "((a > 0) AND (b > 0) AND (c > 0))"),
            ("not completed", "(NOT completed)"),
            ("lower(Title)", "lower(title)"),
            ("a is not null", "(a IS NOT NULL)"),
            ("a != 'x'", "(a <> 'x')"),
            ("((lower(a::text)))", "lower(a::text)"),
        ] {
            assert!(equal(a, b), "{a} ~ {b}");
        }
    }

    #[test]
    fn what_is_open_is_never_proved() {
        for (a, b) in [
            ("'x'", "'x'::text"),
            ("- a ^ 2", "(- (a ^ 2))"),
            ("~ a + b", "(~ (a + b))"),
            ("a in (1, 2)", "(a = ANY (ARRAY[1, 2]))"),
            ("\"A\" > 0", "a > 0"),
            ("a - (b - c)", "a - b - c"),
            ("a || b || c", "((a || b) || c)"),
            ("a > 0 garbage", "a > 0"),
            ("(a::text) || (b)", "a::text) || (b"),
        ] {
            assert!(!equal(a, b), "{a} !~ {b}");
        }
    }
}
