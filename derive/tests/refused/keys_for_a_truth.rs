use autogen_derive::Model;

#[derive(Model)]
#[model(row_security(on))]
struct Task {
    id: i64,
}

fn main() {}
