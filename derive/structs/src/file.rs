//! Which items of a Rust file declare something?
//!
//! Those that derive autogen's macros, in modules too. Everything else of the file is Rust that nobody here reads. What only
//! the compiler could tell is refused: a model that is there under a condition, or in a function or a macro.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Meta, Path, Token, UseTree};

use crate::error::{Error, Result};
use crate::item::{Derive, Item, item};

/// What a Rust file declares, in its order.
pub fn file(text: &str) -> Result<Vec<Item<Span>>> {
    let file: syn::File = syn::parse2(tokens(text)?)?;
    let mut items = Vec::new();
    if !is_test(&file.attrs) {
        module(&file.items, condition(&file.attrs), &mut items)?;
    }
    Ok(items)
}

/// How deep the compiler goes, too, unless it is told otherwise.
const DEPTH: usize = 128;

/// Each `&` of `&&&…` is a level, too; nobody writes so many tokens without a comma, a semicolon or a block.
const RUN: usize = 10_000;

/// What is open around a token.
struct Level {
    tokens: proc_macro2::token_stream::IntoIter,
    angles: usize,
    run: usize,
}

impl Level {
    fn of(tokens: TokenStream) -> Self {
        Self { tokens: tokens.into_iter(), angles: 0, run: 0 }
    }

    fn pass(&mut self, token: &TokenTree) {
        self.run += 1;
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => self.angles += 1,
                '>' => self.angles = self.angles.saturating_sub(1),
                '&' | '|' => self.angles = 0,
                ';' => (self.angles, self.run) = (0, 0),
                ',' => self.run = 0,
                _ => {}
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => self.run = 0,
            _ => {}
        }
    }
}

/// The text without a byte order mark and a line for the shell.
fn tokens(text: &str) -> Result<TokenStream> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_for_the_shell = text.strip_prefix("#!").is_some_and(|rest| !rest.trim_start().starts_with('['));
    let text = if is_for_the_shell { text.find('\n').map_or("", |end| &text[end..]) } else { text };
    let tokens = text.parse().map_err(syn::Error::from)?;
    not_too_deep(&tokens)?;
    Ok(tokens)
}

/// Nothing is nested so deep that reading it would need more stack than there is.
fn not_too_deep(tokens: &TokenStream) -> Result<()> {
    let mut open = vec![Level::of(tokens.clone())];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.next() else {
            open.pop();
            continue;
        };
        level.pass(&token);
        let (angles, run) = (level.angles, level.run);
        let at = match token {
            TokenTree::Group(group) => {
                open.push(Level::of(group.stream()));
                group.span_open()
            }
            token => token.span(),
        };
        if open.len() + angles > DEPTH {
            return Err(Error::new(at, format!("this is nested more than {DEPTH} deep")).hint("write it flatter"));
        }
        if run > RUN {
            let said = format!("more than {RUN} tokens stand here without a comma, a semicolon or a block");
            return Err(Error::new(at, said).hint("write it in parts"));
        }
    }
    Ok(())
}

/// `condition`: the attribute of a module around it.
fn module(list: &[syn::Item], condition: Option<Span>, items: &mut Vec<Item<Span>>) -> Result<()> {
    let imports = Imports::of(list);
    for one in list {
        let input = match one {
            syn::Item::Struct(one) => DeriveInput::from(one.clone()),
            syn::Item::Enum(one) => DeriveInput::from(one.clone()),
            syn::Item::Union(one) => DeriveInput::from(one.clone()),
            syn::Item::Mod(inner) => {
                if let Some((_, list)) = &inner.content
                    && !is_test(&inner.attrs)
                {
                    module(list, self::condition(&inner.attrs).or(condition), items)?;
                }
                continue;
            }
            other => match hidden(other, &imports) {
                None => continue,
                Some(at) => {
                    return Err(Error::new(at, "not supported: a model in a function, a constant or a macro")
                        .hint("only a compiler sees it: declare it by itself, in the file or a module"));
                }
            },
        };
        let Some(derive) = derived(&input.attrs, &imports)? else { continue };
        if let Some(at) = self::condition(&input.attrs).or(condition).or_else(|| within(&input)) {
            return Err(Error::new(at, "not supported: a model that is there under a condition")
                .hint("only a compiler knows whether it holds: declare the model without one"));
        }
        items.push(item(&input, derive)?);
    }
    Ok(())
}

/// A derive of ours in what is not read: a model that nobody reads would become a DROP.
fn hidden(item: &syn::Item, imports: &Imports) -> Option<Span> {
    let mut open = vec![(Delimiter::None, item.to_token_stream().into_iter())];
    let mut before = None;
    while let Some((within, tokens)) = open.last_mut() {
        match tokens.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) => {
                if let Some(derive) = before.take().filter(|_| *within == Delimiter::Bracket) {
                    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(group.stream());
                    if paths.into_iter().flatten().any(|path| imports.derive(&path).is_some()) {
                        return Some(derive);
                    }
                }
                open.push((group.delimiter(), group.stream().into_iter()));
            }
            Some(TokenTree::Ident(ident)) => before = (ident == "derive").then(|| ident.span()),
            Some(_) => before = None,
        }
    }
    None
}

/// Also one under which there is more, or less, to say of what is there.
fn condition(attributes: &[Attribute]) -> Option<Span> {
    attributes.iter().find(|attribute| is_condition(&attribute.meta)).map(Spanned::span)
}

fn is_condition(meta: &Meta) -> bool {
    let says = |meta: &Meta| meta.path().is_ident("model") || is_condition(meta);
    meta.path().is_ident("cfg") || conditional(meta).iter().any(says)
}

/// What `cfg_attr` says under its condition; whether it is well written is for the compiler to tell.
fn conditional(meta: &Meta) -> Vec<Meta> {
    match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let nested = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            nested.into_iter().flatten().skip(1).collect()
        }
        _ => Vec::new(),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    };
    attributes.iter().any(is_test)
}

/// A condition on a field or a variant.
fn within(input: &DeriveInput) -> Option<Span> {
    parts(input).into_iter().find_map(condition)
}

/// The attributes of each field or variant.
fn parts(input: &DeriveInput) -> Vec<&[Attribute]> {
    match &input.data {
        Data::Struct(data) => data.fields.iter().map(|field| field.attrs.as_slice()).collect(),
        Data::Enum(data) => data.variants.iter().map(|variant| variant.attrs.as_slice()).collect(),
        Data::Union(_) => Vec::new(),
    }
}

/// Which of the macros is derived, if one is.
fn derived(attributes: &[Attribute], imports: &Imports) -> Result<Option<Derive>> {
    for attribute in attributes {
        if attribute.path().is_ident("derive") {
            let paths = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?;
            if let Some(derive) = paths.iter().find_map(|path| imports.derive(path)) {
                return Ok(Some(derive));
            }
        } else if conditional(&attribute.meta).iter().any(|meta| derives(meta, imports)) {
            return Err(Error::new(attribute.span(), "not supported: a model that is there under a condition")
                .hint("only a compiler knows whether it holds: derive it without one"));
        }
    }
    Ok(None)
}

fn derives(meta: &Meta, imports: &Imports) -> bool {
    match meta {
        Meta::List(list) if list.path.is_ident("derive") => {
            let paths = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
            paths.into_iter().flatten().any(|path| imports.derive(&path).is_some())
        }
        other => conditional(other).iter().any(|meta| derives(meta, imports)),
    }
}

/// What names mean that a module has from elsewhere: the name here, the crate that it is from, the name there.
struct Imports(BTreeMap<String, (String, String)>);

impl Imports {
    fn of(items: &[syn::Item]) -> Self {
        let mut imports = Self(BTreeMap::new());
        for item in items {
            if let syn::Item::Use(one) = item {
                imports.add(&one.tree, None);
            }
        }
        imports
    }

    fn add(&mut self, tree: &UseTree, root: Option<&str>) {
        let from = |ident: &syn::Ident| root.map_or_else(|| ident.to_string(), str::to_owned);
        match tree {
            UseTree::Path(path) => self.add(&path.tree, Some(&from(&path.ident))),
            UseTree::Name(name) => {
                self.0.insert(name.ident.to_string(), (from(&name.ident), name.ident.to_string()));
            }
            UseTree::Rename(rename) => {
                self.0.insert(rename.rename.to_string(), (from(&rename.ident), rename.ident.to_string()));
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, root)),
            UseTree::Glob(_) => {}
        }
    }

    fn derive(&self, path: &Path) -> Option<Derive> {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let (root, name) = match segments.as_slice() {
            [name] => match self.0.get(name) {
                Some((root, name)) => (root.as_str(), name.as_str()),
                // from a prelude, or a module above
                None => ("autogen", name.as_str()),
            },
            // `use autogen as a;`
            [root, .., name] => match self.0.get(root) {
                Some((from, _)) if root != "autogen" => (from.as_str(), name.as_str()),
                _ => (root.as_str(), name.as_str()),
            },
            [] => return None,
        };
        let ours = ["autogen", "autogen_derive", "crate", "self", "super"].contains(&root);
        match name {
            "Model" if ours => Some(Derive::Model),
            "ModelEnum" if ours => Some(Derive::ModelEnum),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_told_and_not_followed() {
        for (part, told) in [
            ("(", "this is nested more than 128 deep"),
            ("&", "more than 10000 tokens stand here without a comma, a semicolon or a block"),
            ("*const ", "more than 10000 tokens stand here without a comma, a semicolon or a block"),
        ] {
            let closed = if part == "(" { ")" } else { "" };
            let text = format!("type Deep = {}u8{};", part.repeat(20_000), closed.repeat(20_000));
            assert_eq!(file(&text).err().map(|error| error.message).as_deref(), Some(told), "{part}");
        }
        let long = format!("fn long() {{ {} }}", "let x = [1, 2]; ".repeat(5_000));
        assert!(file(&long).is_ok_and(|items| items.is_empty()));
    }
}
