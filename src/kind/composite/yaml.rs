//! `composites: { address: { street: text, zip: varchar(10) } }`, or long with `attributes` and `comment`
//!
//! A map that has the key `attributes` is the long form.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::renames::Former;
use super::super::shapes::{Entries, Short, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema;
use crate::spanned::Spanned;

#[derive(Debug)]
pub struct Declaration {
    attributes: Entries<AttributeDeclaration>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
    renamed_from: Option<Former>,
}

#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    #[serde(rename = "type")]
    ty: Spanned<String>,
    collation: Option<Spanned<String>>,
    comment: Option<String>,
    renamed_from: Option<Former>,
}

#[derive(Debug)]
enum AttributeDeclaration {
    Short(String),
    Long(Box<Long>),
}

impl From<Long> for AttributeDeclaration {
    fn from(long: Long) -> Self {
        Self::Long(Box::new(long))
    }
}

impl Short for AttributeDeclaration {
    const EXPECTED: &'static str = "a type, or a map with `type:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Short(text.to_owned()));
}

short_or_long!(AttributeDeclaration, Long, "attribute");

impl<'de> Deserialize<'de> for Declaration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Declaration;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("attributes with their types, or a map with `attributes:`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Declaration, A::Error> {
                let (mut all, mut others, mut privileges, mut renamed_from) = (None, Vec::new(), None, None);
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    match key.value.as_str() {
                        "attributes" => all = Some(map.next_value()?),
                        // before `attributes` it is one of them
                        "privileges" if all.is_some() => privileges = Some(map.next_value()?),
                        "renamed_from" if all.is_some() => renamed_from = Some(map.next_value()?),
                        _ => others.push((key, map.next_value()?)),
                    }
                }
                let Some(attributes) = all else {
                    let attributes = Entries(others);
                    return Ok(Declaration { attributes, comment: None, owner: None, privileges: None, renamed_from: None });
                };
                let (mut comment, mut owner) = (None, None);
                for (key, value) in others {
                    match (key.value.as_str(), value) {
                        ("comment", AttributeDeclaration::Short(text)) => comment = Some(text),
                        ("owner", AttributeDeclaration::Short(text)) => {
                            owner = Some(Spanned::new(text, key.referenced, key.defined));
                        }
                        (other, _) => {
                            return Err(A::Error::unknown_field(other, &["attributes", "comment", "owner", "privileges", "renamed_from"]));
                        }
                    }
                }
                Ok(Declaration { attributes, comment, owner, privileges, renamed_from })
            }
        }
        deserializer.deserialize_map(Either)
    }
}

impl JsonSchema for Declaration {
    fn schema_name() -> Cow<'static, str> {
        "composite".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let attributes = Entries::<AttributeDeclaration>::json_schema(generator);
        let long = schemars::json_schema!({
            "type": "object",
            "properties": {
                "attributes": attributes,
                "comment": generator.subschema_for::<String>(),
                "owner": generator.subschema_for::<String>(),
                "privileges": generator.subschema_for::<Declared>(),
                "renamed_from": generator.subschema_for::<Former>(),
            },
            "additionalProperties": false,
            "required": ["attributes"],
        });
        let short = schemars::json_schema!({
            "type": "object",
            // what has the key is the long form
            "properties": { "attributes": false },
            "additionalProperties": generator.subschema_for::<AttributeDeclaration>(),
        });
        json_schema::any_of(vec![long, short])
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let attributes = self.attributes.0.iter().map(|(name, value)| value.read(name, scope)).collect::<Result<_>>()?;
        let composite = Composite { name: scope.declared(name)?, attributes };
        draft.attach(Comment::of(composite.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&composite.id(), scope, draft)?;
        if let Some(from) = &self.renamed_from {
            from.declare(&composite.id(), scope, draft)?;
        }
        for (attribute, (_, declaration)) in composite.attributes.iter().zip(&self.attributes.0) {
            let AttributeDeclaration::Long(long) = declaration else { continue };
            let Some(from) = &long.renamed_from else { continue };
            from.declare(&Id::within(Tag::Composite, &composite.name, &attribute.name), scope, draft)?;
        }
        draft.push(composite, given.place.clone(), true);
        Ok(())
    }
}

impl AttributeDeclaration {
    fn read(&self, key: &Spanned<String>, scope: &Scope) -> Result<Attribute> {
        let name = scope.ident(key)?;
        let (ty, collation, comment) = match self {
            Self::Short(text) => (Spanned::new(text.clone(), key.referenced, key.defined), None, None),
            Self::Long(long) => (long.ty.clone(), long.collation.as_ref(), long.comment.clone()),
        };
        if ty.value.trim_end().ends_with('?') {
            let why = format!("the attribute {name} is nullable anyhow");
            return Err(scope.error(why, &ty).hint("an attribute has no NOT NULL: take the `?` away"));
        }
        Ok(Attribute {
            name,
            ty: scope.ty(&ty)?,
            collation: collation.map(|name| scope.referred(name)).transpose()?,
            comment: comment.filter(|text| !text.is_empty()),
        })
    }
}

pub fn write(composite: &Composite, mut parts: Parts) -> Part {
    let Composite { name, attributes } = composite;
    let attribute = |Attribute { name, ty, collation, comment }: &Attribute| {
        let fields = Fields::default()
            .put("type", Doc::Text(ty.short()))
            .put("collation", collation.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, "pg_catalog"))))
            .put("comment", comment.as_ref().map(Doc::text));
        (name.as_str().to_owned(), fields.or_just("type"))
    };
    let inner = Doc::Map(attributes.iter().map(attribute).collect());
    let beside = Fields::default().put("comment", parts.take_one("comment")).attached(&mut parts);
    let long = !beside.0.is_empty() || attributes.iter().any(|attribute| attribute.name.as_str() == "attributes");
    let doc = match long {
        true => Doc::Map(Fields::default().put("attributes", inner).0.into_iter().chain(beside.0).collect()),
        false => inner,
    };
    Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc }
}
