//! What is a column called that is to have the name of one which is still there?
//!
//! By a passing name, made of its own, and so are the indexes and constraints on it, whose names have an owner too. Invariant: the
//! names are found again between the two revisions, whatever else has come by then.

use super::*;
use crate::catalog::Notes;
use crate::name::{MAX_BYTES, cut};

/// A table has no more columns.
const COLUMNS: usize = 1600;

/// `n_new`, and `n_new_2` where that is taken.
fn names(of: &Ident) -> impl Iterator<Item = Ident> {
    let ends = std::iter::once("_new".to_owned()).chain((2..).map(|n| format!("_new_{n}")));
    ends.map(|end| Ident::new(format!("{}{end}", cut(of.as_str(), MAX_BYTES - end.len()))))
}

/// The pair that is kept in step, whose new column bears the name of the old one in `as_named`.
pub fn begun(as_named: &Pair, catalog: &Catalog) -> Option<Pair> {
    let pairs = names(&as_named.old).take(COLUMNS).map(|new| Pair { new, ..as_named.clone() });
    let is_there =
        |pair: &Pair| catalog.get(&column(pair, &pair.new)).is_some() && catalog.get(&trigger(pair)).is_some();
    pairs.into_iter().find(is_there)
}

/// Of a column that gets another type and keeps its name.
pub fn step<'a>(hint: &'a TwoStep, ground: &Ground) -> Result<Option<Step<'a>>> {
    let old = hint.hint.id.clone();
    let (Some(had), Some(has)) = (as_column(ground.live, &old), as_column(ground.wanted, &old)) else {
        return Ok(None);
    };
    let is_of = |pair: &&Pair| {
        pair.table == has.table && pair.old == has.name && names(&pair.old).take(COLUMNS).any(|name| name == pair.new)
    };
    let begun = ground.in_step.iter().find(is_of);
    if begun.is_none() && !had.changes_type(has) {
        return Ok(None);
    }
    let ours = match begun {
        Some(pair) => on(&column(pair, &pair.new), &pair.table, ground.live),
        None => BTreeSet::new(),
    };
    let names = Names::of(&ours, ground);
    let wanted = Object::from(has.clone());
    let new = begun.map_or_else(|| names.passing(&wanted), |pair| pair.new.clone());
    let pair = Pair { table: has.table.clone(), old: has.name.clone(), new };
    let named = names.renames(&pair, has, ground.wanted);
    let passing = with_not_null(named.clone(), &pair, has);
    let named = if ground.major < NAMED { named } else { passing.clone() };
    let renamed = wanted.renamed(&passing);
    let Object::Column(passes) = &renamed else { return Ok(None) };
    let up = Between { from: had, to: passes, stated: has.using.up.as_ref() }.crossing(ground.casts);
    let down = Between { from: passes, to: had, stated: passes.using.down.as_ref() }.crossing(ground.casts);
    let in_step = InStep { pair, up, down, one_name: true };
    let had = had.clone();
    let mut step = Step { hint, in_step, old, had, state: State::Before, passing, named };
    step.state = step.state_of(begun.is_some(), ground);
    match begun {
        None => refuse::change(&step, has, ground)?,
        Some(pair) => refuse::another(&step, passes, as_column(ground.live, &column(pair, &pair.new)))?,
    }
    Ok(Some(step))
}

/// What is taken, and what of it by the column under its passing name.
struct Names {
    taken: BTreeSet<Name>,
    ours: BTreeSet<Name>,
}

impl Names {
    fn of(ours: &BTreeSet<Id>, ground: &Ground) -> Self {
        let catalogs = [ground.before, ground.live, ground.wanted];
        let taken = catalogs.iter().flat_map(|catalog| catalog.objects().values()).flat_map(Object::occupies).collect();
        let ours = ours.iter().filter_map(|id| ground.live.get(id)).flat_map(Object::occupies).collect();
        Self { taken, ours }
    }

    fn passing(&self, object: &Object) -> Ident {
        let id = object.id();
        let own = id.last().cloned().unwrap_or_else(|| Ident::new(""));
        let before = object.occupies();
        let occupied = |name: &Ident| {
            let mut names = object.under_the_name(name).occupies();
            // the sequence of an identity keeps its name
            names.retain(|name| !before.contains(name));
            names
        };
        let is_ours = |name: &Ident| occupied(name).iter().any(|name| self.ours.contains(name));
        let is_free = |name: &Ident| !occupied(name).iter().any(|name| self.taken.contains(name));
        let found = names(&own).take(self.ours.len().min(COLUMNS)).find(is_ours);
        found.or_else(|| names(&own).find(is_free)).unwrap_or(own)
    }

    /// Of the column, and of what is on it and has a name of its own.
    fn renames(&self, pair: &Pair, has: &Column, wanted: &Catalog) -> Renames {
        let mut renames = Renames::default();
        renames.put(has.key(), &pair.new);
        for object in on(&column(pair, &has.name), &pair.table, wanted).iter().filter_map(|id| wanted.get(id)) {
            if is_named(&object.id()) {
                renames.add(object, &self.passing(object));
            }
        }
        renames
    }
}

/// NOT NULL is a constraint with a name from here on; before, the name is only kept in mind.
const NAMED: u32 = 18;

fn with_not_null(mut renames: Renames, pair: &Pair, has: &Column) -> Renames {
    if has.not_null {
        let passing = Column { name: pair.new.clone(), not_null_constraint: Default::default(), ..has.clone() };
        renames.put(Name::constraint(&pair.table, &has.not_null_name()), &passing.not_null_name());
    }
    renames
}

/// As the columns are that have got their names from passing ones, where the name of their NOT NULL stays behind.
pub fn passed(done: &[&Step], wanted: Catalog) -> Catalog {
    let (mut objects, externals, notes) = wanted.into_parts();
    for step in done.iter().filter(|step| step.passing != step.named) {
        let Some(Object::Column(column)) = objects.get_mut(&step.old) else { continue };
        let mut passing = column.as_ref().clone();
        (passing.name, passing.not_null_constraint) = (step.in_step.pair.new.clone(), Default::default());
        column.not_null_constraint.name = Some(passing.not_null_name());
    }
    Catalog::close(objects, externals, notes)
}

/// By a name that another of its sort cannot have beside it, and that a rename gives.
pub fn is_named(id: &Id) -> bool {
    id.on.is_none() && matches!(id.place().space, Space::Relation | Space::Constraint | Space::Statistics)
}

/// In the place of what the models call them.
pub fn put_aside(aside: Vec<(Id, Object)>, objects: &mut BTreeMap<Id, Object>, notes: &mut Notes) {
    for (id, _) in &aside {
        objects.remove(id);
    }
    let last = notes.order.values().max().copied().unwrap_or(0);
    for (id, object) in aside {
        let new = object.id();
        notes.places.extend(notes.places.get(&id).cloned().map(|place| (new.clone(), place)));
        // behind the others, where it is made
        let order = if object.as_column().is_some() { Some(last + 1) } else { notes.order.get(&id).copied() };
        notes.order.extend(order.map(|order| (new.clone(), order)));
        if notes.online.contains(&id) {
            notes.online.insert(new.clone());
        }
        objects.insert(new, object);
    }
}
