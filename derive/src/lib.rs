//! The macros of autogen: what a struct declares, known where it is compiled.
//!
//! They read an item with the reader of the command line, and write what it found as code that makes the same tree. Use them by
//! the names that `autogen` gives them.

use autogen_structs::Derive;
use proc_macro::TokenStream;

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

fn derived(input: TokenStream, derive: Derive) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    match autogen_structs::item(&input, derive) {
        Ok(item) => emit::implementation(&input.ident, item).into(),
        Err(error) => syn::Error::from(error).into_compile_error().into(),
    }
}
