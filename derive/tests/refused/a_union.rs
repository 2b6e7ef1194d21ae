use autogen_derive::Model;

#[derive(Model)]
union Task {
    id: i64,
}

fn main() {}
