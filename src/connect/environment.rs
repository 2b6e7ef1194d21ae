//! How does another program find the same database?
//!
//! In libpq's variables (PostgreSQL manual, "Environment Variables" of libpq). They hold the password, so they are for a
//! child's environment and for nothing else.

use postgres::config::ChannelBinding;

use super::{Address, ClientCert, RootCert, Target};

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
            ("PGTARGETSESSIONATTRS", self.target_session_attrs.word().to_owned()),
        ];
        let of_hosts = || self.hosts.iter().find_map(|host| host.password.as_ref());
        all.extend(
            self.password.as_ref().or_else(of_hosts).map(|password| ("PGPASSWORD", password.expose().to_owned())),
        );
        all.extend(self.options.as_ref().map(|options| ("PGOPTIONS", options.clone())));
        all.extend(self.sslrootcert.as_ref().map(|root| match root {
            RootCert::System => ("PGSSLROOTCERT", "system".to_owned()),
            RootCert::File(file) => ("PGSSLROOTCERT", file.display().to_string()),
        }));
        let hostaddrs: Vec<String> =
            self.hosts.iter().map(|one| one.hostaddr.map_or_else(String::new, |ip| ip.to_string())).collect();
        if hostaddrs.iter().any(|address| !address.is_empty()) {
            all.push(("PGHOSTADDR", hostaddrs.join(",")));
        }
        if let Some(ClientCert { cert, key }) = &self.client_cert {
            all.push(("PGSSLCERT", cert.display().to_string()));
            all.push(("PGSSLKEY", key.display().to_string()));
        }
        if self.direct_tls {
            all.push(("PGSSLNEGOTIATION", "direct".into()));
        }
        match self.channel_binding {
            ChannelBinding::Require => all.push(("PGCHANNELBINDING", "require".into())),
            ChannelBinding::Disable => all.push(("PGCHANNELBINDING", "disable".into())),
            _ => {}
        }
        all
    }
}
