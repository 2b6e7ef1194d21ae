//! How does another program find the same database?
//!
//! In libpq's variables (PostgreSQL manual, "Environment Variables" of libpq). They hold the password, so they are for a
//! child's environment and for nothing else.

use super::{Address, RootCert, Target};

impl Address {
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let host = |target: &Target| match target {
            Target::Tcp(name) => name.clone(),
            Target::Socket(folder) => folder.display().to_string(),
        };
        let hosts: Vec<String> = self.hosts.iter().map(|one| host(&one.target)).collect();
        let ports: Vec<String> = self.hosts.iter().map(|one| one.port.to_string()).collect();
        let mut all = vec![
            ("PGHOST", hosts.join(",")),
            ("PGPORT", ports.join(",")),
            ("PGDATABASE", self.database.clone()),
            ("PGUSER", self.user.clone()),
            ("PGSSLMODE", self.sslmode.to_string()),
        ];
        all.extend(self.password.as_ref().map(|password| ("PGPASSWORD", password.expose().to_owned())));
        all.extend(self.options.as_ref().map(|options| ("PGOPTIONS", options.clone())));
        all.extend(self.sslrootcert.as_ref().map(|root| match root {
            RootCert::System => ("PGSSLROOTCERT", "system".to_owned()),
            RootCert::File(file) => ("PGSSLROOTCERT", file.display().to_string()),
        }));
        all
    }
}
