use autogen_derive::Model;

#[derive(Model)]
#[model(index(name = "ix", columns = [id], were = "id > 0"))]
struct Task {
    id: i64,
}

fn main() {}
