use autogen_derive::Model;

#[derive(Model)]
struct Task {
    settings: HashMap<String, String>,
}

fn main() {}
