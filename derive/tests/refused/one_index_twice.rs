use autogen_derive::Model;

#[derive(Model)]
#[model(index(name = "ix", columns = [id]), index(name = "ix", columns = [id]))]
struct Task {
    id: i64,
}

fn main() {}
