//! How does one list of kinds become the types that the stages use?
//!
//! Each line of the list is `module::Type "word for a person" "word for SQL"`. The order is the order in which unrelated
//! objects are created; it is never needed for correctness, which facts decide.

macro_rules! kinds {
    ($($module:ident :: $kind:ident $word:literal $sql:literal),* $(,)?) => {
        $(pub mod $module;)*

        /// Which kind an object is of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Tag { $($kind),* }

        impl Tag {
            pub const ALL: &'static [Tag] = &[$(Tag::$kind),*];

            /// The kind as a person calls it.
            pub fn word(self) -> &'static str {
                match self { $(Tag::$kind => $word),* }
            }

            /// The kind as `COMMENT ON` and `DROP` call it.
            pub fn sql(self) -> &'static str {
                match self { $(Tag::$kind => $sql),* }
            }

            /// The module, which is also the folder of its fixtures.
            pub fn module(self) -> &'static str {
                match self { $(Tag::$kind => stringify!($module)),* }
            }

            pub fn query(self) -> &'static str {
                match self { $(Tag::$kind => <$module::$kind as Kind>::QUERY),* }
            }

            pub fn read(self, row: &Row) -> Result<Object> {
                match self { $(Tag::$kind => <$module::$kind as Kind>::read(row).map(Object::from)),* }
            }
        }

        /// One object of any kind. It is moved about often, and some kinds are large.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Object { $($kind(Box<$module::$kind>)),* }

        $(impl From<$module::$kind> for Object {
            fn from(value: $module::$kind) -> Self {
                Object::$kind(Box::new(value))
            }
        })*

        /// Calls the method of [`Kind`] of the same name.
        impl Object {
            pub fn tag(&self) -> Tag {
                match self { $(Object::$kind(_) => Tag::$kind),* }
            }
            pub fn id(&self) -> Id {
                match self { $(Object::$kind(o) => o.id()),* }
            }
            pub fn occupies(&self) -> Vec<Name> {
                match self { $(Object::$kind(o) => o.occupies()),* }
            }
            pub fn requires(&self) -> Vec<Need> {
                match self { $(Object::$kind(o) => o.requires()),* }
            }
            /// Its names, and what else holds because of it.
            pub fn provides(&self) -> Vec<Fact> {
                let mut facts: Vec<Fact> = self.occupies().into_iter().map(Fact::Exists).collect();
                match self { $(Object::$kind(o) => facts.extend(o.provides())),* }
                facts
            }
            pub fn parent(&self) -> Option<Id> {
                match self { $(Object::$kind(o) => o.parent()),* }
            }
            pub fn holds_parent(&self) -> bool {
                match self { $(Object::$kind(_) => <$module::$kind as Kind>::HOLDS_PARENT),* }
            }
            pub fn holds_data(&self) -> bool {
                match self { $(Object::$kind(o) => o.holds_data()),* }
            }
            pub fn since(&self) -> Option<(u32, &'static str)> {
                match self { $(Object::$kind(o) => o.since()),* }
            }
            pub fn expressions(&mut self) -> Vec<Slot<'_>> {
                match self { $(Object::$kind(o) => o.expressions()),* }
            }
            pub fn learn(&mut self, spelled: Option<&str>) {
                match self { $(Object::$kind(o) => o.learn(spelled)),* }
            }
            pub fn queried(&self, name: &Qualified) -> Option<(Qualified, Sql)> {
                match self { $(Object::$kind(o) => o.queried(name)),* }
            }
            pub fn prefers(&self) -> Vec<Need> {
                match self { $(Object::$kind(o) => o.prefers()),* }
            }
            pub fn types(&mut self) -> Vec<&mut Type> {
                match self { $(Object::$kind(o) => o.types()),* }
            }
            pub fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
                match self { $(Object::$kind(o) => o.references()),* }
            }
            pub fn reference_key(&self) -> Option<(&Qualified, &[Ident])> {
                match self { $(Object::$kind(o) => o.reference_key()),* }
            }
            pub fn refer_to(&mut self, keys: &BTreeMap<Qualified, Vec<Ident>>) {
                match self { $(Object::$kind(o) => o.refer_to(keys)),* }
            }
            pub fn descends(&self) -> Vec<Descent> {
                match self { $(Object::$kind(o) => o.descends()),* }
            }
            pub fn divides(&self) -> Option<(&Qualified, Sql)> {
                match self { $(Object::$kind(o) => o.divides()),* }
            }
            pub fn copy(&self, descent: &Descent) -> Option<(Object, bool)> {
                match self { $(Object::$kind(o) => o.copy(descent).map(|(copy, named)| (Object::from(copy), named))),* }
            }
            pub fn with_names(&self) -> Option<Object> {
                match self { $(Object::$kind(o) => o.with_names().map(Object::from)),* }
            }
            pub fn body_check(&self) -> Option<BodyCheck> {
                match self { $(Object::$kind(o) => o.body_check()),* }
            }
            pub fn require(&mut self, others: Vec<Ident>) {
                match self { $(Object::$kind(o) => o.require(others)),* }
            }
            pub fn unfounded(&self) -> Option<&'static str> {
                match self { $(Object::$kind(o) => o.unfounded()),* }
            }
            pub fn mismatch(&self, ty: &dyn Fn(&Id) -> Option<Type>) -> Option<(String, String)> {
                match self { $(Object::$kind(o) => o.mismatch(ty)),* }
            }
            pub fn reached(&self, old: &Object, new: &Object) -> Option<Object> {
                match (self, old, new) {
                    $((Object::$kind(o), Object::$kind(old), Object::$kind(new)) => o.reached(old, new).map(Object::from),)*
                    _ => None,
                }
            }
            pub fn uncopied(&self, below: &Id, counterpart: Option<&Object>) -> Vec<Piece> {
                match self { $(Object::$kind(o) => o.uncopied(below, counterpart.map(Object::$module))),* }
            }
            pub fn accept(&mut self, fact: &Fact) {
                match self { $(Object::$kind(o) => o.accept(fact)),* }
            }
            pub fn merge(&mut self, copy: &Object) -> bool {
                match (self, copy) {
                    $((Object::$kind(o), Object::$kind(copy)) => o.merge(copy),)*
                    _ => false,
                }
            }
            pub fn origins(&self) -> Vec<Origin> {
                match self { $(Object::$kind(o) => o.origins()),* }
            }
            pub fn adopt(&mut self, live: &Object) {
                match (self, live) {
                    $((Object::$kind(o), Object::$kind(live)) => o.adopt(live),)*
                    _ => {}
                }
            }
            pub fn becomes_another(&self, live: &Object) -> bool {
                match (self, live) {
                    $((Object::$kind(o), Object::$kind(live)) => o.becomes_another(live),)*
                    _ => false,
                }
            }
            pub fn cross(&mut self, live: &Object, there: &Casts, back: &Casts) {
                match (self, live) {
                    $((Object::$kind(o), Object::$kind(live)) => o.cross(live, there, back),)*
                    _ => {}
                }
            }
            pub fn convert(&self, casts: &mut Casts, gone: bool) {
                match self { $(Object::$kind(o) => o.convert(casts, gone)),* }
            }
            pub fn counts_for(&self) -> Option<Id> {
                match self { $(Object::$kind(o) => o.counts_for()),* }
            }
            pub fn hand_over(&self, number: usize) -> Option<Piece> {
                match self { $(Object::$kind(o) => o.hand_over(number)),* }
            }
            pub fn take_over(&self, number: usize) -> Option<Piece> {
                match self { $(Object::$kind(o) => o.take_over(number)),* }
            }
            pub fn go_on_behind(&self, ty: &Type) -> Option<Piece> {
                match self { $(Object::$kind(o) => o.go_on_behind(ty)),* }
            }
            pub fn aspect(&self) -> Option<Aspect> {
                match self { $(Object::$kind(o) => o.aspect()),* }
            }
            pub fn stays(&self, managed: &Managed) -> bool {
                match self { $(Object::$kind(o) => o.stays(managed)),* }
            }
            pub fn has_owner(&self) -> bool {
                match self { $(Object::$kind(o) => o.has_owner()),* }
            }
            pub fn owns(&self) -> Option<&Ident> {
                match self { $(Object::$kind(o) => o.owns()),* }
            }
            pub fn hands_to(&self) -> Option<&Ident> {
                match self { $(Object::$kind(o) => o.hands_to()),* }
            }
            pub fn run_by(&mut self, role: &Ident, server: u32) {
                match self { $(Object::$kind(o) => o.run_by(role, server)),* }
            }
            pub fn heed(&mut self, owner: &dyn Fn(&Id) -> Ident) {
                match self { $(Object::$kind(o) => o.heed(owner)),* }
            }
            pub fn held_by(&mut self, owner: &dyn Fn(&Id, [&Id; 2]) -> Option<Ident>) {
                match self { $(Object::$kind(o) => o.held_by(owner)),* }
            }
            pub fn gives(&self) -> bool {
                match self { $(Object::$kind(_) => <$module::$kind as Kind>::GIVES),* }
            }
            pub fn give(&self, to: &Id, had: Option<Object>) -> Option<Object> {
                match self { $(Object::$kind(o) => o.give(to, had)),* }
            }
            pub fn brings(&self) -> Option<Id> {
                match self { $(Object::$kind(o) => o.brings()),* }
            }
            pub fn usual(&self) -> Option<Object> {
                match self { $(Object::$kind(o) => o.usual().map(Object::from)),* }
            }
            pub fn imply(name: &Name) -> Option<Object> {
                $(if let Some(object) = <$module::$kind as Kind>::imply(name) {
                    return Some(Object::from(object));
                })*
                None
            }
            pub fn section(&self) -> &'static str {
                match self { $(Object::$kind(_) => <$module::$kind as Kind>::SECTION),* }
            }
            pub fn inside(&self, siblings: &[&Object]) -> Option<(&'static str, Part)> {
                match self { $(Object::$kind(o) => o.inside(siblings)),* }
            }
            pub fn says(&self) -> Vec<(String, String)> {
                match self { $(Object::$kind(o) => o.says()),* }
            }
            pub fn unmanaged(&self) -> Option<(&'static str, Part)> {
                match self { $(Object::$kind(o) => o.unmanaged()),* }
            }
            pub fn version(&self) -> Option<&str> {
                match self { $(Object::$kind(o) => o.version()),* }
            }
            pub fn brings_names(&self) -> bool {
                match self { $(Object::$kind(_) => <$module::$kind as Kind>::BRINGS_NAMES),* }
            }
            /// Of a column: its table, and what else a twin needs to know.
            pub fn as_column(&self) -> Option<(&Qualified, ColumnShape)> {
                match self { $(Object::$kind(o) => Kind::column(o.as_ref())),* }
            }
            pub fn stand_in(&self, schema: &Ident) -> Option<Object> {
                match self { $(Object::$kind(o) => o.stand_in(schema).map(Object::from)),* }
            }
            pub fn follow(&mut self, old: &Id, new: &Id) {
                match self { $(Object::$kind(o) => o.follow(old, new)),* }
            }
            pub fn host(&self) -> Option<Id> {
                match self { $(Object::$kind(o) => o.host()),* }
            }
            pub fn write(&self, parts: Parts) -> Part {
                match self { $(Object::$kind(o) => o.write(parts)),* }
            }
            pub fn renamed_with(&self) -> Vec<Id> {
                match self { $(Object::$kind(o) => o.renamed_with()),* }
            }
            pub fn usual_names(&self, naming: &Naming, major: u32) -> Vec<(Name, Vec<Ident>)> {
                match self { $(Object::$kind(o) => o.usual_names(naming, major)),* }
            }
            pub fn rename(&mut self, renames: &Renames) {
                match self { $(Object::$kind(o) => o.rename(renames)),* }
            }
            pub fn named(&self, name: &Ident) -> Option<Object> {
                match self { $(Object::$kind(o) => o.named(name).map(Object::from)),* }
            }
            pub fn element(&self, elements: Vec<Sql>) -> Option<Sql> {
                match self { $(Object::$kind(o) => o.element(elements)),* }
            }
            pub fn create(&self, elements: Vec<Sql>) -> Vec<Piece> {
                match self { $(Object::$kind(o) => o.create(elements)),* }
            }
            pub fn drop(&self) -> Vec<Piece> {
                match self { $(Object::$kind(o) => Kind::drop(o.as_ref())),* }
            }
            pub fn carry(&self, carriage: &Carriage) -> Vec<Piece> {
                match self { $(Object::$kind(o) => o.carry(carriage)),* }
            }
            pub fn carrying(old: &Object, new: &Object, carriage: &Carriage) -> Result<Vec<Hazard>, [String; 2]> {
                match (old, new) {
                    $((Object::$kind(old), Object::$kind(new)) => <$module::$kind as Kind>::carrying(old, new, carriage),)*
                    _ => Ok(Vec::new()),
                }
            }
            pub fn goes_along(&self) -> bool {
                match self { $(Object::$kind(_) => <$module::$kind as Kind>::GOES_ALONG),* }
            }
            pub fn through(&self, carriage: &Carriage) -> Result<Carriage, [String; 2]> {
                match self { $(Object::$kind(o) => o.through(carriage)),* }
            }
            pub fn replaced(old: &Object, new: &Object, mapping: &Mapping) -> Values {
                match (old, new) {
                    $((Object::$kind(old), Object::$kind(new)) => <$module::$kind as Kind>::replaced(old, new, mapping),)*
                    _ => Values::new(),
                }
            }
            pub fn relabelled(old: &Object, new: &Object, mapping: &Mapping, used: bool) -> Vec<Hazard> {
                match (old, new) {
                    $((Object::$kind(old), Object::$kind(new)) => <$module::$kind as Kind>::relabelled(old, new, mapping, used),)*
                    _ => Vec::new(),
                }
            }
            pub fn rename_sql(&self, renamed: &Object) -> Vec<Piece> {
                match (self, renamed) {
                    $((Object::$kind(old), Object::$kind(new)) => old.rename_sql(new),)*
                    _ => Vec::new(),
                }
            }
            pub fn alteration(old: &Object, new: &Object) -> Alteration {
                match (old, new) {
                    $((Object::$kind(old), Object::$kind(new)) => <$module::$kind as Kind>::alteration(old, new),)*
                    _ => Alteration::Recreate,
                }
            }
            pub fn alter(old: &Object, new: &Object) -> Vec<Piece> {
                match (old, new) {
                    $((Object::$kind(old), Object::$kind(new)) => <$module::$kind as Kind>::alter(old, new),)*
                    _ => Vec::new(),
                }
            }
            pub fn swap(old: &Object, new: &Object, elements: Vec<Sql>, carried: Vec<Piece>) -> Vec<Piece> {
                match (old, new) {
                    $((Object::$kind(old), Object::$kind(new)) => <$module::$kind as Kind>::swap(old, new, elements, carried),)*
                    _ => Vec::new(),
                }
            }
            pub fn online(change: Change<&Object>, ground: &Ground) -> Online {
                match change.subject() {
                    $(Object::$kind(_) => <$module::$kind as Kind>::online(change.map(Object::$module), ground),)*
                }
            }
            pub fn filled(
                change: Change<&Object>,
                with: &Backfill,
                children: Vec<Piece>,
                ground: &Ground,
                validated: bool,
            ) -> Result<Option<Filled>> {
                match change.subject() {
                    $(Object::$kind(_) => <$module::$kind as Kind>::filled(change.map(Object::$module), with, children, ground, validated),)*
                }
            }
            pub fn unfilled(change: Change<&Object>) -> Option<Hazard> {
                match change.subject() {
                    $(Object::$kind(_) => <$module::$kind as Kind>::unfilled(change.map(Object::$module)),)*
                }
            }
            pub fn op(change: Change<&Object>) -> &'static str {
                match change.subject() {
                    $(Object::$kind(_) => <$module::$kind as Kind>::op(change.map(Object::$module)),)*
                }
            }
            pub fn hazards(change: Change<&Object>) -> Vec<Hazard> {
                match change.subject() {
                    $(Object::$kind(_) => <$module::$kind as Kind>::hazards(change.map(Object::$module)),)*
                }
            }
            $(
                /// The value, which is of this kind.
                fn $module(&self) -> &$module::$kind {
                    match self {
                        Object::$kind(value) => value,
                        other => unreachable!("a change keeps the kind of {}", other.id()),
                    }
                }
            )*
        }
    };
}
