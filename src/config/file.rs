//! What does autogen.yaml say, key by key, and where does it say it?
//!
//! Invariant: the structs below are the one list of keys. What serde accepts, what the README must tell
//! ([`described_keys`]) and how an environment is laid over the top level all come from them.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::LazyLock;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

use super::hook;
use super::rules::Form;
use super::secret::Secret;
use super::{Confirm, DerivedNames, LogFormat, Renames, RevisionIds};
use crate::json_schema::{self, Scalar, Word};
use crate::kind::Aspect;
use crate::ours::{PRESETS, Preset};
use crate::spanned::Spanned;

/// A group of keys: the struct that serde fills, its list of keys, and the laying of one over another.
macro_rules! keys {
    ($(#[$meta:meta])* $name:ident, $prefix:literal {
        $(#[doc = $doc:literal] $(#[schemars($with:meta)])? $key:ident: $type:ty,)*
    }) => {
        #[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
        $(#[$meta])*
        #[serde(deny_unknown_fields, default)]
        pub(super) struct $name {
            $(#[doc = $doc] $(#[schemars($with)])? pub $key: Option<$type>,)*
        }

        impl $name {
            /// The full name of each key and what it is for.
            const KEYS: &'static [(&'static str, &'static str)] =
                &[$((concat!($prefix, stringify!($key)), $doc.trim_ascii())),*];

            /// These values, and where there is none those of `base`.
            fn over(self, base: Self) -> Self {
                Self { $($key: Over::over(self.$key, base.$key),)* }
            }
        }
    };
}

keys! {
    /// The keys at the top, and those of one environment.
    #[schemars(rename = "autogen.yaml")]
    Layer, "" {
        /// folder of the model files (default: schema)
        models: Spanned<String>,
        /// folder of the revision files, or several (default: revisions)
        revisions: Spanned<Words>,
        /// the schemas that autogen manages (default: all but those of PostgreSQL and of extensions)
        schemas: Spanned<Words>,
        /// where unqualified names in models are looked up, a list or a comma-separated text (default: public)
        search_path: Spanned<Words>,
        /// where the database is; ${VAR} and ${VAR:-default} are replaced, .env is read for them
        database: DatabaseKeys,
        /// names for what the models leave unnamed, with Alembic's tokens
        naming: NamingKeys,
        /// how indexes of tables that exist are made and dropped
        indexes: IndexKeys,
        /// how constraints of tables that exist are added
        constraints: ConstraintKeys,
        /// how files of new revisions are called, with Alembic's tokens; `/` makes folders (default: %(year)d%(month).2d%(day).2d_%(hour).2d%(minute).2d_%(rev)s_%(slug)s)
        file_template: Spanned<String>,
        /// how many characters of the message are in that name (default: 40)
        #[schemars(with = "Option<Scalar>")]
        truncate_slug_length: Spanned<String>,
        /// the time zone of file names and `created` lines, as Europe/Paris (default: UTC)
        timezone: Spanned<String>,
        /// ids of new revisions: random, or sequence for 001, 002 and so on (default: random)
        #[schemars(with = "Option<Word<RevisionIds>>")]
        revision_ids: Spanned<String>,
        /// a file with holes that new revision files are written after (default: none)
        template: Spanned<String>,
        /// commands that run on each new revision file, a list (default: none)
        post_write: Spanned<Vec<Spanned<hook::Form>>>,
        /// keys that are laid over the top level by --env NAME or AUTOGEN_ENV
        #[schemars(with = "Option<IndexMap<String, Option<Environment>>>")]
        environments: Spanned<IndexMap<String, Option<Layer>>>,
        /// what to do where a drop and a create look like a rename: ask, when-certain or never (default: ask)
        #[schemars(with = "Option<Word<Renames>>")]
        renames: Spanned<String>,
        /// whether names that nobody chose follow a rename of the table or column that they are made of: follow or stay (default: follow)
        #[schemars(with = "Option<Word<DerivedNames>>")]
        derived_names: Spanned<String>,
        /// privileges, owners, or both: they are left alone unless they are named (default: neither)
        #[schemars(with = "Option<WordsOf<Aspect>>")]
        manage: Spanned<Words>,
        /// rules for what is managed, by schema, name and kind; all else is left out (default: everything)
        include: Spanned<Vec<Spanned<Form>>>,
        /// rules for what is left out, by schema, name and kind
        exclude: Spanned<Vec<Spanned<Form>>>,
        /// what of timescaledb, postgis, supabase, citus and pg_partman is left out (default: the extensions that are installed)
        #[schemars(with = "Option<WordsOf<Preset>>")]
        presets: Spanned<Words>,
        /// tables whose partitions something else makes, as `partitions: unmanaged` of a model says it
        unmanaged_partitions: Spanned<Words>,
        /// how long a statement of a revision waits for a lock before it is tried again (default: 1s)
        #[schemars(with = "Option<Scalar>")]
        lock_timeout: Spanned<String>,
        /// how long a statement of a revision may take (default: as the server has it)
        #[schemars(with = "Option<Scalar>")]
        statement_timeout: Spanned<String>,
        /// how long to go on trying where other sessions, or another runner, are in the way (default: 60s)
        #[schemars(with = "Option<Scalar>")]
        lock_patience: Spanned<String>,
        /// when to ask before rows are lost: auto (on a terminal), always or never (default: auto)
        #[schemars(with = "Option<Word<Confirm>>")]
        confirm: Spanned<String>,
        /// true: a downgrade to base is refused (default: false)
        protect: Spanned<bool>,
        /// how the progress of a run is written: text or json (default: text)
        #[schemars(with = "Option<Word<LogFormat>>")]
        log_format: Spanned<String>,
        /// commands that run around revisions, each a list of words; they find the database in PGHOST and its like
        hooks: HooksKeys,
    }
}

keys! {
    /// The keys of `database:`; each may hold a password.
    #[schemars(rename = "database")]
    DatabaseKeys, "database." {
        /// the whole address, as postgresql://user:password@host:port/name; excludes the other keys of database
        url: Spanned<Secret>,
        /// host name, address, or folder of the server's socket (default: the local server)
        host: Spanned<Secret>,
        /// port (default: 5432)
        port: Spanned<Secret>,
        /// name of the database (default: the user's name)
        name: Spanned<Secret>,
        /// role to connect as (default: the system user)
        user: Spanned<Secret>,
        /// its password, as it is: nothing needs percent-encoding here
        password: Spanned<Secret>,
        /// disable, allow, prefer, require, verify-ca or verify-full (default: prefer)
        sslmode: Spanned<Secret>,
        /// file of trusted certificates, or system (default: those of the system)
        sslrootcert: Spanned<Secret>,
        /// file of the certificate that says who connects (default: none)
        sslcert: Spanned<Secret>,
        /// file of its key, which only its owner may read
        sslkey: Spanned<Secret>,
        /// disable, prefer or require: whether a password is bound to the server's certificate (default: prefer)
        channel_binding: Spanned<Secret>,
    }
}

keys! {
    /// The templates of `naming:`.
    #[schemars(rename = "naming")]
    NamingKeys, "naming." {
        /// template for indexes (default: ix_%(table_name)s_%(column_0_N_name)s)
        ix: Spanned<String>,
        /// template for unique constraints (default: PostgreSQL's own choice)
        uq: Spanned<String>,
        /// template for check constraints (default: PostgreSQL's own choice)
        ck: Spanned<String>,
        /// template for foreign keys (default: PostgreSQL's own choice)
        fk: Spanned<String>,
        /// template for primary keys (default: PostgreSQL's own choice)
        pk: Spanned<String>,
    }
}

keys! {
    /// The commands of `hooks:`.
    #[schemars(rename = "hooks")]
    HooksKeys, "hooks." {
        /// before the first revision runs; its failure stops the run
        before_upgrade: Spanned<hook::Form>,
        /// before a run that loses rows, up or down, say a pg_dump; its failure stops the run
        before_data_loss: Spanned<hook::Form>,
        /// after the last revision has run
        after_upgrade: Spanned<hook::Form>,
    }
}

keys! {
    /// The keys of `indexes:`.
    #[schemars(rename = "indexes")]
    IndexKeys, "indexes." {
        /// CREATE and DROP INDEX CONCURRENTLY, each a step of its own, so that writes go on (default: false)
        concurrently: Spanned<bool>,
    }
}

keys! {
    /// The keys of `constraints:`.
    #[schemars(rename = "constraints")]
    ConstraintKeys, "constraints." {
        /// checks, foreign keys and NOT NULL are added NOT VALID and validated in a step of its own, so that reads and writes go on (default: false)
        online: Spanned<bool>,
    }
}

json_schema::words!(of Aspect = Aspect::ALL.map(Aspect::word));
json_schema::words!(of Preset = PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>());

/// Every key in the order of the file, `database.url` and its like after their group, with one line on each.
pub(super) fn described_keys() -> &'static [(&'static str, &'static str)] {
    static ALL: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
        let group = |key| match key {
            "database" => DatabaseKeys::KEYS,
            "naming" => NamingKeys::KEYS,
            "hooks" => HooksKeys::KEYS,
            "indexes" => IndexKeys::KEYS,
            "constraints" => ConstraintKeys::KEYS,
            _ => &[],
        };
        Layer::KEYS.iter().flat_map(|key| std::iter::once(key).chain(group(key.0))).copied().collect()
    });
    &ALL
}

/// How one value of a key is laid over another.
trait Over {
    fn over(self, base: Self) -> Self;
}

impl<T> Over for Option<Spanned<T>> {
    fn over(self, base: Self) -> Self {
        self.or(base)
    }
}

impl Over for Option<NamingKeys> {
    fn over(self, base: Self) -> Self {
        both(self, base, NamingKeys::over)
    }
}

impl Over for Option<HooksKeys> {
    fn over(self, base: Self) -> Self {
        both(self, base, HooksKeys::over)
    }
}

impl Over for Option<IndexKeys> {
    fn over(self, base: Self) -> Self {
        both(self, base, IndexKeys::over)
    }
}

impl Over for Option<ConstraintKeys> {
    fn over(self, base: Self) -> Self {
        both(self, base, ConstraintKeys::over)
    }
}

impl Over for Option<DatabaseKeys> {
    fn over(self, base: Self) -> Self {
        both(self, base, |above, mut base| {
            // one layer's address and another's parts do not mix: whoever speaks last decides which of the two it is
            if above.url.is_some() {
                base = DatabaseKeys::default();
            } else if above.has_parts() {
                base.url = None;
            }
            above.over(base)
        })
    }
}

fn both<T>(above: Option<T>, base: Option<T>, merge: impl FnOnce(T, T) -> T) -> Option<T> {
    match (above, base) {
        (Some(above), Some(base)) => Some(merge(above, base)),
        (above, base) => above.or(base),
    }
}

impl Layer {
    /// This environment's keys laid over those at the top.
    pub(super) fn laid_over(self, top: Layer) -> Layer {
        self.over(top)
    }
}

impl DatabaseKeys {
    /// The keys other than `url`, with their names.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, &Spanned<Secret>)> {
        let Self { url: _, host, port, name, user, password, sslmode, sslrootcert, sslcert, sslkey, channel_binding } =
            self;
        [
            ("host", host),
            ("port", port),
            ("name", name),
            ("user", user),
            ("password", password),
            ("sslmode", sslmode),
            ("sslrootcert", sslrootcert),
            ("sslcert", sslcert),
            ("sslkey", sslkey),
            ("channel_binding", channel_binding),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }

    fn has_parts(&self) -> bool {
        self.parts().next().is_some()
    }
}

pub(super) const EMPTY_NAME: &str = "a name in the list is empty";

pub(super) const NUL_IN_NAME: &str = "a name cannot hold a NUL character";

/// The keys of an environment: those at the top, but for environments.
struct Environment;

impl JsonSchema for Environment {
    fn schema_name() -> Cow<'static, str> {
        "environment".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Layer::json_schema(generator);
        json_schema::without_key(&mut schema, "environments");
        schema
    }
}

/// A list of words, or one text with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(pub Vec<String>);

impl JsonSchema for Words {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "words".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema::any_of(vec![String::json_schema(generator), Vec::<String>::json_schema(generator)])
    }
}

/// [`Words`] that are known.
struct WordsOf<W>(PhantomData<W>);

impl<W: json_schema::Words> JsonSchema for WordsOf<W> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "words".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema::any_of(vec![String::json_schema(generator), Vec::<Word<W>>::json_schema(generator)])
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of names or names with commas between them")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(text.split(',').map(|word| word.trim().to_owned()).collect())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element::<String>()? {
                    words.push(word);
                }
                Ok(words)
            }
        }

        let words = deserializer.deserialize_any(Reader)?;
        if words.iter().any(String::is_empty) {
            return Err(D::Error::custom(EMPTY_NAME));
        }
        if words.iter().any(|word| word.contains('\0')) {
            return Err(D::Error::custom(NUL_IN_NAME));
        }
        Ok(Words(words))
    }
}
