use autogen_derive::Model;

#[derive(Model)]
struct Task(i64);

fn main() {}
