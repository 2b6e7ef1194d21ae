use autogen_derive::Model;

#[derive(Model)]
#[model(index(name = 1, columns = [id]))]
struct Task {
    id: i64,
}

fn main() {}
