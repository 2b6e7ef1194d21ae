use autogen_derive::Model;

#[derive(Model)]
struct Task {
    cells: [i32; 4],
}

fn main() {}
