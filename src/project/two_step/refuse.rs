//! What cannot change in two steps?

use super::*;

/// Both columns are there, and nothing keeps them in step.
pub fn both(hint: &TwoStep, declared: bool) -> Error {
    hint.hint.both().hint(match declared {
        true => "a model declares both; take `rename` away, or the old column",
        false => "drop or rename one of the two by hand, or take `rename` away",
    })
}

/// A column that gets another name.
pub fn check(step: &Step, has: &Column, ground: &Ground) -> Result<()> {
    let InStep { pair, up, down, .. } = &step.in_step;
    let new = &step.hint.hint.id;
    if ground.wanted.get(&step.old).is_some() {
        let error = no(step, format!("{} is renamed from {}, which a model declares too", new, pair.old));
        return Err(error.hint("take one of the two away"));
    }
    let refused = |why: String| {
        let error = no(step, format!("not supported: {new} renamed from {} in two steps: {why}", pair.old));
        Err(error
            .hint("rename it at once, with `renamed_from`, or write the steps by hand with `autogen revision --empty`"))
    };
    if let Some(why) = unfit(step, has, ground) {
        return refused(why);
    }
    if !(up.is_assigned() && down.is_assigned()) {
        return refused(format!("{} and {} do not become each other without a cast", down.to, up.to));
    }
    names(step, ground)?;
    match on_both(step, ground) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// A column that gets another type.
pub fn change(step: &Step, has: &Column, ground: &Ground) -> Result<()> {
    let InStep { pair, up, down, .. } = &step.in_step;
    let what = format!("another type of {} in two steps", step.old);
    let refused = |why: String| Err(no(step, format!("not supported: {what}: {why}")).hint(AT_ONCE));
    if up.is_instant(&step.had, has) {
        let why = format!("{} becomes {} at once, and no row is touched", down.to, up.to);
        return Err(no(step, format!("{what} is not needed: {why}")).hint("take `change` away"));
    }
    if let Some(why) = unfit(step, has, ground) {
        return refused(why);
    }
    for (crossing, from, way) in [(up, &down.to, "up"), (down, &up.to, "down")] {
        if crossing.is_unsaid() {
            let error = no(step, format!("{what}: PostgreSQL has no cast from {from} to {}", crossing.to));
            return Err(error.hint(format!("say how values convert: `using: {{ {way}: … }}`")));
        }
    }
    names(step, ground)?;
    for catalog in [ground.live, ground.wanted] {
        if let Some(why) = stands(&step.old, &pair.table, catalog) {
            return refused(why);
        }
    }
    Ok(())
}

const AT_ONCE: &str =
    "take `change` away, which changes it at once, or write the steps by hand with `autogen revision --empty`";

/// The models have changed their mind in between.
pub fn another(step: &Step, wanted: &Column, there: Option<&Column>) -> Result<()> {
    match there.filter(|there| there.changes_type(wanted)) {
        Some(there) => {
            let error =
                no(step, format!("{} is on its way to {}, and a model wants {}", step.old, there.ty, wanted.ty));
            Err(error.hint("run the revision that waits, or go back with `autogen downgrade`, before it changes again"))
        }
        None => Ok(()),
    }
}

/// An index or a constraint on two columns that change would have to follow both.
pub fn shared(steps: &[Step], ground: &Ground) -> Result<()> {
    let mut seen: BTreeMap<Id, &Step> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.hint.one_name) {
        for catalog in [ground.live, ground.wanted] {
            for id in on(&step.old, &step.in_step.pair.table, catalog) {
                let other = *seen.entry(id.clone()).or_insert(step);
                if other.old != step.old {
                    let what = format!("another type of {} in two steps", step.old);
                    let error =
                        no(step, format!("not supported: {what}: {id} is on {} too, which changes so", other.old));
                    return Err(error.hint("change one of the two first, and let it go"));
                }
            }
        }
    }
    Ok(())
}

/// What stands on the column and cannot pass from one to another under a passing name.
fn stands(column: &Id, table: &Qualified, catalog: &Catalog) -> Option<String> {
    let around = on(column, table, catalog);
    let facts: BTreeSet<Fact> = around.iter().filter_map(|id| catalog.get(id)).flat_map(Object::provides).collect();
    let objects = catalog.objects().iter().filter(|(id, _)| *id != column);
    objects.into_iter().find_map(|(id, object)| {
        let parent = object.parent();
        let is_attached = |id: &Id| id.on.is_some() || parent.as_ref() == Some(column);
        let is_its_key = |fact: &Fact| match fact {
            Fact::Key(of, columns) => {
                *of == Name::relation(table) && column.last().is_some_and(|name| columns.contains(name))
            }
            _ => false,
        };
        if catalog.requires(id).iter().any(is_its_key) {
            return Some(format!("{id} refers to it"));
        }
        match (around.contains(id), id.tag) {
            (true, Tag::PrimaryKey) => Some("it is in the primary key".to_owned()),
            (true, Tag::Ownership) => Some(belongs(id)),
            (true, _) if passing::is_named(id) || is_attached(id) => None,
            (true, _) => Some(format!("{id} stands on it")),
            (false, _) if !catalog.requires(id).iter().any(|fact| facts.contains(fact)) => None,
            (false, Tag::Ownership) => Some(belongs(id)),
            (false, _) => Some(format!("{id} stands on it")),
        }
    })
}

/// `serial`
fn belongs(sequence: &Id) -> String {
    format!("sequence {} belongs to it, and would go with it", sequence.qualified())
}

/// Why its values cannot be those of two columns.
fn unfit(step: &Step, has: &Column, ground: &Ground) -> Option<String> {
    let table = &step.in_step.pair.table;
    if ground.before.get(&step.old).is_none() {
        return Some(format!("{table} is renamed too"));
    }
    let other = || descends(table, ground);
    let not_copied = [&step.had, has].into_iter().find_map(Column::not_copied);
    not_copied.or_else(|| Some(format!("{table} is partitioned, inherits or is inherited from ({})", other()?)))
}

fn no(step: &Step, message: String) -> Error {
    Error::no(message).at(step.hint.hint.place.clone())
}

/// Whose rows are among the table's, or the other way round.
fn descends(table: &Qualified, ground: &Ground) -> Option<Qualified> {
    let objects = || [ground.live, ground.wanted].into_iter().flat_map(|catalog| catalog.objects().values());
    let others = objects().flat_map(Object::descends).find_map(|descent| match (descent.parent, descent.child) {
        (parent, child) if parent == *table => Some(child),
        (parent, child) if child == *table => Some(parent),
        _ => None,
    });
    let divides = |object: &Object| object.divides().is_some_and(|(name, _)| name == table);
    others.or_else(|| objects().any(divides).then(|| table.clone()))
}

/// What keeps the two in step has to have a name.
fn names(step: &Step, ground: &Ground) -> Result<()> {
    let Pair { table, .. } = &step.in_step.pair;
    let (function, trigger) = (step.in_step.pair.function(), step.in_step.pair.trigger());
    let taken = |name: &Name| match (name.space, name.path.as_slice()) {
        (Space::Routine, [schema, name, ..]) => function == Qualified::new(schema, name),
        (Space::Trigger, [schema, of, name]) => *table == Qualified::new(schema, of) && *name == trigger,
        _ => false,
    };
    let objects = [ground.before, ground.wanted].into_iter().flat_map(|catalog| catalog.objects().values());
    match objects.flat_map(Object::occupies).find(taken) {
        Some(name) => Err(no(step, format!("{name} is the name of what would keep the two columns in step"))
            .hint("give what bears it another name")),
        None => Ok(()),
    }
}

/// Between the two steps the old column has what it had, and the new one what is wanted of it: not under one name.
fn on_both(step: &Step, ground: &Ground) -> Option<Error> {
    let old = Name::column(&step.in_step.pair.table, &step.in_step.pair.old);
    let table = Id::of(Tag::Table, &step.in_step.pair.table);
    let speaks = |fact: &Fact| match fact {
        Fact::Exists(name) | Fact::Type(name, _) | Fact::ExactType(name, _) | Fact::NotNull(name) => *name == old,
        Fact::Key(of, columns) => {
            *of == Name::relation(&step.in_step.pair.table) && columns.contains(&step.in_step.pair.old)
        }
        _ => false,
    };
    let on = ground.live.objects().iter().filter(|(id, _)| ground.live.requires(id).iter().any(speaks));
    on.into_iter().find_map(|(id, object)| {
        let within = object.parent().as_ref() == Some(&table);
        let refers = ground.live.requires(id).iter().any(|fact| matches!(fact, Fact::Key(..)) && speaks(fact));
        let what = format!("not supported: {} renamed from {} in two steps", step.hint.hint.id, step.in_step.pair.old);
        match id.tag {
            Tag::PrimaryKey => Some(
                no(step, format!("{what}: it is in the primary key")).hint("rename it at once, with `renamed_from`"),
            ),
            _ if refers => {
                Some(no(step, format!("{what}: {id} refers to it")).hint("rename it at once, with `renamed_from`"))
            }
            _ if within && ground.wanted.get(id).is_some() => {
                let error = no(step, format!("{what}: {id} would be on both"));
                let place = ground.wanted.place(id).map(|place| format!(" at {place}")).unwrap_or_default();
                Some(error.hint(format!(
                    "give the one that is wanted{place} another name: both are there between the two steps"
                )))
            }
            _ => None,
        }
    })
}
