//! The program as the operator meets it: its commands, what it refuses, and that it stops tidily.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use testkit::TestFolder;

use crate::program::{Serving, finished, free_port, get, program, refused, run, said};

#[test]
fn from_an_empty_folder_to_a_first_client_with_a_grant() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let ok = |arguments: &[&str]| {
        let output = run(folder, arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        said(&output)
    };
    let system = ok(&[
        "user",
        "create",
        "--user-name",
        "baas",
        "--name",
        "Els Baas",
        "--role",
        "system_manager",
    ]);
    assert!(system.contains("created baas (system_manager)"), "{system}");
    assert!(system.contains("password, shown only now: "), "{system}");
    let id = ok(&[
        "organisation",
        "create",
        "--name",
        "Leerhuis",
        "--kbo",
        "0566.988.259",
    ]);
    let unit = ["--unit-name", "LEERHUIS", "--unit-number", "12"];
    ok(&[
        "unit",
        "create",
        "--organisation",
        id.trim(),
        "--name",
        "LEERHUIS",
        "--address",
        "Kaai 1",
        "--number",
        "12",
    ]);
    let counsellor = [
        "user",
        "create",
        "--user-name",
        "an",
        "--name",
        "An",
        "--role",
        "counsellor",
    ];
    ok(&[counsellor.as_slice(), &unit].concat());
    ok(&[
        "user",
        "create",
        "--user-name",
        "mia",
        "--name",
        "Mia",
        "--role",
        "mediator",
    ]);
    let client = |by: &str| {
        run(
            folder,
            &[
                "client",
                "create",
                "--by",
                by,
                "--number",
                "61000900",
                "--given-name",
                "Noor",
                "--family-name",
                "Maes",
                "--birth",
                "2008-01-02",
                "--work-situation",
                "00",
            ],
        )
    };
    assert!(refused(&client("an"), 1).contains("not done"));
    assert!(client("mia").status.success());
    assert!(refused(&client("mia"), 1).contains("already in use"));
    let grant = [
        "grant",
        "give",
        "--by",
        "mia",
        "--client",
        "61000900",
        "--basis",
        "mandate",
        "--starts",
        "2025-01-01",
    ];
    ok(&[grant.as_slice(), &unit].concat());

    let short = program(folder)
        .args([
            "user",
            "create",
            "--user-name",
            "x",
            "--name",
            "X",
            "--role",
            "coach",
        ])
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            let mut input = child.stdin.take().unwrap();
            input.write_all(b"kort\n")?;
            drop(input);
            child.wait_with_output()
        });
    assert!(refused(&short.unwrap(), 1).contains("at least 15 characters"));
    let unitless = run(folder, &counsellor);
    assert!(refused(&unitless, 1).contains("--unit-name"));
    let nowhere = "0".repeat(32);
    let homeless = run(
        folder,
        &[
            "unit",
            "create",
            "--organisation",
            &nowhere,
            "--name",
            "U",
            "--address",
            "A",
            "--number",
            "1",
        ],
    );
    assert!(refused(&homeless, 1).contains("is there an organisation"));
}

#[test]
fn serve_serves_and_stops_tidily_when_asked() {
    let folder = TestFolder::new();
    let port = free_port();
    let mut serve = program(folder.path());
    serve
        .arg("serve")
        .env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"))
        .env("KLANTENDOSSIER_DATA", "data");
    let serving = Serving::start(serve, port);

    // A second one finds the address taken, and at another address the folder.
    let mut second = program(folder.path());
    second
        .arg("serve")
        .env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"));
    let second = finished(&mut second);
    assert!(refused(&second, 1).contains("another program listens there"));
    let mut third = program(folder.path());
    third
        .arg("serve")
        .env("KLANTENDOSSIER_LISTEN", "127.0.0.1:0")
        .env("KLANTENDOSSIER_DATA", "data");
    let third = finished(&mut third);
    assert!(refused(&third, 1).contains("another klantendossier serves from"));

    // A connection that stays open does not keep it from stopping.
    let idle = TcpStream::connect(("127.0.0.1", serving.port)).unwrap();
    let (code, took) = serving.stop();
    drop(idle);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(13), "{took:?}");
    let data = folder.path().join("data");
    assert!(data.join("klantendossier.db").exists());
    assert!(
        !data.join("klantendossier.db-wal").exists(),
        "the log is folded in"
    );
}

#[test]
fn a_provider_that_is_down_keeps_the_program_from_nothing_and_users_are_linked_to_it() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let port = free_port();
    let secret = folder.join("oidc.secret");
    fs::write(&secret, "geheim").unwrap();
    let with = |arguments: &[&str]| {
        let mut command = program(folder);
        command
            .args(arguments)
            .env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"))
            .env("KLANTENDOSSIER_OIDC_ISSUER", "http://127.0.0.1:1")
            .env("KLANTENDOSSIER_OIDC_CLIENT_ID", "kd")
            .env("KLANTENDOSSIER_OIDC_CLIENT_SECRET_FILE", &secret)
            .env("KLANTENDOSSIER_OIDC_NAME", "ACM/IDM");
        command
    };
    let user = [
        "user",
        "create",
        "--user-name",
        "ada",
        "--name",
        "Ada Peeters",
    ];
    let made = run(folder, &[&user[..], &["--role", "system_manager"]].concat());
    assert!(made.status.success(), "{made:?}");
    let link = [
        "user",
        "link-oidc",
        "--user-name",
        "ada",
        "--subject",
        "s-ada",
    ];
    assert!(refused(&run(folder, &link), 1).contains("oidc_issuer is not set"));
    let linked = finished(&mut with(&link));
    assert_eq!(said(&linked), "linked ada to s-ada\n", "{linked:?}");
    assert!(refused(&finished(&mut with(&link)), 1).contains("already in use"));
    let unlink = ["user", "unlink-oidc", "--user-name", "ada"];
    assert!(finished(&mut with(&unlink)).status.success());
    assert!(refused(&finished(&mut with(&unlink)), 1).contains("there is no link"));

    // Others can read the secret: said before anything starts.
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let open = finished(&mut with(&["serve"]));
    assert!(refused(&open, 2).contains("oidc_client_secret_file"));
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let serving = Serving::start(with(&["serve"]), port);
    let page = get(port, "/aanmelden").unwrap();
    assert!(page.contains("Aanmelden met ACM/IDM"), "{page}");
    assert_eq!(serving.stop().0, Some(0));
}

#[test]
fn the_demo_prints_the_way_in_and_serve_refuses_its_data() {
    let folder = TestFolder::new();
    let port = free_port();
    let mut demo = program(folder.path());
    demo.args(["demo", "--now", "2025-05-28T10:00:00+02:00", "--listen"])
        .arg(format!("127.0.0.1:{port}"));
    let mut serving = Serving::start(demo, port);
    let printed: Vec<String> = BufReader::new(serving.child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.starts_with("The data is kept"))
        .collect();
    let printed = printed.join("\n");
    for part in [
        &format!("http://127.0.0.1:{port}"),
        "klantendossier-demo",
        "begeleider",
        "controleur",
        "jongere",
    ] {
        assert!(printed.contains(part), "{part}\n{printed}");
    }
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));

    for command in [
        ["serve"].as_slice(),
        &["organisation", "create", "--name", "X"],
    ] {
        let mut program = program(folder.path());
        program
            .args(command)
            .env("KLANTENDOSSIER_DATA", "klantendossier-demo")
            .env("KLANTENDOSSIER_LISTEN", "127.0.0.1:0");
        let output = finished(&mut program);
        assert!(refused(&output, 1).contains("accounts of the demo"));
    }
}

#[test]
fn the_demo_refuses_a_database_that_is_not_its_own() {
    let folder = TestFolder::new();
    assert!(run(folder.path(), &["migrate"]).status.success());
    let demo = run(
        folder.path(),
        &[
            "demo",
            "--data",
            "klantendossier-data",
            "--listen",
            "127.0.0.1:0",
        ],
    );
    assert!(refused(&demo, 1).contains("is no demo"));
    let early = run(
        folder.path(),
        &["demo", "--now", "2024-06-30T10:00:00+02:00"],
    );
    assert!(refused(&early, 1).contains("2024"));
}

#[test]
fn what_is_wrong_in_the_settings_is_said_before_anything_is_done() {
    let folder = TestFolder::new();
    let file = folder.path().join("eigen.toml");
    fs::write(&file, "log = \"info\"\nlissten = \"127.0.0.1:1\"\n").unwrap();
    let config = ["serve", "--config", "eigen.toml"];
    let said = refused(&run(folder.path(), &config), 2);
    assert!(
        said.contains("eigen.toml, line 2") && said.contains("lissten"),
        "{said}"
    );

    fs::write(&file, "catalogue = \"programma.toml\"\n").unwrap();
    fs::write(
        folder.path().join("programma.toml"),
        "[[step_type]]\ncode = \"kleine letters\"\n",
    )
    .unwrap();
    let said = refused(
        &run(folder.path(), &["migrate", "--config", "eigen.toml"]),
        2,
    );
    assert!(said.contains("programma.toml"), "{said}");
    assert!(said.lines().count() > 1, "every error is said: {said}");

    fs::write(&file, "log = \"zeg eens wat\"\n").unwrap();
    refused(&run(folder.path(), &config), 2);
    assert!(!folder.path().join("klantendossier-data").exists());
}

#[test]
fn a_first_start_that_is_killed_leaves_what_the_next_one_goes_on_with() {
    for point in ["before-migration", "after-migration"] {
        let folder = TestFolder::new();
        let mut killed = program(folder.path())
            .arg("migrate")
            .env("TORTURE_POINT", format!("{point}:1"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let errors = killed.stderr.take().unwrap();
        BufReader::new(errors).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), format!("halted at {point}"));
        killed.kill().unwrap();
        killed.wait().unwrap();
        let again = run(folder.path(), &["migrate"]);
        assert!(again.status.success(), "{point}: {again:?}");
    }
}

#[test]
fn config_prints_what_is_in_force_and_no_secret() {
    let folder = TestFolder::new();
    assert!(run(folder.path(), &["migrate"]).status.success());
    let secret = folder.path().join("klantendossier-data/secret.key");
    let secret = fs::read_to_string(secret).unwrap();
    let printed = program(folder.path())
        .arg("config")
        .env("KLANTENDOSSIER_LOG", "warn")
        .output()
        .unwrap();
    let printed = said(&printed);
    assert!(
        printed.contains("log = \"warn\"  # environment"),
        "{printed}"
    );
    assert!(!printed.contains(secret.trim()));
}

#[test]
fn a_folder_that_cannot_be_used_is_named_in_one_line() {
    let folder = TestFolder::new();
    fs::write(folder.path().join("plat"), "").unwrap();
    let output = program(folder.path())
        .arg("migrate")
        .env("KLANTENDOSSIER_DATA", "plat/data")
        .output()
        .unwrap();
    let said = refused(&output, 1);
    assert!(said.contains("plat/data"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn generate_fills_an_empty_folder_and_one_that_is_killed_leaves_no_database() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let file = folder.join("klantendossier-data/klantendossier.db");
    let part = folder.join("klantendossier-data/klantendossier.db.part");
    let mut killed = program(folder)
        .args(["generate", "--dossiers", "50000"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while !part.exists() && std::time::Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(part.exists() && !file.exists(), "it was broken off");

    let output = run(folder, &["generate", "--dossiers", "40", "--seed", "3"]);
    assert!(output.status.success(), "{output:?}");
    let printed = said(&output);
    assert!(printed.contains("40 dossiers, 400 steps"), "{printed}");
    assert!(printed.contains("steps a second"), "{printed}");
    assert!(printed.contains("account meting, password, shown only now: "));
    assert!(file.exists() && !part.exists());
    let again = run(folder, &["generate", "--dossiers", "40"]);
    assert!(refused(&again, 1).contains("only an empty database is filled"));

    let port = free_port();
    let mut serve = program(folder);
    serve
        .arg("serve")
        .env("KLANTENDOSSIER_LISTEN", format!("127.0.0.1:{port}"));
    let (code, _) = Serving::start(serve, port).stop();
    assert_eq!(code, Some(0));
}

#[test]
fn a_feed_is_checked_taken_over_once_and_refused_whole_when_a_row_is_wrong() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let ok = |arguments: &[&str]| {
        let output = run(folder, arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        said(&output)
    };
    let mediator = ["--user-name", "mia", "--name", "Mia", "--role", "mediator"];
    ok(&[["user", "create"].as_slice(), &mediator].concat());
    let client = "client create --by mia --number 61000900 --given-name Noor --family-name Maes \
                  --birth 2008-03-15 --work-situation 11 --insz 08031599930";
    ok(&client.split_whitespace().collect::<Vec<_>>());
    let write = |name: &str, rows: &str| {
        let heading = "kind;client_number;insz;code;from;until;source";
        fs::write(folder.join(name), format!("{heading}\n{rows}\n")).unwrap();
    };
    let right = "work_situation;61000900;08.03.15-999.30;19;2024-07-01;2024-08-31;rsz";
    write("right.csv", right);
    assert!(ok(&["feed", "right.csv", "--check"]).contains("1 rows of 1 clients are right"));
    assert!(ok(&["feed", "right.csv"]).contains("took over 1 records of 1 clients; 0 were"));
    assert!(ok(&["feed", "right.csv"]).contains("took over 0 records of 1 clients; 1 were"));

    let wrong = right.replace(";19;", ";99;") + "\n" + &right.replace("61000900", "61000901");
    write(
        "wrong.csv",
        &format!("{}\n{wrong}", right.replace("rsz", "vdab")),
    );
    let said = refused(&run(folder, &["feed", "wrong.csv"]), 1);
    assert!(said.contains("nothing is stored"), "{said}");
    assert!(
        said.contains("wrong.csv: row 3, code: is none of 00, 02"),
        "{said}"
    );
    assert!(
        said.contains("wrong.csv: row 4, client_number: no client has"),
        "{said}"
    );
    assert!(ok(&["feed", "right.csv"]).contains("1 were"));
    assert!(refused(&run(folder, &["feed", "gone.csv"]), 1).contains("cannot read gone.csv"));
}
