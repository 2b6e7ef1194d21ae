//! When can there be no doubt that it is a rename?
//!
//! Invariant: never where a person could have meant the other thing. So nothing but the name is different, and there is no
//! second that it could be. What holds data must bear the same name, only spelled otherwise: `email` and `phone` stand at one
//! place and have one type, and so do `token` and `token_hash`. What holds none is the same after a rename as after a drop and a
//! create, so that being equal is enough where it cannot be so by chance.

use super::names;
use super::profile::Profile;
use super::score::Likeness;

/// A definition of so many characters is not the same by chance.
const LONG: usize = 40;

/// So many parts, each the same, make a thing known.
const PARTS: usize = 3;

pub fn is_certain(old: &Profile, new: &Profile, likeness: &Likeness, has_rival: bool) -> bool {
    if has_rival || !likeness.equal {
        return false;
    }
    let (one, other) = (old.name.as_str(), new.name.as_str());
    let parts = old.parts.iter().filter(|part| part.holds_data).count();
    let same_name = names::is_same_name(one, other) || parts >= PARTS && names::same_but_for_number(one, other);
    if old.object.holds_data() || parts > 0 {
        return same_name;
    }
    let length: usize = old.says.iter().map(|(_, value)| value.len()).sum();
    let within = old.object.parent().is_some() && length > 0;
    same_name || within || !old.users.is_empty() || length >= LONG
}
