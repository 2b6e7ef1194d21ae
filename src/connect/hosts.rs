//! Which hosts does an address name, with which ports?
//!
//! Invariant: a host that is named is a name, a network address or the folder of a socket, and has one port.

use std::net::IpAddr;
use std::path::PathBuf;

use super::read::Refused;
use super::{Host, Target};

const DEFAULT_PORT: u16 = 5432;

pub(super) fn hosts(
    named: &[(String, String)],
    addresses: &[String],
    ports: &[String],
    default: &dyn Fn(u16) -> Target,
) -> Result<Vec<Host>, Refused> {
    let unnamed = vec![(String::new(), String::new()); addresses.len().max(1)];
    let named = if named.is_empty() { &unnamed[..] } else { named };
    if !addresses.is_empty() && addresses.len() != named.len() {
        let message = format!("the database address has {} hostaddr for {} hosts", addresses.len(), named.len());
        return Err(Refused::new(message, "give one for each host").of("hostaddr"));
    }
    if ports.len() > 1 && ports.len() != named.len() {
        let message = format!("the database address has {} ports for {} hosts", ports.len(), named.len());
        return Err(Refused::new(message, "give one port, or one for each host").of("port"));
    }
    let mut hosts = Vec::new();
    for (n, (name, own_port)) in named.iter().enumerate() {
        let port = if own_port.is_empty() { ports.get(n).or(ports.first()) } else { Some(own_port) };
        let port = match port.map(String::as_str) {
            None | Some("") => DEFAULT_PORT,
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => port,
                _ => {
                    let message = "the port of the database address is no number from 1 to 65535";
                    return Err(Refused::new(message, "PostgreSQL's own is 5432").of("port"));
                }
            },
        };
        let hostaddr = match addresses.get(n).map(String::as_str) {
            None | Some("") => None,
            Some(text) => Some(text.parse::<IpAddr>().map_err(|_| {
                let message = "hostaddr of the database address is no IP address";
                Refused::new(message, "write a name as host, which is looked up").of("hostaddr")
            })?),
        };
        let target = match (name.as_str(), hostaddr) {
            ("", Some(address)) => Target::Tcp(address.to_string()),
            ("", None) => default(port),
            (name, _) if name.starts_with('/') => Target::Socket(PathBuf::from(name)),
            // a whole URL may have been written as the host, password and all
            (name, _) if name.contains(['@', '/', ' ']) => {
                let message = "the host of the database address is no host name";
                return Err(Refused::new(message, "write a name, an IP address, or the folder of a socket").of("host"));
            }
            (name, _) => Target::Tcp(name.trim_start_matches('[').trim_end_matches(']').to_owned()),
        };
        hosts.push(Host { target, port, hostaddr, password: None });
    }
    Ok(hosts)
}

/// A host of the query, which SQLAlchemy lets carry its port (`?host=a:5432&host=b:5433`).
pub(super) fn host_with_port(text: &str) -> (String, String) {
    match text.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty()
                && port.chars().all(|c| c.is_ascii_digit())
                && !text.starts_with('/')
                && (!host.contains(':') || host.ends_with(']')) =>
        {
            (host.to_owned(), port.to_owned())
        }
        _ => (text.to_owned(), String::new()),
    }
}
