//! Which type of PostgreSQL does a Rust type stand for?
//!
//! Only the last segment of a path counts, since nothing is compiled; a type that is not known here is taken for an enum of
//! the models.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypePath};

use crate::attribute::unraw;
use crate::error::{Error, Result};
use crate::tree::{Node, Value};

/// Types without parameters: the Rust type, the SQL type. The README has the same table.
pub const TYPES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("i16", "smallint"),
    ("i32", "integer"),
    ("i64", "bigint"),
    ("f32", "real"),
    ("f64", "double precision"),
    ("String", "text"),
    ("Uuid", "uuid"),
    ("OffsetDateTime", "timestamptz"),
    ("Timestamp", "timestamptz"),
    ("SystemTime", "timestamptz"),
    ("DateTime", "timestamp"),
    ("NaiveDateTime", "timestamp"),
    ("PrimitiveDateTime", "timestamp"),
    ("NaiveDate", "date"),
    ("Date", "date"),
    ("NaiveTime", "time"),
    ("Time", "time"),
    ("Duration", "interval"),
    ("TimeDelta", "interval"),
    ("Span", "interval"),
    ("PgInterval", "interval"),
    ("Decimal", "numeric"),
    ("BigDecimal", "numeric"),
    ("Value", "jsonb"),
    ("JsonValue", "jsonb"),
    ("IpNetwork", "inet"),
    ("IpAddr", "inet"),
    ("IpNet", "cidr"),
    ("MacAddress", "macaddr"),
];

/// Rust types that hold what no type of PostgreSQL does, and what to do about it.
const FOREIGN: &[(&str, &str)] = &[
    ("u8", "smallint is i16"),
    ("u16", "integer is i32"),
    ("u32", "bigint is i64"),
    ("u64", "bigint is i64; numeric is Decimal"),
    ("u128", "numeric is Decimal"),
    ("usize", "bigint is i64"),
    ("i8", "smallint is i16"),
    ("i128", "numeric is Decimal"),
    ("isize", "bigint is i64"),
    ("char", "a text is String"),
    ("str", "a text is String"),
    ("HashMap", "jsonb is serde_json::Value"),
    ("BTreeMap", "jsonb is serde_json::Value"),
    ("HashSet", "an array is Vec<T>"),
    ("BTreeSet", "an array is Vec<T>"),
    ("OsString", "a text is String"),
    ("PathBuf", "a text is String"),
];

/// Generic ones, which [`sql`] knows.
const GENERIC: &[&str] = &["Option", "Vec", "Box", "Arc", "Rc", "Json"];

/// Whether a field of a type of this name is of no enum of the models.
pub fn is_known(name: &str) -> bool {
    TYPES.iter().chain(FOREIGN).any(|(own, _)| *own == name) || GENERIC.contains(&name)
}

/// What a field's type says.
#[derive(Debug, Clone)]
pub struct Plain {
    pub nullable: bool,
    /// Without the `Option`.
    pub ty: Node<Span>,
}

/// With `only_null`, the type itself is said by an attribute.
pub fn plain(ty: &Type, only_null: bool) -> Result<Plain> {
    let (inner, nullable) = match argument_of(ty, "Option")? {
        Some(inner) => (inner, true),
        None => (ty, false),
    };
    if nullable && argument_of(inner, "Option")?.is_some() {
        return Err(Error::new(inner.span(), "a column cannot be null in two ways").hint("write one Option"));
    }
    let ty = match only_null {
        true => Node::new(ty.span(), Value::Null),
        false => sql(inner, false)?,
    };
    Ok(Plain { nullable, ty })
}

fn sql(ty: &Type, array: bool) -> Result<Node<Span>> {
    let at = ty.span();
    let unknown = || Error::new(at, "no PostgreSQL type is known for this Rust type");
    let (path_of, segment) = match ty {
        Type::Group(group) => return sql(&group.elem, array),
        Type::Paren(paren) => return sql(&paren.elem, array),
        Type::Path(path @ TypePath { qself: None, .. }) => (path, path.path.segments.last().ok_or_else(unknown)?),
        Type::Reference(_) => {
            return Err(Error::new(at, "a column owns its value").hint("a text is String, a list Vec<T>"));
        }
        Type::Array(_) => return Err(unknown().hint("an array is Vec<T>")),
        _ => return Err(unknown().hint("say it with #[model(type = \"…\")]")),
    };
    for pointer in ["Box", "Arc", "Rc"] {
        if let Some(inner) = argument_of(ty, pointer)? {
            return sql(inner, array);
        }
    }
    if let Some(element) = argument_of(ty, "Vec")? {
        return elements(element, at, array);
    }
    let name = unraw(&segment.ident.to_string());
    let suffix = if array { "[]" } else { "" };
    let text = |sql: &str| Ok(Node::text(at, format!("{sql}{suffix}")));
    match &segment.arguments {
        PathArguments::AngleBracketed(_) => match name.as_str() {
            // chrono's with a time zone; the one without a parameter is jiff's
            "DateTime" => text("timestamptz"),
            "Json" => text("jsonb"),
            _ => Err(foreign(&name, at).unwrap_or_else(|| unknown().hint("say it with #[model(type = \"…\")]"))),
        },
        _ => match TYPES.iter().find(|(rust, _)| *rust == name) {
            Some((_, sql)) => text(sql),
            None => match foreign(&name, at) {
                Some(error) => Err(error),
                None => Ok(Node::new(at, Value::Enum { path: path(&path_of.path), array })),
            },
        },
    }
}

/// The segments without their parameters.
pub fn path(path: &syn::Path) -> String {
    let root = if path.leading_colon.is_some() { "::" } else { "" };
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    format!("{root}{}", segments.join("::"))
}

fn elements(element: &Type, at: Span, within: bool) -> Result<Node<Span>> {
    let is_byte = matches!(element, Type::Path(path) if path.path.is_ident("u8"));
    if is_byte {
        return Ok(Node::text(at, if within { "bytea[]" } else { "bytea" }));
    }
    if within {
        return Err(Error::new(at, "PostgreSQL has no arrays of arrays, only arrays of more dimensions")
            .hint("say the type with #[model(type = \"integer[]\")]"));
    }
    let element = argument_of(element, "Option")?.unwrap_or(element);
    sql(element, true).map(|ty| Node::new(at, ty.value))
}

/// What is wrong with a type that holds what none of PostgreSQL's does.
fn foreign(name: &str, at: Span) -> Option<Error> {
    let (_, instead) = FOREIGN.iter().find(|(rust, _)| *rust == name)?;
    Some(
        Error::new(at, format!("no PostgreSQL type holds exactly what {name} does"))
            .hint(format!("{instead}; or say the type with #[model(type = \"…\")]")),
    )
}

/// `T` of `Option<T>`.
fn argument_of<'a>(ty: &'a Type, wrapper: &str) -> Result<Option<&'a Type>> {
    let Type::Path(TypePath { qself: None, path }) = ty else { return Ok(None) };
    let Some(PathSegment { ident, arguments }) = path.segments.last() else { return Ok(None) };
    if ident != wrapper {
        return Ok(None);
    }
    match arguments {
        PathArguments::AngleBracketed(list) => match list.args.first() {
            Some(GenericArgument::Type(inner)) => Ok(Some(inner)),
            _ => Err(Error::new(ty.span(), format!("{wrapper} of what?")).hint(format!("write {wrapper}<T>"))),
        },
        _ => Err(Error::new(ty.span(), format!("{wrapper} of what?")).hint(format!("write {wrapper}<T>"))),
    }
}
