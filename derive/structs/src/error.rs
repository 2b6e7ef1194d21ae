//! What is wrong with a struct, where, and what to do about it?

use proc_macro2::Span;

/// Said in the same words by the compiler and by the command line.
#[derive(Debug, Clone)]
pub struct Error<P = Span> {
    /// Lower case, without a final period.
    pub message: String,
    pub hint: Option<String>,
    pub at: P,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl<P> Error<P> {
    pub fn new(at: P, message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, at }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn twice(at: P, key: &str) -> Self {
        Self::new(at, format!("`{key}` is written twice")).hint("keep one of the two")
    }

    /// The same with another place.
    pub fn placed<Q>(self, place: impl Fn(P) -> Q) -> Error<Q> {
        Error { message: self.message, hint: self.hint, at: place(self.at) }
    }

    /// An unknown word, with the nearest that is known.
    pub fn unknown<'a>(at: P, what: &str, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let error = Self::new(at, format!("unknown {what} `{word}`"));
        match near(word, &known) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("known here: {}", known.join(", "))),
        }
    }
}

fn near<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let far = |candidate: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase());
    let measured = known.iter().map(|candidate| (far(candidate), *candidate));
    let close = measured.filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4);
    close.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

impl From<syn::Error> for Error {
    fn from(cause: syn::Error) -> Self {
        let cause_said = match cause.to_string() {
            // the lexer's, which says no more
            said if said == "cannot parse string into token stream" => {
                "a text or a bracket is never closed, or a character is none of Rust".to_owned()
            }
            said => said,
        };
        Self::new(cause.span(), format!("this cannot be read as Rust: {cause_said}"))
            .hint("`cargo check` shows what the compiler says of it")
    }
}

impl From<Error> for syn::Error {
    fn from(error: Error) -> Self {
        let hint = error.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        syn::Error::new(error.at, format!("{}{hint}", error.message))
    }
}
