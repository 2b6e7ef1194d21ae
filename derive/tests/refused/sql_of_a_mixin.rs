use autogen_derive::Model;

#[derive(Model)]
#[model(mixin, sql = "CREATE VIEW v AS SELECT 1;")]
struct Stamps {
    id: i64,
}

fn main() {}
