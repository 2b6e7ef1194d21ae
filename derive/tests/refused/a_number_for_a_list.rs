use autogen_derive::Model;

#[derive(Model)]
#[model(index(columns = 3))]
struct Task {
    id: i64,
}

fn main() {}
