//! What does a field of a struct declare?

use proc_macro2::Span;
use syn::spanned::Spanned;

use crate::attribute::{arguments, flag, keyed, unraw};
use crate::error::{Error, Result};
use crate::item::Column;
use crate::rust_type::{self, Plain};
use crate::tree::{Entry, Node, Value};

/// What is Rust's alone; everything else is a key of a column in YAML.
#[derive(Default)]
struct Own {
    skip: Option<Entry<Span>>,
    flatten: Option<Entry<Span>>,
    rename: Option<Entry<Span>>,
    ty: Option<Entry<Span>>,
    max_length: Option<Entry<Span>>,
    precision: Option<Entry<Span>>,
    scale: Option<Entry<Span>>,
    rest: Vec<Entry<Span>>,
}

impl Own {
    fn of(entries: Vec<Entry<Span>>) -> Result<Self> {
        let mut own = Self::default();
        for entry in entries {
            let is_map = matches!(entry.value.value, Value::Map(_));
            match entry.word() {
                "skip" => {
                    flag(&entry)?;
                    own.skip = Some(entry);
                }
                "flatten" => {
                    flag(&entry)?;
                    own.flatten = Some(entry);
                }
                // with keys it is YAML's: a rename in two steps
                "rename" if !is_map => own.rename = Some(entry),
                "type" => own.ty = Some(entry),
                "max_length" => own.max_length = Some(entry),
                "precision" => own.precision = Some(entry),
                "scale" => own.scale = Some(entry),
                "nullable" => {
                    return Err(Error::new(entry.at, "the type of the field says whether it can be null")
                        .hint("a column that can be null is an Option<T>"));
                }
                _ => own.rest.push(entry),
            }
        }
        Ok(own)
    }

    /// Those that stand beside one that excludes them.
    fn others(&self) -> Option<&Entry<Span>> {
        let named = [&self.rename, &self.ty, &self.max_length, &self.precision, &self.scale];
        named.into_iter().flatten().chain(&self.rest).next()
    }
}

/// `None` where it is skipped.
pub fn column(field: &syn::Field) -> Result<Option<Column<Span>>> {
    let Some(ident) = &field.ident else { return Ok(None) };
    let own = Own::of(keyed(arguments(&field.attrs)?)?)?;
    if let Some(alone) = own.skip.as_ref().or(own.flatten.as_ref()) {
        let key = alone.word();
        let other = own.others().or(own.skip.as_ref().and(own.flatten.as_ref()));
        if let Some(other) = other {
            let other_key = other.word();
            return Err(
                Error::new(other.at, format!("`{other_key}` says nothing beside `{key}`")).hint("keep one of the two")
            );
        }
        return match own.flatten {
            Some(_) => flattened(&field.ty).map(Some),
            None => Ok(None),
        };
    }
    let name = match &own.rename {
        Some(Entry { value: Node { value: Value::Text(name), .. }, .. }) => name.clone(),
        Some(other) => return Err(Error::new(other.value.at, "a name is a text").hint("write rename = \"…\"")),
        None => unraw(&ident.to_string()),
    };
    let Plain { nullable, ty } = rust_type::plain(&field.ty, own.ty.is_some())?;
    let ty = sql_type(&own, ty)?;
    let at = field.ty.span();
    let generated = own.rest.iter().any(|entry| entry.is("generated"));
    let nullable = match (nullable, generated) {
        (true, false) => Some(true),
        // PostgreSQL takes a generated column for one that can be null
        (false, true) => Some(false),
        _ => None,
    };
    let nullable = nullable.map(|nullable| Entry::new("nullable", at, Node::truth(at, nullable)));
    let entries = [Entry::new("type", ty.at, ty)].into_iter().chain(nullable).chain(own.rest).collect();
    Ok(Some(Column::Own(Entry::new(name, ident.span(), Node::map(ident.span(), entries)))))
}

fn flattened(ty: &syn::Type) -> Result<Column<Span>> {
    match ty {
        syn::Type::Path(path)
            if path.qself.is_none() && path.path.segments.iter().all(|segment| segment.arguments.is_none()) =>
        {
            Ok(Column::Flatten { path: rust_type::path(&path.path), at: ty.span() })
        }
        _ => Err(Error::new(ty.span(), "only a struct can be flattened")
            .hint("name a struct with #[model(mixin)], and nothing around it")),
    }
}

/// With what the attributes say of it.
fn sql_type(own: &Own, ty: Node<Span>) -> Result<Node<Span>> {
    let sized = own.max_length.as_ref().or(own.precision.as_ref()).or(own.scale.as_ref());
    if let Some(entry) = &own.ty {
        if let Some(other) = sized {
            let key = other.word();
            return Err(
                Error::new(other.at, format!("`{key}` says nothing beside `type`")).hint("write it into the type")
            );
        }
        return match &entry.value.value {
            Value::Text(text) if text.trim_end().ends_with('?') => {
                Err(Error::new(entry.value.at, "the type of the field says whether it can be null")
                    .hint("a column that can be null is an Option<T>"))
            }
            Value::Text(text) => Ok(Node::text(entry.value.at, text.clone())),
            _ => Err(Error::new(entry.value.at, "a type is a text").hint("write type = \"varchar(200)\"")),
        };
    }
    let is = |sql: &str| matches!(&ty.value, Value::Text(text) if text == sql);
    match (&own.max_length, &own.precision, &own.scale) {
        (None, None, None) => Ok(ty),
        (Some(length), None, None) if is("text") => Ok(Node::text(ty.at, format!("varchar({})", number(length)?))),
        (Some(length), ..) => Err(Error::new(length.at, "only a String has a `max_length`").hint("take it away")),
        (None, Some(precision), scale) if is("numeric") => {
            let scale = scale.as_ref().map(number).transpose()?;
            let scale = scale.map(|scale| format!(", {scale}")).unwrap_or_default();
            Ok(Node::text(ty.at, format!("numeric({}{scale})", number(precision)?)))
        }
        (None, None, Some(scale)) if is("numeric") => {
            Err(Error::new(scale.at, "`scale` is missing its `precision`").hint("write precision = 10, scale = 2"))
        }
        (None, precision, scale) => {
            let at = precision.as_ref().or(scale.as_ref()).map_or(ty.at, |entry| entry.at);
            Err(Error::new(at, "only a Decimal has `precision` and `scale`").hint("take them away"))
        }
    }
}

fn number(entry: &Entry<Span>) -> Result<u32> {
    let number = match &entry.value.value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    };
    let key = entry.word();
    number.ok_or_else(|| {
        Error::new(entry.value.at, format!("`{key}` is a whole number")).hint(format!("write {key} = 200"))
    })
}
