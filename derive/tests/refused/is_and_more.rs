use autogen_derive::Model;

#[derive(Model)]
#[model(index(name = "ix", is = [id], method = gin))]
struct Task {
    id: i64,
}

fn main() {}
