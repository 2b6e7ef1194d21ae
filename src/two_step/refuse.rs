//! What cannot be renamed in two steps?

use super::*;

/// Both columns are there, and nothing keeps them in step.
pub fn both(hint: &TwoStep, declared: bool) -> Error {
    let hint = &hint.hint;
    let error = Error::no(format!("{} is renamed from {}, and the database has both", hint.id, hint.from))
        .at(hint.place.clone());
    error.hint(match declared {
        true => "a model declares both; take `rename` away, or the old column",
        false => "drop or rename one of the two by hand, or take `rename` away",
    })
}

pub fn check(step: &Step, ground: &Ground) -> Result<()> {
    let Pair { table, .. } = &step.pair;
    let new = &step.hint.hint.id;
    if ground.wanted.get(&step.old).is_some() {
        let error = no(step, format!("{} is renamed from {}, which a model declares too", new, step.pair.old));
        return Err(error.hint("take one of the two away"));
    }
    let refused = |why: String| {
        let error = no(step, format!("not supported: {new} renamed from {} in two steps: {why}", step.pair.old));
        Err(error
            .hint("rename it at once, with `renamed_from`, or write the steps by hand with `autogen revision --empty`"))
    };
    if ground.before.get(&step.old).is_none() {
        return refused(format!("{table} is renamed too"));
    }
    let (Some(had), Some(has)) = (as_column(ground.live, &step.old), as_column(ground.wanted, new)) else {
        return Ok(());
    };
    if let Some(why) = [had, has].into_iter().find_map(Column::not_copied) {
        return refused(why);
    }
    if !(Column::assigned(ground.casts, &had.ty, &has.ty) && Column::assigned(ground.casts, &has.ty, &had.ty)) {
        return refused(format!("{} and {} do not become each other without a cast", had.ty, has.ty));
    }
    if let Some(other) = descends(table, ground) {
        return refused(format!("{table} is partitioned, inherits or is inherited from ({other})"));
    }
    names(step, ground)?;
    match on_both(step, ground) {
        Some(error) => Err(error),
        None => Ok(()),
    }
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
    let Pair { table, .. } = &step.pair;
    let (function, trigger) = (step.pair.function(), step.pair.trigger());
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
    let old = Name::column(&step.pair.table, &step.pair.old);
    let table = Id::of(Tag::Table, &step.pair.table);
    let speaks = |fact: &Fact| match fact {
        Fact::Exists(name) | Fact::Type(name, _) | Fact::ExactType(name, _) | Fact::NotNull(name) => *name == old,
        Fact::Key(of, columns) => *of == Name::relation(&step.pair.table) && columns.contains(&step.pair.old),
        _ => false,
    };
    let on = ground.live.objects().iter().filter(|(id, _)| ground.live.requires(id).iter().any(speaks));
    on.into_iter().find_map(|(id, object)| {
        let within = object.parent().as_ref() == Some(&table);
        let refers = ground.live.requires(id).iter().any(|fact| matches!(fact, Fact::Key(..)) && speaks(fact));
        let what = format!("not supported: {} renamed from {} in two steps", step.hint.hint.id, step.pair.old);
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
