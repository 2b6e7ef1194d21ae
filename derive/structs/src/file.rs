//! Which items of a Rust file declare something?
//!
//! Those that derive autogen's macros, in modules too. Everything else of the file is Rust that nobody here reads. What only
//! the compiler could tell is refused: a model that is there under a condition.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Meta, Path, Token, UseTree};

use crate::error::{Error, Result};
use crate::item::{Derive, Item, item};

/// What a Rust file declares, in its order.
pub fn file(text: &str) -> Result<Vec<Item<Span>>> {
    let file = syn::parse_file(nested(text)?)?;
    let mut items = Vec::new();
    module(&file.items, None, &mut items)?;
    Ok(items)
}

/// How deep the compiler goes, too, unless it is told otherwise.
const DEPTH: usize = 128;

/// The text, which is not nested so deep that reading it would need more stack than there is.
fn nested(text: &str) -> Result<&str> {
    let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    // what is no Rust is for the reader to tell, and so is a line for the shell
    let Ok(tokens) = without_mark.parse::<TokenStream>() else { return Ok(text) };
    let mut open = vec![(tokens.into_iter(), 0_usize)];
    while let Some((tokens, angles)) = open.last_mut() {
        let next = tokens.next();
        match &next {
            Some(TokenTree::Punct(punct)) => match punct.as_char() {
                '<' => *angles += 1,
                '>' => *angles = angles.saturating_sub(1),
                ';' | '&' | '|' => *angles = 0,
                _ => {}
            },
            Some(TokenTree::Group(_)) | None => {}
            Some(_) => continue,
        }
        let angles = *angles;
        let at = match next {
            Some(TokenTree::Group(group)) => {
                open.push((group.stream().into_iter(), 0));
                group.span_open()
            }
            Some(token) => token.span(),
            None => {
                open.pop();
                continue;
            }
        };
        if open.len() + angles > DEPTH {
            return Err(Error::new(at, format!("this is nested more than {DEPTH} deep")).hint("write it flatter"));
        }
    }
    Ok(text)
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
            _ => continue,
        };
        let Some(derive) = derived(&input.attrs, &imports)? else { continue };
        if let Some(at) = self::condition(&input.attrs).or(condition).or_else(|| within(&input)) {
            return Err(Error::new(at, "not supported: a model that is there under a condition")
                .hint("only a compiler knows whether it holds: declare the model without one"));
        }
        if let Some(at) = said_under_a_condition(&input) {
            return Err(Error::new(at, "not supported: an attribute that is there under a condition")
                .hint("only a compiler knows whether it holds: say it without one"));
        }
        items.push(item(&input, derive)?);
    }
    Ok(())
}

fn condition(attributes: &[Attribute]) -> Option<Span> {
    attributes.iter().find(|attribute| attribute.path().is_ident("cfg")).map(Spanned::span)
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

/// `#[cfg_attr(…, model(…))]`, of which the macro sees no more than `#[model(…)]` or nothing.
fn said_under_a_condition(input: &DeriveInput) -> Option<Span> {
    let is_ours = |attribute: &&Attribute| {
        attribute.path().is_ident("cfg_attr")
            && attribute
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .is_ok_and(|nested| nested.iter().skip(1).any(|meta| meta.path().is_ident("model")))
    };
    let all = std::iter::once(input.attrs.as_slice()).chain(parts(input));
    all.flatten().find(is_ours).map(Spanned::span)
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
        } else if attribute.path().is_ident("cfg_attr") {
            let nested = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
            for meta in nested.iter().skip(1) {
                let Meta::List(list) = meta else { continue };
                let paths = match list.path.is_ident("derive") {
                    true => list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?,
                    false => continue,
                };
                if paths.iter().any(|path| imports.derive(path).is_some()) {
                    return Err(Error::new(attribute.span(), "not supported: a model that is there under a condition")
                        .hint("only a compiler knows whether it holds: derive it without one"));
                }
            }
        }
    }
    Ok(None)
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
