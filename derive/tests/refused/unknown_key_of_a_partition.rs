use autogen_derive::Model;

#[derive(Model)]
#[model(partition_by(range = [id]), partition(name = "p", value = "default"))]
struct Task {
    id: i64,
}

fn main() {}
