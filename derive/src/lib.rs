//! The macros of autogen: what a struct declares, known where it is compiled.
//!
//! They read an item with the reader of the command line, and write what it found as code that makes the same tree. Use them by
//! the names that `autogen` gives them.

use autogen_structs::Derive;
use proc_macro::TokenStream;

mod embed;
mod emit;

/// A table, a mixin, or what a database has beside tables.
#[proc_macro_derive(Model, attributes(model))]
pub fn model(input: TokenStream) -> TokenStream {
    derived(input, Derive::Model)
}

/// An enum type.
#[proc_macro_derive(ModelEnum, attributes(model))]
pub fn model_enum(input: TokenStream) -> TokenStream {
    derived(input, Derive::ModelEnum)
}

/// The revision files of a folder, inside the program: `autogen::embed!("revisions")` is an `autogen::Embedded`. The path starts
/// at the folder of Cargo.toml.
#[proc_macro]
pub fn embed(input: TokenStream) -> TokenStream {
    let folder = syn::parse_macro_input!(input as syn::LitStr);
    let embedded = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(root) => embed::embed(root.as_ref(), &folder.value()),
        None => Err("CARGO_MANIFEST_DIR is not set, which Cargo does; the path would start there".to_owned()),
    };
    embedded.unwrap_or_else(|wrong| syn::Error::new(folder.span(), wrong).into_compile_error()).into()
}

fn derived(input: TokenStream, derive: Derive) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    match autogen_structs::item(&input, derive) {
        Ok(item) => emit::implementation(&input.ident, item).into(),
        Err(error) => syn::Error::from(error).into_compile_error().into(),
    }
}
