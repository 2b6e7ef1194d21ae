use autogen_derive::Model;

#[derive(Model)]
#[model(coment = "What people have to do")]
struct Task {
    id: i64,
}

fn main() {}
