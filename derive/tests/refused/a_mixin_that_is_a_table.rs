use autogen_derive::Model;

#[derive(Model)]
#[model(mixin, table = "stamps")]
struct Stamps {
    id: i64,
}

fn main() {}
