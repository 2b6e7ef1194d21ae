//! `renamed_from: old`, or what it was called one name after the other: `renamed_from: [oldest, old]`

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use crate::draft::{Draft, RenameHint, Scope};
use crate::error::Result;
use crate::json_schema;
use crate::kind::document::{Declare, Given};
use crate::kind::{Id, Tag};
use crate::spanned::Spanned;

const KEY: &str = "renamed_from";

/// Names that an object had, the last one last.
#[derive(Debug, Clone)]
pub struct Former(Spanned<Names>);

#[derive(Debug, Clone)]
enum Names {
    One(String),
    Many(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for Former {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Former)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Names;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name that it had, or a list of them")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Names, E> {
                Ok(Names::One(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                Ok(Names::Many(names))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Former {
    fn schema_name() -> Cow<'static, str> {
        KEY.into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = vec![String::json_schema(generator), Vec::<String>::json_schema(generator)];
        let mut schema = json_schema::any_of(names);
        schema.insert("description".into(), "The name that it had, or those that it had one after the other.".into());
        schema
    }
}

impl Former {
    /// Tells the draft; the last name first, since it is the likeliest to be there.
    pub fn declare(&self, id: &Id, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let names = match &self.0.value {
            Names::One(name) => vec![Spanned::new(name.clone(), self.0.referenced, self.0.defined)],
            Names::Many(names) => names.clone(),
        };
        for name in names.iter().rev() {
            let from = match name.value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(quoted) => {
                    scope.ident(&Spanned::new(quoted.replace("\"\"", "\""), name.referenced, name.defined))?
                }
                None if name.value.contains('.') => {
                    let error = scope.error(format!("not supported: {id} from another place, {}", name.value), name);
                    return Err(error.hint(
                        "write the name alone, without what it is in; a name that holds a dot goes in double quotes; \
                         what moves to another schema is moved by hand, with `autogen revision --empty`",
                    ));
                }
                None => scope.ident(name)?,
            };
            if id.own_name() == Some(&from) {
                let error = scope.error(format!("{id} is renamed from its own name"), name);
                return Err(error.hint("write the name that it had before"));
            }
            draft.renames.push(RenameHint { id: id.clone(), from, place: scope.place(name) });
        }
        Ok(())
    }
}

/// A declaration that may also say what its object was called.
#[derive(Debug)]
pub struct Renamed<D> {
    declaration: D,
    from: Option<Former>,
}

impl<D: Default> Default for Renamed<D> {
    fn default() -> Self {
        Self { declaration: D::default(), from: None }
    }
}

impl<D: Declare> Renamed<D> {
    pub fn declaration(&self) -> &D {
        &self.declaration
    }

    /// `tag` is the kind of the object that the declaration is of, among those that it adds.
    pub fn declare(&self, tag: Tag, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let first = draft.entries.len();
        self.declaration.declare(given, scope, draft)?;
        let Some(from) = &self.from else { return Ok(()) };
        let own = draft.entries[first..].iter().find(|entry| entry.object.tag() == tag && entry.place == *given.place);
        match own.filter(|entry| entry.named).map(|entry| entry.object.id()) {
            Some(id) => from.declare(&id, scope, draft),
            None => {
                let error = scope.error("what has no name cannot have had another", &from.0);
                Err(error
                    .hint("write its name, or take `renamed_from` away: one that nobody names keeps the name it has"))
            }
        }
    }
}

/// Reads the declaration, and takes the one key out of its map on the way.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Renamed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut from = None;
        let declaration = T::deserialize(Aside { inner: deserializer, from: &mut from })?;
        Ok(Self { declaration, from })
    }
}

impl<T: JsonSchema> JsonSchema for Renamed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> Cow<'static, str> {
        format!("renamed {}", T::schema_id()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        json_schema::with_key(&mut schema, KEY, &generator.subschema_for::<Former>());
        schema
    }
}

struct Aside<'a, T> {
    inner: T,
    from: &'a mut Option<Former>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Aside<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Aside { inner: visitor, from: self.from })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Aside { inner: visitor, from: self.from })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, Aside { inner: visitor, from: self.from })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Aside<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.inner.visit_bool(value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.inner.visit_i64(value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.inner.visit_u64(value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.inner.visit_f64(value)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.inner.visit_str(value)
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<V::Value, E> {
        self.inner.visit_string(value)
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Aside { inner: map, from: self.from })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Aside<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let mut seed = Some(seed);
        while let Some(key) = self.inner.next_key_seed(Key(&mut seed))? {
            match key {
                Some(key) => return Ok(Some(key)),
                None => *self.from = Some(self.inner.next_value()?),
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

/// A key of the declaration's own, or none where it is ours. Keys that are data, and have positions, are not looked into.
struct Key<'a, K>(&'a mut Option<K>);

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, K> {
    type Value = Option<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for Key<'_, K> {
    type Value = Option<K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        let ours = key == KEY;
        let seed = if ours { None } else { self.0.take() };
        let key: StrDeserializer<E> = key.into_deserializer();
        seed.map(|seed| seed.deserialize(key)).transpose()
    }
}
