//! How does a tree become code that makes the same tree?

use autogen_structs::{Column, Entry, Item, Kind, Node, Statement, Value};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

/// The traits that the item has.
pub fn implementation(ident: &Ident, item: Item<Span>) -> TokenStream {
    let columns = columns(&item.columns);
    if item.kind == Kind::Mixin {
        return quote! {
            #[automatically_derived]
            impl ::autogen::Mixin for #ident {
                fn columns() -> ::std::vec::Vec<::autogen::structs::Entry> {
                    use ::autogen::structs::{At, Entry, Node, Value};
                    let file: ::std::sync::Arc<str> = ::std::convert::From::from(::core::file!());
                    #columns
                    columns
                }
            }
        };
    }
    let kind = match item.kind {
        Kind::Table | Kind::Mixin => quote!(Table),
        Kind::Enum => quote!(Enum),
        Kind::Database => quote!(Database),
    };
    let name = &item.name;
    let own = &item.ident;
    let (at, named) = (place(item.at), place(item.named));
    let entries = item.entries.iter().map(entry);
    let statements = item.statements.iter().map(|Statement { at, sql }| {
        let at = place(*at);
        quote!(Statement { at: #at, sql: ::std::string::String::from(#sql) })
    });
    let typed = (item.kind == Kind::Enum).then(|| {
        quote! {
            #[automatically_derived]
            impl ::autogen::ModelEnum for #ident {
                const NAME: &'static str = #name;
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl ::autogen::Model for #ident {
            fn declaration() -> ::autogen::structs::Declaration {
                use ::autogen::structs::{At, Declaration, Entry, Item, Kind, Node, Statement, Value};
                let file: ::std::sync::Arc<str> = ::std::convert::From::from(::core::file!());
                #columns
                let item = Item {
                    kind: Kind::#kind,
                    ident: ::std::string::String::from(#own),
                    at: #at,
                    name: ::std::string::String::from(#name),
                    named: #named,
                    entries: ::std::vec![#(#entries),*],
                    columns: ::std::vec::Vec::new(),
                    statements: ::std::vec![#(#statements),*],
                };
                Declaration::of(item, columns)
            }
        }
        #typed
    }
}

/// `columns`, with those of the mixins among them.
fn columns(columns: &[Column<Span>]) -> TokenStream {
    let each = columns.iter().map(|column| match column {
        Column::Own(own) => {
            let own = entry(own);
            quote!(columns.push(#own);)
        }
        Column::Flatten { path, at } => {
            let mixin = rust(path, *at);
            quote_spanned!(*at => columns.extend(<#mixin as ::autogen::Mixin>::columns());)
        }
    });
    quote! {
        let mut columns: ::std::vec::Vec<Entry> = ::std::vec::Vec::new();
        #(#each)*
    }
}

fn entry(entry: &Entry<Span>) -> TokenStream {
    let key = match &entry.key {
        Some(key) => quote!(::std::option::Option::Some(::std::string::String::from(#key))),
        None => quote!(::std::option::Option::None),
    };
    let (at, value) = (place(entry.at), node(&entry.value));
    quote!(Entry { key: #key, at: #at, value: #value })
}

fn node(node: &Node<Span>) -> TokenStream {
    let at = place(node.at);
    let value = match &node.value {
        Value::Null => quote!(Value::Null),
        Value::Truth(truth) => quote!(Value::Truth(#truth)),
        Value::Number(number) => quote!(Value::Number(::std::string::String::from(#number))),
        Value::Text(text) => quote!(Value::Text(::std::string::String::from(#text))),
        Value::List(items) => {
            let items = items.iter().map(self::node);
            quote!(Value::List(::std::vec![#(#items),*]))
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(entry);
            quote!(Value::Map(::std::vec![#(#entries),*]))
        }
        Value::Enum { path, array } => {
            let ty = rust(path, node.at);
            quote_spanned!(node.at => Value::Text(::autogen::structs::sql_type(<#ty as ::autogen::ModelEnum>::NAME, #array)))
        }
    };
    quote!(Node::new(#at, #value))
}

fn place(span: Span) -> TokenStream {
    let start = span.start();
    let (line, column) = (start.line, start.column + 1);
    quote!(At::new(&file, #line, #column))
}

/// A path of Rust where it is written, so that the compiler points at it.
fn rust(path: &str, at: Span) -> TokenStream {
    let tokens: TokenStream = path.parse().unwrap_or_default();
    let spanned = |mut token: TokenTree| {
        token.set_span(at);
        token
    };
    tokens.into_iter().map(spanned).collect()
}
