use autogen_derive::Model;

#[derive(Model)]
struct Task {
    cells: Vec<Vec<i32>>,
}

fn main() {}
