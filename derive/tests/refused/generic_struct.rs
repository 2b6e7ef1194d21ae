use autogen_derive::Model;

#[derive(Model)]
struct Task<T> {
    id: i64,
    value: T,
}

fn main() {}
