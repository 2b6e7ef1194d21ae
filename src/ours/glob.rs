//! Does a name fit a pattern in which `*` is any text and `?` any character?
//!
//! Names of models are tried here and live ones on the server, which gets the same pattern as a regular expression.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(pub String);

impl Glob {
    /// No pattern takes everything.
    pub fn takes(glob: &Option<Self>, name: &str) -> bool {
        glob.as_ref().is_none_or(|glob| glob.fits(name))
    }

    pub fn fits(&self, name: &str) -> bool {
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut p, mut n) = (0, 0);
        // where the last `*` stands, and how much of the name it has taken so far
        let mut star: Option<(usize, usize)> = None;
        while n < name.len() {
            match pattern.get(p) {
                Some('*') => {
                    star = Some((p, n));
                    p += 1;
                }
                Some(c) if *c == '?' || *c == name[n] => (p, n) = (p + 1, n + 1),
                _ => match star {
                    Some((at, taken)) => {
                        star = Some((at, taken + 1));
                        (p, n) = (at + 1, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|c| *c == '*')
    }

    /// The same for the server's `~`.
    pub fn pattern(&self) -> String {
        let mut out = String::from("^");
        for c in self.0.chars() {
            match c {
                '*' => out.push_str(".*"),
                '?' => out.push('.'),
                c if c.is_alphanumeric() || c == '_' => out.push(c),
                c => out.extend(['\\', c]),
            }
        }
        out.push('$');
        out
    }
}
