use autogen_derive::Model;

#[derive(Model)]
struct Task<'a> {
    title: &'a str,
}

fn main() {}
