use autogen_derive::Model;

#[derive(Model)]
#[model(check(name = "ck", comment = "Why"))]
struct Task {
    id: i64,
}

fn main() {}
