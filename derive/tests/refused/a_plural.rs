use autogen_derive::Model;

#[derive(Model)]
#[model(indexes(ix = [id]))]
struct Task {
    id: i64,
}

fn main() {}
