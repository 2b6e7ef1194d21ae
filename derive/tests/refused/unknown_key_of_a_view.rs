use autogen_derive::Model;

#[derive(Model)]
#[model(view(name = "v", query = "select 1", indx(columns = [id])))]
struct Database;

fn main() {}
