//! Which thing does a statement name that is declared elsewhere?
//!
//! By the words that `COMMENT ON`, `GRANT … ON` and `ALTER` use. A word may stand for several kinds (a type, a constraint), of which
//! the declaration then tells the one.

use super::super::{Id, Tag, member, routine};
use super::Head;
use crate::draft::Scope;
use crate::error::{Place, Result};
use crate::lex;
use crate::name::{Ident, Qualified};

/// What stands behind the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A name without a schema.
    Alone,
    Name,
    Column,
    /// A name with the types that it takes.
    Routine,
    Operator,
    Cast,
    /// A name and an access method.
    Using,
    /// A name `ON` a table.
    On,
}

#[derive(Debug)]
pub struct Sort {
    pub words: &'static [&'static str],
    pub form: Form,
    pub tags: &'static [Tag],
    /// Where YAML declares it.
    pub section: &'static str,
}

macro_rules! sorts {
    ($($($word:literal)+: $form:ident [$($tag:ident)+] $section:literal;)*) => {
        /// Longer words first, where shorter ones begin them.
        pub const SORTS: &[Sort] = &[$(Sort {
            words: &[$($word),+],
            form: Form::$form,
            tags: &[$(Tag::$tag),+],
            section: $section,
        }),*];
    };
}

sorts! {
    "foreign" "data" "wrapper": Alone [ForeignDataWrapper] "`foreign_data_wrappers:`";
    "foreign" "server": Alone [Server] "`servers:`";
    "foreign" "table": Name [Table] "`tables:`";
    "table": Name [Table View MaterializedView Sequence] "`tables:`";
    "view": Name [View] "`views:`";
    "materialized" "view": Name [MaterializedView] "`materialized_views:`";
    "sequence": Name [Sequence] "`sequences:`";
    "column": Column [Column View MaterializedView Composite] "`columns:` of its table";
    "index": Name [Index] "`indexes:` of its table";
    "statistics": Name [Statistics] "`statistics:` of its table";
    "constraint": On [PrimaryKey Unique Check Exclusion ForeignKey] "its table";
    "trigger": On [Trigger] "`triggers:` of its table";
    "policy": On [Policy] "`policies:` of its table";
    "rule": On [Rule] "`rules:` of its table";
    "schema": Alone [Schema] "`schemas:`";
    "extension": Alone [Extension] "`extensions:`";
    "collation": Name [Collation] "`collations:`";
    "domain": Name [Domain] "`domains:`";
    "type": Name [Enumeration Composite Range Domain] "`enums:`, `composites:` or `ranges:`";
    "function": Routine [Function Aggregate] "`functions:`";
    "procedure": Routine [Procedure] "`procedures:`";
    "routine": Routine [Function Procedure Aggregate] "`functions:` or `procedures:`";
    "aggregate": Routine [Aggregate] "`aggregates:`";
    "cast": Cast [Cast] "`casts:`";
    "operator" "class": Using [OperatorClass] "`operator_classes:`";
    "operator" "family": Using [OperatorFamily] "`operator_families:`";
    "operator": Operator [Operator] "`operators:`";
    "conversion": Name [Conversion] "`conversions:`";
    "procedural" "language": Alone [Language] "`languages:`";
    "language": Alone [Language] "`languages:`";
    "access" "method": Alone [AccessMethod] "`access_methods:`";
    "text" "search" "parser": Name [TextSearchParser] "`text_search_parsers:`";
    "text" "search" "template": Name [TextSearchTemplate] "`text_search_templates:`";
    "text" "search" "dictionary": Name [TextSearchDictionary] "`text_search_dictionaries:`";
    "text" "search" "configuration": Name [TextSearchConfiguration] "`text_search_configurations:`";
    "server": Alone [Server] "`servers:`";
    "user" "mapping": Alone [UserMapping] "`user_mappings:` of its server";
    "publication": Alone [Publication] "`publications:`";
    "subscription": Alone [Subscription] "`subscriptions:`";
    "event" "trigger": Alone [EventTrigger] "`event_triggers:`";
}

/// The words that come next, taken.
pub fn sort(head: &mut Head) -> Option<&'static Sort> {
    SORTS.iter().find(|sort| head.takes_all(sort.words))
}

/// The words that a table, a view or a materialized view may be meant by.
pub fn table() -> &'static Sort {
    SORTS.iter().find(|sort| sort.words == ["table"]).unwrap_or(&SORTS[0])
}

/// A thing as a statement names it.
#[derive(Debug, Clone)]
pub struct Target {
    pub tags: &'static [Tag],
    pub path: Vec<Ident>,
    pub place: Place,
    /// The first of the search path, which a type may be written with or without.
    pub schema: Ident,
}

impl Target {
    /// As an error calls it: by the first of what it may be.
    pub fn called(&self) -> Id {
        Id::new(self.tags[0], &self.path)
    }

    /// Whether that is it, its types written in another way.
    pub fn means(&self, id: &Id) -> bool {
        let alike = |(own, other): (&Ident, &Ident)| {
            own == other || own.as_str().starts_with('(') && self.plain(own) == self.plain(other)
        };
        // a routine whose types are not said is the only one of its name
        let len = self.path.len() + usize::from(self.is_bare_routine());
        self.tags.contains(&id.tag) && len == id.path.len() && self.path.iter().zip(&id.path).all(alike)
    }

    pub fn is_bare_routine(&self) -> bool {
        self.tags[0].is_routine() && self.path.len() == 2
    }

    /// Without the schemas that need not be written.
    fn plain(&self, types: &Ident) -> Vec<String> {
        let tokens = lex::tokens(types.as_str()).unwrap_or_default();
        let left_out = |n: usize| {
            let schema = lex::unquoted(tokens[n].text);
            let dotted = tokens.get(n + 1).is_some_and(|next| next.is_symbol("."));
            dotted && (schema == self.schema.as_str() || schema == "pg_catalog")
        };
        let kept = (0..tokens.len()).filter(|n| !(left_out(*n) || *n > 0 && left_out(*n - 1)));
        kept.map(|n| lex::unquoted(tokens[n].text)).collect()
    }
}

/// The name behind such words.
pub fn target(head: &mut Head, sort: &'static Sort) -> Result<Target> {
    let here = head.here();
    let scope = &here;
    let mut tags = sort.tags;
    let path = match sort.form {
        Form::Alone => vec![scope.ident(&head.ident()?)?],
        Form::Name => name(head, scope)?.to_vec(),
        Form::Column => column(head, scope)?,
        Form::Routine => {
            let [schema, name] = name(head, scope)?;
            let types = if head.is("(") { Some(types(head)?) } else { None };
            [schema, name].into_iter().chain(types).collect()
        }
        Form::Operator => operator(head, scope)?,
        Form::Cast => {
            let text = head.bracketed()?;
            let word = lex::tokens(text).unwrap_or_default().into_iter().find(|token| token.is_word("as"));
            let wrong = || scope.error("a cast is from one type AS another", &super::said(""));
            let word = word.ok_or_else(|| wrong().hint("write (text AS integer)"))?;
            let [source, target] = [&text[..word.start], &text[word.end()..]].map(|text| base(text, scope));
            vec![Ident::new(format!("({} AS {})", source?, target?))]
        }
        Form::Using => {
            let [schema, name] = name(head, scope)?;
            head.must("using")?;
            member::path(&Qualified { schema, name }, &scope.ident(&head.ident()?)?).to_vec()
        }
        Form::On => {
            let own = scope.ident(&head.ident()?)?;
            head.must("on")?;
            if sort.words == ["constraint"] && head.takes("domain") {
                tags = &[Tag::DomainCheck];
            }
            name(head, scope)?.into_iter().chain([own]).collect()
        }
    };
    let place = scope.place(&super::said(""));
    Ok(Target { tags, path, place, schema: here.schema.clone() })
}

fn name(head: &mut Head, scope: &Scope) -> Result<[Ident; 2]> {
    let Qualified { schema, name } = scope.declared(&head.name()?)?;
    Ok([schema, name])
}

/// `public.tasks.title`
fn column(head: &mut Head, scope: &Scope) -> Result<Vec<Ident>> {
    let wrong = head.wrong("a column of a table is expected here").hint("write table.column, or schema.table.column");
    let mut parts = head.parts()?;
    let column = parts.pop().filter(|_| !parts.is_empty()).ok_or(wrong)?;
    let of = parts.iter().map(Ident::quoted).collect::<Vec<_>>().join(".");
    let Qualified { schema, name } = scope.declared(&super::said(of))?;
    Ok(vec![schema, name, column])
}

/// `(a integer, VARIADIC text[])`, `(*)`, `(double precision ORDER BY integer)`
fn types(head: &mut Head) -> Result<Ident> {
    let wrong = head.wrong("the types that it takes are expected here");
    let text = head.bracketed()?;
    let tokens = lex::tokens(text).unwrap_or_default();
    let order = tokens.windows(2).find(|pair| pair[0].is_word("order") && pair[1].is_word("by"));
    let (direct, ordered) = order.map_or((text, ""), |pair| (&text[..pair[0].start], &text[pair[1].end()..]));
    let read = |text: &str| match text.trim() {
        "*" => Ok(Vec::new()),
        text => routine::arguments(text).map_err(|why| wrong.clone().detail(why).hint("correct the statement")),
    };
    let (mut all, ordered) = (read(direct)?, read(ordered)?);
    // one that takes any number of them orders by the same
    let shared = all.last().is_some_and(|last| last.mode == routine::Mode::Variadic);
    all.extend(ordered.into_iter().filter(|_| !shared));
    let inputs = all.iter().filter(|argument| argument.mode.is_input());
    Ok(routine::signature(inputs.map(|argument| &argument.ty)))
}

/// `public.=== (integer, integer)`
fn operator(head: &mut Head, scope: &Scope) -> Result<Vec<Ident>> {
    let name = head.operator()?.value;
    let (schema, symbols) = match name.rsplit_once('.') {
        Some((schema, symbols)) => (Ident::new(lex::unquoted(schema)), symbols),
        None => (scope.schema.clone(), name.as_str()),
    };
    let wrong = head.wrong("both types of the operator are expected here").hint("write (integer, integer)");
    let types = lex::items(head.bracketed()?);
    let [left, right] = types.as_slice() else { return Err(wrong) };
    let left = if left.eq_ignore_ascii_case("none") { "NONE".to_owned() } else { base(left, scope)? };
    Ok(vec![schema, Ident::new(symbols), Ident::new(format!("({left}, {})", base(right, scope)?))])
}

fn base(text: &str, scope: &Scope) -> Result<String> {
    Ok(routine::bare(scope.ty(&super::said(text.trim()))?).base())
}
