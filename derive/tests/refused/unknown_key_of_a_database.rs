use autogen_derive::Model;

#[derive(Model)]
#[model(vieww(name = "v", is = "select 1"))]
struct Database;

fn main() {}
