//! Which shapes do declarations share: short forms, maps whose keys have positions, things with or without a name?

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json_schema::{self, Scalar};
use crate::spanned::Spanned;

/// A map in its written order, its keys with their positions.
#[derive(Debug, Clone)]
pub struct Entries<V>(pub Vec<(Spanned<String>, V)>);

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Map<V> {
            type Value = Entries<V>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("names with what each of them is")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
            // a section whose content is all commented out
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }
        }
        deserializer.deserialize_any(Map(PhantomData))
    }
}

impl<V: JsonSchema> JsonSchema for Entries<V> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}_by_name", V::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        schemars::json_schema!({ "type": ["object", "null"], "additionalProperties": value })
    }
}

/// Where a name stands that begins with it, there is none: a Rust file may hold named and unnamed ones together. No name holds the
/// character, and no model file.
pub const UNNAMED: char = '\0';

/// Things that may have a name: a map by name, or a list of unnamed ones.
#[derive(Debug, Clone)]
pub struct Named<V>(pub Vec<(Option<Spanned<String>>, Spanned<V>)>);

impl<V> Default for Named<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Named<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Either<V> {
            type Value = Named<V>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map by name, or a list of unnamed ones")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some((name, value)) = map.next_entry::<Spanned<String>, _>()? {
                    let named = !name.value.starts_with(UNNAMED);
                    out.push((named.then_some(name), value));
                }
                Ok(Named(out))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(value) = seq.next_element()? {
                    out.push((None, value));
                }
                Ok(Named(out))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

impl<V: JsonSchema> JsonSchema for Named<V> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}_by_name_or_without", V::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<V>();
        json_schema::any_of(vec![
            schemars::json_schema!({ "type": "object", "additionalProperties": value }),
            schemars::json_schema!({ "type": "array", "items": value }),
        ])
    }
}

/// The items of a list.
pub type Items = Vec<Spanned<String>>;

/// A type that may also be written as one text, one truth value or one list. Each is read by the function that is named
/// here, or is refused where none is; an editor is told the same.
pub trait Short: Sized {
    const EXPECTED: &'static str;
    const TEXT: Option<fn(&str) -> Self> = None;
    /// The texts that there are, where it is not any.
    const WORDS: &'static [&'static str] = &[];
    const TRUTH: Option<fn(bool) -> Self> = None;
    const LIST: Option<fn(Items) -> Self> = None;
    /// Whether the list is of values, and not of names.
    const VALUES: bool = false;
}

/// Reads the short form, or the long form `L` that becomes the same value.
pub fn read<'de, D, S, L>(deserializer: D) -> Result<S, D::Error>
where
    D: Deserializer<'de>,
    S: Short + From<L>,
    L: Deserialize<'de>,
{
    struct Both<S, L>(PhantomData<(S, L)>);
    impl<'de, S: Short + From<L>, L: Deserialize<'de>> Visitor<'de> for Both<S, L> {
        type Value = S;
        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str(S::EXPECTED)
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<S, E> {
            S::TEXT.map(|read| read(text)).ok_or_else(|| E::invalid_type(de::Unexpected::Str(text), &self))
        }
        fn visit_bool<E: de::Error>(self, truth: bool) -> Result<S, E> {
            S::TRUTH.map(|read| read(truth)).ok_or_else(|| E::invalid_type(de::Unexpected::Bool(truth), &self))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<S, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = seq.next_element()? {
                list.push(item);
            }
            S::LIST.map(|read| read(list)).ok_or_else(|| de::Error::invalid_type(de::Unexpected::Seq, &self))
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S, A::Error> {
            L::deserialize(MapAccessDeserializer::new(map)).map(S::from)
        }
    }
    deserializer.deserialize_any(Both(PhantomData))
}

/// The schema of what [`read`] reads.
pub fn schema<S: Short, L: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut forms = Vec::new();
    if S::TEXT.is_some() {
        let words: Vec<String> = S::WORDS.iter().map(|word| (*word).to_owned()).collect();
        forms.push(if words.is_empty() { String::json_schema(generator) } else { json_schema::one_of(&words) });
    }
    if S::TRUTH.is_some() {
        forms.push(bool::json_schema(generator));
    }
    if S::LIST.is_some() {
        forms.push(if S::VALUES { Vec::<Scalar>::json_schema(generator) } else { Texts::json_schema(generator) });
    }
    forms.push(L::json_schema(generator));
    json_schema::any_of(forms)
}

/// A type with short forms beside its long one: how it is read, and its schema under a name of its own.
macro_rules! short_or_long {
    ($short:ty, $long:ty, $name:literal) => {
        impl<'de> serde::Deserialize<'de> for $short {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kind::shapes::read::<D, Self, $long>(deserializer)
            }
        }

        impl schemars::JsonSchema for $short {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::kind::shapes::schema::<Self, $long>(generator)
            }
        }
    };
}
pub(crate) use short_or_long;

/// A list of texts.
#[derive(Debug, Clone, Default)]
pub struct Texts(pub Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Texts;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of names")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Texts(list))
            }
        }
        deserializer.deserialize_seq(Any)
    }
}

impl JsonSchema for Texts {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "texts".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "array", "items": { "type": "string" } })
    }
}
