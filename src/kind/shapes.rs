//! Which shapes do declarations share: short forms, maps whose keys have positions, things with or without a name?

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

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

/// A type that may also be written as one text, one truth value or one list.
pub trait Short: Sized {
    const EXPECTED: &'static str;
    fn text(_: &str) -> Option<Self> {
        None
    }
    fn truth(_: bool) -> Option<Self> {
        None
    }
    fn list(_: Vec<Spanned<String>>) -> Option<Self> {
        None
    }
}

/// Reads the short form, or the long form `L` that becomes the same value.
pub fn short_or_long<'de, D, S, L>(deserializer: D) -> Result<S, D::Error>
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
            S::text(text).ok_or_else(|| E::invalid_type(de::Unexpected::Str(text), &self))
        }
        fn visit_bool<E: de::Error>(self, truth: bool) -> Result<S, E> {
            S::truth(truth).ok_or_else(|| E::invalid_type(de::Unexpected::Bool(truth), &self))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<S, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = seq.next_element()? {
                list.push(item);
            }
            S::list(list).ok_or_else(|| de::Error::invalid_type(de::Unexpected::Seq, &self))
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S, A::Error> {
            L::deserialize(MapAccessDeserializer::new(map)).map(S::from)
        }
    }
    deserializer.deserialize_any(Both(PhantomData))
}

/// One text or a list of texts.
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
