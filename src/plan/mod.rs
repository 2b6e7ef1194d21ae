//! In which order, and folded into which statements, do the steps run?
//!
//! Invariant: every prefix of a plan is closed. What makes a fact true comes before what begins to need it; what ceases to
//! need a fact comes before what makes it false; a name is vacated before it is taken. No kind is known here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::diff::diff;
use crate::error::{Error, Place, Result};
use crate::intent::Intent;
use crate::kind::{Change, Fact, Hazard, Id, Name, Object, Origin, Pace};
use crate::rewrite::{Steps, rewrite};

mod bodies;
mod carry;
mod context;
mod count;
mod descent;
mod fold;
mod given;
mod join;
mod online;
mod order;
mod schedule;
mod unread;

use context::Context;
pub use join::Body;

/// Statements in the order in which they run.
#[derive(Debug, Default)]
pub struct Plan {
    pub statements: Vec<Statement>,
}

#[derive(Debug)]
pub struct Statement {
    /// What it does: one op, or several neighbours on one table.
    pub ops: Vec<Op>,
    /// Every object that it changes, those that fold into another's statement included.
    pub changes: Vec<Change<Object>>,
    pub body: Body,
    /// Cannot run in a transaction, or must be committed before something later can use it.
    pub own_transaction: bool,
    /// It is done in rounds, each a transaction of its own.
    pub pace: Option<Pace>,
}

#[derive(Debug, Clone)]
pub struct Op {
    /// `add_column`
    pub name: &'static str,
    pub id: Id,
    /// The value before and after, as far as there is one.
    pub old: Option<Object>,
    pub new: Option<Object>,
    pub hazards: Vec<Hazard>,
    /// Down and up again for the sake of another op.
    pub recreated: bool,
    /// The model's line.
    pub place: Option<Place>,
}

/// One thing to do with one object.
#[derive(Debug, Clone)]
enum Node<'a> {
    Create(&'a Object),
    Drop(&'a Object),
    Alter { old: &'a Object, new: &'a Object },
    Swap { old: &'a Object, new: &'a Object, moved: Vec<&'a Object> },
}

impl<'a> Node<'a> {
    fn change(&self) -> Change<&'a Object> {
        match self {
            Node::Create(new) => Change::Create(*new),
            Node::Drop(old) => Change::Drop(*old),
            Node::Alter { old, new } | Node::Swap { old, new, .. } => Change::Alter { old: *old, new: *new },
        }
    }

    fn object(&self) -> &'a Object {
        self.change().subject()
    }

    /// Of the value that is altered.
    fn old_origins(&self) -> Vec<Origin> {
        match self {
            Node::Alter { old, .. } | Node::Swap { old, .. } => old.origins(),
            Node::Create(_) | Node::Drop(_) => Vec::new(),
        }
    }
}

/// The whole way from one catalog to another: renames first, then everything else as it reads after them.
pub fn plan(before: &Catalog, after: &Catalog, intent: &Intent) -> Result<Plan> {
    let (cleared, mut statements) = vacate(before, intent)?;
    let (middle, mut renamed) = intent.rename(&cleared);
    let changes = diff(&middle, after);
    unread::say(&mut renamed, &middle, &changes);
    statements.extend(renamed);
    statements.extend(arrange(&changes, &middle, after, intent)?);
    Ok(Plan { statements })
}

/// Drops what bears a name that a rename gives to something else, and what cannot be without it: the name must be free
/// before the rename, and what is wanted under it comes after.
pub(crate) fn vacate<'a>(before: &'a Catalog, intent: &Intent) -> Result<(Cow<'a, Catalog>, Vec<Statement>)> {
    if intent.renames.is_empty() {
        return Ok((Cow::Borrowed(before), Vec::new()));
    }
    // a name with two claims: whoever has a new name keeps it, and whoever has had it goes
    let mut claims: BTreeMap<Name, (&Id, bool)> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for (id, object) in before.objects() {
        let renamed = object.renamed(&intent.renames);
        let chosen = object.occupies().iter().any(|name| intent.renames.has(name));
        for name in renamed.occupies() {
            match claims.get(&name) {
                Some((other, false)) if chosen => gone.insert((*other).clone()),
                Some((_, true)) if !chosen => gone.insert(id.clone()),
                _ => false,
            };
            if chosen || !claims.contains_key(&name) {
                claims.insert(name, (id, chosen));
            }
        }
    }
    if gone.is_empty() {
        return Ok((Cow::Borrowed(before), Vec::new()));
    }
    loop {
        let lost: BTreeSet<Fact> = gone.iter().filter_map(|id| before.get(id)).flat_map(Object::provides).collect();
        let leans = |id: &&Id| {
            let held = before.requires(id).iter().any(|fact| lost.contains(fact));
            let parent = before.get(id).and_then(Object::parent);
            !gone.contains(*id) && (held || parent.is_some_and(|parent| gone.contains(&parent)))
        };
        let more: Vec<Id> = before.objects().keys().filter(leans).cloned().collect();
        if more.is_empty() {
            break;
        }
        gone.extend(more);
    }
    let (mut objects, externals, notes) = before.clone().into_parts();
    objects.retain(|id, _| !gone.contains(id));
    let cleared = Catalog::close(objects, externals, notes);
    let statements = arrange(&diff(before, &cleared), before, &cleared, intent)?;
    Ok((Cow::Owned(cleared), statements))
}

/// What an alteration in place leaves no order for goes down and up again instead, if it can.
fn arrange(changes: &[Change<&Object>], before: &Catalog, after: &Catalog, intent: &Intent) -> Result<Vec<Statement>> {
    let mut apart = BTreeSet::new();
    let mut may_part = true;
    loop {
        let mut steps = rewrite(changes, &apart, before, after)?;
        let given = given::given(&steps, before, after);
        let wanted = given::with_taken_back(&given, &mut steps, after);
        let ways = Ways { intent, given: &given, may_part };
        match order_of(&steps, before, &wanted, &ways) {
            Ok(statements) => return Ok(statements),
            Err(Halt::Refused(error)) => return Err(error),
            Err(Halt::Apart(ids)) => {
                let mut more = ids.into_iter().map(|id| apart.iter().cloned().chain([id]).collect());
                match more.find(|more| rewrite(changes, more, before, after).is_ok()) {
                    Some(more) => apart = more,
                    None => may_part = false,
                }
            }
        }
    }
}

/// What else decides how the steps are taken.
struct Ways<'a> {
    intent: &'a Intent,
    given: &'a BTreeMap<Id, Object>,
    /// An alteration may be taken apart.
    may_part: bool,
}

enum Halt {
    Refused(Error),
    Apart(Vec<Id>),
}

fn order_of(steps: &Steps, before: &Catalog, after: &Catalog, ways: &Ways) -> Result<Vec<Statement>, Halt> {
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let nodes = nodes(steps, before, after);
    let moves = order::moves(&nodes, before, after, &ways.intent.online.backfills);
    let bonds = descent::bonds(&nodes).map_err(|node| Halt::Refused(not_inherited(nodes[node].object(), after)))?;
    let (mut edges, soft) = order::edges(&moves);
    bonds.bind(&mut edges);
    let counting = count::Counting::of(&nodes, steps, before, after);
    edges.extend(counting.bonds(&nodes));
    edges.extend(soft.needed.iter().chain(&soft.preferred));
    let stuck = |stuck| match stuck {
        fold::Stuck::Circle(circle) => Halt::Refused(circular(&circle, &nodes, after)),
        fold::Stuck::Apart(twofold) => Halt::Apart(twofold.iter().map(|&n| nodes[n].object().id()).collect()),
    };
    let groups = fold::fold(&nodes, &mut edges, &soft, &bonds.silent, ways.may_part).map_err(stuck)?;
    let early = order::needed_labels(&moves);
    let below = descent::Below::of(before, after);
    let all = online::Online { asked: &ways.intent.online, steps, given: ways.given, early: &early, before, after };
    let courses = all.courses(&nodes, &groups).map_err(Halt::Refused)?;
    let turns = schedule::schedule(&nodes, &edges, &groups, &courses, before, after);
    let happens = turns.iter().filter(|turn| turn.phase == courses[turn.group].done);
    let sequence: Vec<usize> = happens.map(|turn| turn.group).collect();
    let late = bodies::late(&nodes, &soft, &groups, &sequence, after);
    let mut created = created(steps, before, after);
    created.extend(counting.spared());
    let parts = parts_above(&nodes, steps, before, after);
    let relinked = below.relinked();
    let carrier = carry::Carrier { nodes: &nodes, values: &ways.intent.values, before, after };
    let carried = carrier.all(&groups).map_err(Halt::Refused)?;
    let (given, carrier) = (ways.given, &carrier);
    let context =
        Context { steps, before, after, created, courses, parts, carried, carrier, given, relinked, counting };
    let mut said: Vec<descent::Said> = turns.iter().map(|turn| context.say(*turn, &groups, &nodes)).collect();
    descent::settle(&mut said, &below, before, after);
    let statements = context.gather(said, &groups, &nodes);
    Ok(bodies::check_late(join::join(statements), &late))
}

/// Names that nothing had before. One that passes to something new does not make the loss of what bore it any smaller.
fn created(steps: &Steps, before: &Catalog, after: &Catalog) -> BTreeSet<Name> {
    let there: BTreeSet<Name> = before.objects().values().flat_map(Object::occupies).collect();
    let new = steps.creates.iter().filter(|id| !steps.drops.contains(*id)).filter_map(|id| after.get(id));
    new.flat_map(Object::occupies).filter(|name| !there.contains(name)).collect()
}

fn parts_above<'a>(
    nodes: &[Node],
    steps: &Steps,
    before: &'a Catalog,
    after: &'a Catalog,
) -> BTreeMap<Id, Vec<&'a Object>> {
    let made = nodes.iter().filter(|node| matches!(node, Node::Create(_)));
    let origins = made.flat_map(|node| node.object().origins()).map(|origin| origin.id);
    let mut parts: BTreeMap<Id, Vec<&Object>> = origins.map(|id| (id, Vec::new())).collect();
    if parts.is_empty() {
        return parts;
    }
    let kept = before.objects().iter().filter(|(id, _)| !steps.drops.contains(*id)).map(|(_, object)| object);
    // what is not born with what it is of comes later than all tables
    let born = steps.creates.iter().filter_map(|id| after.get(id)).filter(|new| new.element(Vec::new()).is_some());
    for object in kept.chain(born) {
        if let Some(of) = object.parent().and_then(|parent| parts.get_mut(&parent)) {
            of.push(object);
        }
    }
    parts
}

fn nodes<'a>(steps: &Steps, before: &'a Catalog, after: &'a Catalog) -> Vec<Node<'a>> {
    let drops = steps.drops.iter().filter_map(|id| before.get(id)).map(Node::Drop);
    let creates = steps.creates.iter().filter_map(|id| after.get(id)).map(Node::Create);
    let alters = steps.alters.iter().filter_map(|id| Some(Node::Alter { old: before.get(id)?, new: after.get(id)? }));
    let swaps = steps.swaps.iter().filter_map(|(id, moved)| {
        let moved = moved.iter().filter_map(|id| after.get(id)).collect();
        Some(Node::Swap { old: before.get(id)?, new: after.get(id)?, moved })
    });
    drops.chain(creates).chain(alters).chain(swaps).collect()
}

fn not_inherited(object: &Object, after: &Catalog) -> Error {
    let (id, table) = (object.id(), object.parent().map(|table| table.to_string()).unwrap_or_default());
    let error =
        Error::no(format!("not supported: {id} would have to be made before {table} inherits it, and so be its own"))
            .hint("declare it in that table too");
    after.place(&id).cloned().into_iter().fold(error, Error::at)
}

fn circular(cycle: &[usize], nodes: &[Node], after: &Catalog) -> Error {
    let names: Vec<String> = cycle.iter().map(|&n| nodes[n].object().id().to_string()).collect();
    let error = Error::new(format!("these depend on each other in a circle: {}", names.join(" -> ")))
        .hint("break the circle in the models, or write the step by hand with `autogen revision --empty`");
    match cycle.first().and_then(|&n| after.place(&nodes[n].object().id())) {
        Some(place) => error.at(place.clone()),
        None => error,
    }
}
