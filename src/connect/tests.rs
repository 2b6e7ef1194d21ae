use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;
use crate::config::Vars;

fn no_variables(_: &str) -> Option<String> {
    None
}

fn address(url: &str) -> Address {
    from_url(url, "DATABASE_URL".into(), Path::new("/certs"), &Surroundings::default()).unwrap()
}

fn refused(url: &str) -> String {
    from_url(url, "DATABASE_URL".into(), Path::new(""), &Surroundings::default()).unwrap_err().to_string()
}

fn config(yaml: &str, dotenv: &str) -> Config {
    let vars = Vars::new(no_variables, ".env".into(), dotenv);
    Config::read(Path::new("/p/autogen.yaml"), yaml, None, vars).unwrap()
}

fn found(flag: Option<&str>, yaml: &str, dotenv: &str) -> Option<String> {
    Address::find(flag, &config(yaml, dotenv)).unwrap().map(|address| address.describe())
}

#[test]
fn an_address_describes_itself_without_its_password() {
    let address = address("postgresql+psycopg2://app:hunter2@localhost/todo");
    assert_eq!(address.describe(), "todo on localhost:5432 as app (from DATABASE_URL)");
    assert!(!format!("{address:?}").contains("hunter2"));
    assert_eq!(address.password.unwrap().expose(), "hunter2");
}

#[test]
fn hosts_come_with_their_ports() {
    let hosts = |url| address(url).describe();
    assert_eq!(hosts("postgres://u@a:1,b/d?port=2"), "d on a:1,b:2 as u (from DATABASE_URL)");
    assert_eq!(hosts("postgres://u@[::1]:7/d"), "d on [::1]:7 as u (from DATABASE_URL)");
    assert_eq!(hosts("postgres://u@/d?host=a:1&host=b:2"), "d on a:1,b:2 as u (from DATABASE_URL)");
    assert_eq!(hosts("postgresql://u@/d?host=/run/pg&port=6"), "d on /run/pg:6 as u (from DATABASE_URL)");
    assert_eq!(hosts("host=h,i port=1,2 user=u"), "u on h:1,i:2 as u (from DATABASE_URL)");
}

#[test]
fn the_first_place_that_names_a_database_wins() {
    let (yaml, dotenv) =
        ("database: {host: y, user: u}", "DATABASE_URL_DIRECT=postgres://u@d\nDATABASE_URL=postgres://u@e\n");
    assert_eq!(found(Some("postgres://u@f"), yaml, dotenv).unwrap(), "u on f:5432 as u (from --database-url)");
    assert_eq!(found(None, yaml, dotenv).unwrap(), "u on y:5432 as u (from database of autogen.yaml)");
    assert_eq!(found(None, "", dotenv).unwrap(), "u on d:5432 as u (from DATABASE_URL_DIRECT of .env)");
    let no_direct = "DATABASE_URL_DIRECT=\nDATABASE_URL=postgres://u@e\n";
    assert_eq!(
        found(None, "database: {url: '${NONE:-}'}", no_direct).unwrap(),
        "u on e:5432 as u (from DATABASE_URL of .env)"
    );
    assert_eq!(found(None, "", ""), None);
}

#[test]
fn an_empty_flag_is_an_error() {
    assert!(Address::find(Some(""), &config("", "")).unwrap_err().message().contains("--database-url is empty"));
}

#[test]
fn a_flag_needs_no_variable_of_the_file() {
    let yaml = "database: {url: '${UNSET_ANYWHERE}'}";
    assert!(found(Some("postgres://u@f"), yaml, "").is_some());
    assert!(Address::find(None, &config(yaml, "")).is_err());
}

#[test]
fn parts_of_the_file_need_no_encoding() {
    let yaml =
        "database: {host: h, name: my db, user: a@b, password: 'p/@:%zz', sslmode: verify-full, sslrootcert: ca.crt}";
    let address = Address::find(None, &config(yaml, "")).unwrap().unwrap();
    assert_eq!(address.describe(), "my db on h:5432 as a@b (from database of autogen.yaml)");
    assert_eq!(address.password.unwrap().expose(), "p/@:%zz");
    assert_eq!(address.sslrootcert, Some(RootCert::File("/p/ca.crt".into())));
}

#[test]
fn a_wrong_part_of_the_file_is_an_error_at_its_line() {
    let wrong = |yaml| Address::find(None, &config(yaml, "")).unwrap_err();
    let error = wrong("database:\n  host: h\n  port: abc\n");
    assert_eq!(error.place().unwrap().to_string(), "/p/autogen.yaml:3:9");
    let error = wrong("database:\n  host: h\n  sslmode: verifyfull\n");
    assert_eq!(error.place().unwrap().to_string(), "/p/autogen.yaml:3:12");
    assert_eq!(error.hints(), ["did you mean verify-full?"]);
    let error = wrong("database:\n  host: postgres://u:hunter2@h/d\n").to_string();
    assert!(error.contains("no host name") && !error.contains("hunter2"), "{error}");
    let error = wrong("database:\n  url: postgres://u:hunter2@h:x/d\n").to_string();
    assert!(error.contains("autogen.yaml:2:8") && !error.contains("hunter2"), "{error}");
}

#[test]
fn sslmode_is_understood_in_every_spelling() {
    let mode = |query: &str| address(&format!("postgres://h/d?{query}")).sslmode;
    assert_eq!(mode(""), SslMode::Prefer);
    assert_eq!(mode("ssl=require"), SslMode::Require);
    assert_eq!(mode("ssl=true"), SslMode::Require);
    assert_eq!(mode("ssl=false"), SslMode::Disable);
    assert_eq!(mode("sslmode=allow"), SslMode::Allow);
    assert_eq!(mode("sslmode=require&sslrootcert=ca.crt"), SslMode::VerifyCa);
    assert_eq!(mode("sslrootcert=system"), SslMode::VerifyFull);
    assert!(refused("postgres://h/d?sslmode=require&sslrootcert=system").contains("write sslmode=verify-full"));
    let relative = address("postgres://h/d?sslmode=verify-ca&sslrootcert=ca.crt").sslrootcert;
    assert_eq!(relative, Some(RootCert::File("/certs/ca.crt".into())));
}

#[test]
fn parameters_of_the_session_are_taken_over() {
    let neon =
        address("postgresql://u:p@ep-x.aws.neon.tech/d?sslmode=require&channel_binding=require&options=-c%20a%3Db");
    assert_eq!((neon.channel_binding, neon.options.as_deref()), (ChannelBinding::Require, Some("-c a=b")));
    let more = address(
        "postgres://h/d?connect_timeout=3&application_name=x&target_session_attrs=read-write&keepalives=1&keepalives_idle=4\
         &keepalives_interval=5&keepalives_count=6&tcp_user_timeout=700&client_encoding=utf8&gssencmode=disable",
    );
    assert_eq!(more.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(more.target_session_attrs, SessionAttrs::ReadWrite);
    assert_eq!((more.keepalive.idle, more.keepalive.count), (Some(Duration::from_secs(4)), Some(6)));
    assert_eq!(address("postgres://h/d?connect_timeout=0").connect_timeout, None);
    assert_eq!(address("postgres://h/d").connect_timeout, Some(Duration::from_secs(10)));
}

#[test]
fn no_parameter_is_passed_over() {
    insta::assert_snapshot!(refused("postgres://h/d?sslmod=require"), @r"
    error: unknown parameter sslmod in the database address (DATABASE_URL)
      hint: did you mean sslmode?
    ");
    insta::assert_snapshot!(refused("postgres://h/d?sslcrl=x"), @r"
    error: not supported: sslcrl in the database address (DATABASE_URL)
      hint: connect with a password, a certificate (sslcert, sslkey) or over a socket
    ");
    insta::assert_snapshot!(refused("postgres://h/d?sslpassword=hunter2"), @r"
    error: not supported: sslpassword in the database address (DATABASE_URL)
      hint: write the key without its password (openssl pkey), in a file that only you can read
    ");
    insta::assert_snapshot!(refused("postgres://h/d?service=x"), @r"
    error: not supported: service in the database address (DATABASE_URL)
      hint: write host, user and password out, the password perhaps as ${VAR}
    ");
    insta::assert_snapshot!(refused("postgres://h/d?schema=public"), @r"
    error: not supported: schema in the database address (DATABASE_URL)
      hint: write `search_path:` in autogen.yaml
    ");
    insta::assert_snapshot!(refused("postgres://h/d?sslmode=requires"), @r"
    error: sslmode of the database address has an unknown value (DATABASE_URL)
      hint: did you mean require?
    ");
    insta::assert_snapshot!(refused("postgres://h/d?target_session_attrs=prefer-primary"), @r"
    error: target_session_attrs of the database address has an unknown value (DATABASE_URL)
      hint: it is one of any, read-write, read-only, primary, standby, prefer-standby
    ");
    insta::assert_snapshot!(refused("postgres://h/d?gssencmode=require"), @r"
    error: not supported: gssencmode=require in the database address (DATABASE_URL)
      hint: use TLS: sslmode=require
    ");
    insta::assert_snapshot!(refused("postgres://h/d?connect_timeout=soon"), @r"
    error: connect_timeout of the database address is no number in range (DATABASE_URL)
      hint: write connect_timeout=10, for example
    ");
    insta::assert_snapshot!(refused("postgres://h/d?sslmode=require&sslmode=disable"), @r"
    error: the database address says sslmode twice (DATABASE_URL)
      hint: keep one of the two
    ");
    insta::assert_snapshot!(refused("mysql://root:hunter2@h/d"), @r"
    error: not supported: a database address that begins with mysql:// (DATABASE_URL)
      hint: autogen works on PostgreSQL: postgresql://…
    ");
    insta::assert_snapshot!(refused("todo"), @r"
    error: the database address is no URL (DATABASE_URL)
      hint: write postgresql://user:password@host:port/database
    ");
}

#[test]
fn poolers_are_known_by_their_names() {
    let hint = |url| address(url).pooler_by_name().map(|pooler| pooler.direct);
    let neon = hint("postgres://u@ep-x-1-pooler.us-east-2.aws.neon.tech/d").unwrap();
    assert!(neon.contains("the direct host is ep-x-1.us-east-2.aws.neon.tech"), "{neon}");
    assert!(hint("postgres://u@aws-0.pooler.supabase.com:6543/d").unwrap().contains("port 5432"));
    assert!(hint("postgres://u@h/d?pgbouncer=true").is_some());
    for direct in [
        "postgres://u@aws-0.pooler.supabase.com/d",
        "postgres://u@ep-x.aws.neon.tech/d",
        "postgres://u@h:6543/d",
        "postgres://u@h:6432/d",
    ] {
        assert_eq!(hint(direct), None, "{direct}");
    }
}

#[test]
fn variables_fill_in_what_an_address_leaves_open() {
    let with = |yaml: &str, dotenv: &str| Address::find(None, &config(yaml, dotenv)).unwrap().unwrap();
    let all = "PGHOST=a,b\nPGPORT=1,2\nPGDATABASE=d\nPGUSER=u\nPGPASSWORD=p\nPGSSLMODE=require\nPGSSLROOTCERT=ca.crt\n\
               PGCHANNELBINDING=require\nPGAPPNAME=x\nPGCONNECT_TIMEOUT=3\nPGTARGETSESSIONATTRS=standby\nPGOPTIONS=-c a=b\n";
    let address = with("", all);
    assert_eq!(
        address.describe(),
        "d on a:1,b:2 as u (from PGHOST of .env, PGPORT of .env, PGDATABASE of .env, PGUSER of .env)"
    );
    assert_eq!((address.sslmode, address.channel_binding), (SslMode::VerifyCa, ChannelBinding::Require));
    assert_eq!(address.sslrootcert, Some(RootCert::File("/p/ca.crt".into())));
    assert_eq!((address.application_name.as_deref(), address.options.as_deref()), (Some("x"), Some("-c a=b")));
    assert_eq!(address.target_session_attrs, SessionAttrs::Standby);
    assert_eq!(address.password_source.as_deref(), Some("PGPASSWORD of .env"));
    // what the address says itself is left alone, and its host is not found anywhere else
    let named = "database: {host: h, port: 6, name: n, user: v, password: q, sslmode: disable}";
    let address = with(named, &format!("{all}PGHOSTADDR=::1"));
    assert_eq!(address.describe(), "n on h:6 as v (from database of autogen.yaml)");
    assert_eq!((address.sslmode, address.hosts[0].hostaddr, address.password_source), (SslMode::Disable, None, None));
    assert_eq!(address.password.unwrap().expose(), "q");
}

#[test]
fn a_host_comes_with_the_port_of_a_variable_unless_it_has_its_own() {
    let described = |url: &str, dotenv: &str| found(None, &format!("database: {{url: '{url}'}}"), dotenv).unwrap();
    let from = "(from database.url of autogen.yaml";
    assert_eq!(
        described("postgres://u@h/d", "PGPORT=7\nPGHOST=x\nPGHOSTADDR=::1"),
        format!("d on h:7 as u {from}, PGPORT of .env)")
    );
    assert_eq!(described("postgres://u@h:6/d", "PGPORT=7"), format!("d on h:6 as u {from})"));
    assert_eq!(described("postgres://u@:6/d", "PGHOST=x"), format!("d on x:6 as u {from}, PGHOST of .env)"));
    assert_eq!(described("postgres://u@/d?hostaddr=::1", "PGHOST=x"), format!("d on [::1]:5432 as u {from})"));
}

#[test]
fn a_port_or_a_password_alone_names_no_database() {
    assert_eq!(found(None, "", "PGPORT=5433\nPGUSER=u\nPGPASSWORD=p\nPGHOST="), None);
    assert!(found(None, "", "PGHOSTADDR=127.0.0.1\nPGUSER=u").unwrap().starts_with("u on 127.0.0.1:5432 as u "));
}

#[test]
fn hostaddr_goes_with_its_host() {
    let hosts = address("postgres://u@a,b/d?hostaddr=127.0.0.1,::1").hosts;
    let addresses: Vec<String> = hosts.iter().filter_map(|host| host.hostaddr).map(|ip| ip.to_string()).collect();
    assert_eq!(addresses, ["127.0.0.1", "::1"]);
    assert!(refused("postgres://u@a,b/d?hostaddr=127.0.0.1").contains("1 hostaddr for 2 hosts"));
    assert!(refused("postgres://u@a/d?hostaddr=b").contains("is no IP address"));
}

#[test]
fn direct_tls_needs_a_mode_that_insists() {
    assert!(address("postgres://u@h/d?sslmode=require&sslnegotiation=direct").direct_tls);
    assert!(refused("postgres://u@h/d?sslnegotiation=direct").contains("does not go with sslmode=prefer"));
}

/// A server that turns the first three callers away as one that is starting, and then knows the password to be wrong.
fn starting() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let code = if counted.fetch_add(1, Ordering::SeqCst) < 3 { "57P03" } else { "28P01" };
            let fields = format!("SFATAL\0VFATAL\0C{code}\0Mno\0\0");
            let mut message = vec![b'E'];
            message.extend(u32::try_from(fields.len() + 4).unwrap().to_be_bytes());
            message.extend(fields.as_bytes());
            let _ = stream.read(&mut [0; 256]).and_then(|_| stream.write_all(&message));
        }
    });
    (format!("hostaddr=127.0.0.1 port={port} user=app dbname=shop sslmode=disable"), calls)
}

#[test]
fn a_server_that_starts_is_waited_for_until_it_answers() {
    let (pairs, calls) = starting();
    let mut told = Vec::new();
    let mut tell = |what: &str| told.push(what.to_owned());
    let wait = Some(Duration::from_secs(100));
    let error = address(&format!("{pairs} host=h")).connect_within(wait, &mut tell).err().unwrap();
    assert!(error.message().ends_with("wrong password for app"), "{error}");
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("waiting up to 100 s: ") && told[0].ends_with("starting up or shutting down"),
        "{told:?}"
    );
}

#[test]
fn only_an_endpoint_that_sleeps_is_waited_for_unasked() {
    let (pairs, calls) = starting();
    let error =
        address(&format!("{pairs} host=ep-x.eu.aws.neon.tech")).connect_within(None, &mut |_| {}).err().unwrap();
    assert!(error.message().ends_with("wrong password for app"), "{error}");
    assert_eq!(calls.load(Ordering::SeqCst), 4);
    let (pairs, calls) = starting();
    let error = address(&format!("{pairs} host=neon.tech.example")).connect_within(None, &mut |_| {}).err().unwrap();
    assert!(error.message().ends_with("starting up or shutting down"), "{error}");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn a_closed_port_is_told_with_the_whole_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = address(&format!("postgres://app:hunter2@127.0.0.1:{port}/todo")).connect().err().unwrap();
    let expected = format!(
        "error: cannot connect to todo on 127.0.0.1:{port} as app (from DATABASE_URL): no server listens there (connection \
         refused)\n  hint: start the server, or correct host and port in DATABASE_URL"
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.code(), 2);
}

#[test]
fn several_hosts_that_fail_are_each_told() {
    let error = address("postgres://app@/todo?host=/nowhere,/nowhere2").connect().err().unwrap().to_string();
    assert!(error.contains("none of the hosts gave a session"), "{error}");
    assert!(error.contains("/nowhere:5432: no server") && error.contains("/nowhere2:5432: no server"), "{error}");
}

/// A server that does `answer` with each caller; its address.
fn server(answer: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    format!("postgres://app:hunter2@127.0.0.1:{port}/todo")
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let url = server(std::mem::forget);
    let began = Instant::now();
    let error = address(&format!("{url}?connect_timeout=1")).connect().err().unwrap().to_string();
    assert!(error.contains("no answer within 1 s"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let url = server(|mut stream| {
        let mut request = [0; 8];
        let _ = stream.read_exact(&mut request).and_then(|()| stream.write_all(b"N"));
    });
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = address(&format!("{url}?sslmode={mode}")).connect().err().unwrap().to_string();
        assert!(error.contains(&format!("the server has no TLS, and sslmode={mode} asks for it")), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    // prefer goes on in plain text, to which this server says nothing more
    let error = address(&url).connect().err().unwrap().to_string();
    assert!(!error.contains("asks for it"), "{error}");
}

#[test]
fn what_is_no_postgres_is_told_so() {
    let url = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let error = address(&format!("{url}?sslmode=disable")).connect().err().unwrap().to_string();
    assert!(error.contains("is it PostgreSQL that listens there?"), "{error}");
}

#[test]
fn a_root_certificate_that_is_none_is_named() {
    let url = "postgres://app@127.0.0.1:1/todo?sslmode=verify-ca&sslrootcert=";
    let missing = address(&format!("{url}/nowhere/ca.crt")).connect().err().unwrap().to_string();
    assert!(missing.contains("cannot read /nowhere/ca.crt"), "{missing}");
    let none = address(&format!("{url}/etc/passwd")).connect().err().unwrap().to_string();
    assert!(none.contains("/etc/passwd holds no certificate"), "{none}");
}
