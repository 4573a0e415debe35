//! Delivers the mail that waits: one letter after the other over one connection to the mail server of the
//! settings. Knows SMTP, and nothing of why a letter is there.
//!
//! No page waits for it. A letter is claimed before it is sent and marked after, so that several servers
//! send each once; what dies in between is sent again under the same Message-ID.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use casework::{Casework, Delivery, Failure, Letter};
use domain::mail::MailAddress;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::sync::watch;
use web::LetterText;

use crate::settings::{MailServer, MailSettings, Misconfigured};

/// How often is looked for mail to send.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long one step with the mail server may take.
const STEP: Duration = Duration::from_secs(20);
/// How long sending one letter may take: less than it is claimed for.
const WHOLE: Duration = Duration::from_secs(60);
/// How long the connection stays open without mail.
const IDLE: Duration = Duration::from_secs(30);

/// The codes with which a server refuses who logs in, not a letter: trying later may help.
const NOT_THE_LETTER: [&str; 4] = ["530", "534", "535", "538"];

/// Sends letters to one mail server.
pub(crate) struct Postman {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The address of the product, as people type it.
    url: String,
    /// Its host, for the identifiers of mails.
    host: String,
}

/// What a server said to a letter.
#[derive(Debug)]
struct Said {
    delivery: Delivery,
    /// The server cannot be used now: the other letters need not be tried.
    is_away: bool,
    /// For the log: no address stands in it.
    what: String,
}

impl Postman {
    /// Gets ready; connects when there is something to send.
    ///
    /// # Errors
    /// A password or authority file that cannot be read.
    pub(crate) fn new(settings: &MailSettings, url: &str, host: &str) -> anyhow::Result<Self> {
        let MailServer {
            host: server,
            port,
            wrapped,
            own_machine,
        } = &settings.server;
        let tls = if *own_machine && !wrapped {
            Tls::None
        } else {
            let parameters = TlsParameters::builder(server.clone());
            let parameters = match &settings.ca_file {
                None => parameters,
                Some(file) => {
                    let name = file.display();
                    let pem = fs::read(file).with_context(|| format!("smtp_ca_file = {name}"))?;
                    let authority = Certificate::from_pem(&pem).map_err(|error| {
                        Misconfigured(format!("smtp_ca_file = {name}: {error}"))
                    })?;
                    parameters
                        .certificate_store(CertificateStore::None)
                        .add_root_certificate(authority)
                }
            };
            let parameters = parameters.build()?;
            if *wrapped {
                Tls::Wrapper(parameters)
            } else {
                Tls::Required(parameters)
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.clone())
            .port(*port)
            .tls(tls)
            .timeout(Some(STEP))
            .hello_name(ClientId::Domain(host.to_owned()))
            .pool_config(PoolConfig::new().max_size(1).idle_timeout(IDLE));
        if let Some((user, file)) = &settings.login {
            let name = file.display();
            let password =
                fs::read_to_string(file).with_context(|| format!("smtp_password_file = {name}"))?;
            crate::secret::warn_of_open_file(file);
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Postman {
            transport: builder.build(),
            from: mailbox(&settings.from)?,
            url: url.to_owned(),
            host: host.to_owned(),
        })
    }

    /// Sends the mail with which the operator tries this.
    ///
    /// # Errors
    /// What the server said.
    pub(crate) async fn send_trial(&self, to: &MailAddress) -> anyhow::Result<()> {
        let text = web::trial_text(&self.url)?;
        let message = self.message(to, &uuid::Uuid::now_v7().simple().to_string(), text)?;
        self.transport.send(message).await?;
        Ok(())
    }

    fn message(&self, to: &MailAddress, id: &str, text: LetterText) -> anyhow::Result<Message> {
        let header = |builder: MessageBuilder, name: &'static str, value: &str| {
            let name = HeaderName::new_from_ascii_str(name);
            builder.raw_header(HeaderValue::new(name, value.to_owned()))
        };
        let builder = Message::builder()
            .from(self.from.clone())
            .to(mailbox(to)?)
            .subject(text.subject)
            .message_id(Some(format!("<{id}@{}>", self.host)));
        // No answer of a machine is wanted to the mail of a machine.
        let builder = header(builder, "Auto-Submitted", "auto-generated");
        let builder = header(builder, "X-Auto-Response-Suppress", "All");
        let builder = header(builder, "Content-Language", "nl");
        let part = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(text.body);
        Ok(builder.singlepart(part)?)
    }

    async fn send(&self, letter: &Letter) -> Said {
        let failed = |delivery, is_away, what: String| Said {
            delivery,
            is_away,
            what,
        };
        let made = web::letter_text(letter, &self.url)
            .map_err(anyhow::Error::from)
            .and_then(|text| self.message(&letter.to, &letter.id().simple().to_string(), text));
        let message = match made {
            Ok(message) => message,
            Err(error) => return failed(Delivery::Never, false, format!("no mail: {error}")),
        };
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => failed(Delivery::Taken, false, "taken".to_owned()),
            Ok(Err(error)) => {
                let code = error.status().map(|code| code.to_string());
                let what = match &code {
                    Some(code) => format!("the mail server answered {code}"),
                    // What the server said of a letter may name who it is for; this is about the way.
                    None => format!("the mail server was not reached: {error}"),
                };
                let of_letter = code
                    .as_deref()
                    .is_some_and(|code| !NOT_THE_LETTER.contains(&code));
                if error.is_permanent() && of_letter {
                    failed(Delivery::Never, false, what)
                } else {
                    failed(Delivery::NotNow, !of_letter, what)
                }
            }
            Err(_) => failed(
                Delivery::NotNow,
                true,
                format!("the mail server took longer than {WHOLE:?}"),
            ),
        }
    }
}

fn mailbox(address: &MailAddress) -> anyhow::Result<Mailbox> {
    let parsed: Address = address
        .as_str()
        .parse()
        .map_err(|error| anyhow!("{error}"))?;
    Ok(Mailbox::new(None, parsed))
}

/// Sends what waits, again and again, until told to stop; then finishes the letter it has in hand.
pub(crate) async fn deliver(casework: Casework, postman: Postman, mut stop: watch::Receiver<bool>) {
    let mut turn = tokio::time::interval(LOOK_EVERY);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // One line when the server goes away and one when it is back, not one every few seconds.
    let mut was_away = false;
    loop {
        tokio::select! {
            _ = turn.tick() => {}
            _ = stop.changed() => return,
        }
        if *stop.borrow() {
            return;
        }
        match round(&casework, &postman, &stop).await {
            Ok(None) => {}
            Ok(Some(reason)) => {
                if !was_away {
                    tracing::warn!(reason, "mail waits; tried again until it goes");
                }
                was_away = true;
                continue;
            }
            Err(failure) => {
                tracing::warn!(
                    ?failure,
                    "mail was not looked after; tried again in a moment"
                );
                continue;
            }
        }
        if was_away {
            tracing::info!("the mail server takes mail again");
            was_away = false;
        }
    }
}

/// One round: gathers notices and sends what is due. Gives why, when the server is away.
async fn round(
    casework: &Casework,
    postman: &Postman,
    stop: &watch::Receiver<bool>,
) -> Result<Option<String>, Failure> {
    casework.gather_mail().await?;
    loop {
        let due = casework.due_mail().await?;
        if due.is_empty() {
            return Ok(None);
        }
        for waiting in due {
            if *stop.borrow() {
                return Ok(None);
            }
            let Some(letter) = casework.claim_mail(&waiting).await? else {
                continue;
            };
            let said = postman.send(&letter).await;
            let gave_up = casework.mail_done(&letter, said.delivery).await?;
            let (mail, tries) = (letter.id().simple(), letter.tries());
            if gave_up {
                tracing::error!(%mail, tries, reason = said.what, "a mail was given up");
            } else if said.delivery == Delivery::NotNow {
                tracing::info!(%mail, tries, reason = said.what, "a mail is tried again later");
            }
            if said.is_away {
                return Ok(Some(said.what));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::grants::Basis;
    use testkit::{MailSink, Manner, World, world};

    use super::*;

    fn settings(sink: &MailSink, own_machine: bool) -> MailSettings {
        MailSettings {
            server: MailServer {
                host: "127.0.0.1".to_owned(),
                port: sink.port,
                wrapped: false,
                own_machine,
            },
            login: None,
            ca_file: None,
            from: MailAddress::parse("klantendossier@example.org").unwrap(),
        }
    }

    fn postman(sink: &MailSink) -> Postman {
        let settings = settings(sink, true);
        Postman::new(
            &settings,
            "https://dossier.example.org",
            "dossier.example.org",
        )
        .unwrap()
    }

    fn address(text: &str) -> MailAddress {
        MailAddress::parse(text).unwrap()
    }

    /// A letter that waits: the link for An's address.
    async fn letter(world: &World, to: &str) -> Letter {
        let set = world
            .casework
            .set_mail_address(&world.an, &address(to), &world.submission())
            .await;
        set.unwrap();
        let due = world.casework.due_mail().await.unwrap();
        let claimed = world.casework.claim_mail(due.last().unwrap()).await;
        claimed.unwrap().unwrap()
    }

    #[tokio::test]
    async fn without_encryption_nothing_goes_to_another_machine() {
        let world = world().await;
        let letter = letter(&world, "an@example.org").await;
        let sink = MailSink::open().await;
        // Once it does not offer to encrypt, once it offers and cannot.
        for offers in [false, true] {
            if offers {
                sink.offer_encryption();
            }
            let settings = settings(&sink, false);
            let postman =
                Postman::new(&settings, "https://d.example.org", "d.example.org").unwrap();
            let said = postman.send(&letter).await;
            assert_eq!(said.delivery, Delivery::NotNow, "{said:?}");
        }
        assert_eq!(sink.begun(), 0, "not even who it is from was said");
    }

    /// An authority of its own and a certificate of it for a name, as an operator makes them.
    fn certificate(folder: &std::path::Path, name: &str) {
        for words in [
            format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout {name}.ca.key -out {name}.ca.pem"
            ),
            format!(
                "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
            ),
            format!(
                "x509 -req -in {name}.csr -CA {name}.ca.pem -CAkey {name}.ca.key -CAcreateserial -days 2 -extfile {name}.ext -out {name}.pem"
            ),
        ] {
            let extension = format!("subjectAltName=DNS:{name}");
            fs::write(folder.join(format!("{name}.ext")), extension).unwrap();
            let made = std::process::Command::new("openssl")
                .current_dir(folder)
                .args(words.split(' '))
                .output()
                .expect("openssl makes the certificates of this test");
            assert!(made.status.success(), "{made:?}");
        }
    }

    #[tokio::test]
    async fn an_encrypted_way_needs_a_certificate_of_the_right_name_and_authority() {
        let world = world().await;
        let letter = letter(&world, "an@example.org").await;
        let folder = testkit::TestFolder::new();
        let folder = folder.path();
        certificate(folder, "localhost");
        certificate(folder, "elsewhere.example.org");
        let of = |sink: &MailSink, authority: Option<&str>| {
            let mut settings = settings(sink, false);
            settings.server.host = "localhost".to_owned();
            settings.ca_file = authority.map(|name| folder.join(format!("{name}.ca.pem")));
            Postman::new(&settings, "https://d.example.org", "d.example.org").unwrap()
        };
        let sink = MailSink::open().await;
        sink.encrypt_with(&folder.join("localhost.pem"), &folder.join("localhost.key"));
        // Nobody knows this authority, and the other one did not vouch for it.
        for authority in [None, Some("elsewhere.example.org")] {
            let said = of(&sink, authority).send(&letter).await;
            assert_eq!(said.delivery, Delivery::NotNow, "{said:?}");
        }
        assert_eq!(sink.begun(), 0);
        let said = of(&sink, Some("localhost")).send(&letter).await;
        assert_eq!(said.delivery, Delivery::Taken, "{said:?}");
        assert_eq!((sink.encrypted(), sink.received().len()), (1, 1));
        // The right authority, and the name of another server.
        let other = MailSink::open().await;
        let name = "elsewhere.example.org";
        other.encrypt_with(
            &folder.join(format!("{name}.pem")),
            &folder.join(format!("{name}.key")),
        );
        let said = of(&other, Some(name)).send(&letter).await;
        assert_eq!(said.delivery, Delivery::NotNow, "{said:?}");
        assert_eq!(other.begun(), 0);
    }

    #[tokio::test]
    async fn a_refused_log_in_is_no_fault_of_the_letter() {
        let world = world().await;
        let letter = letter(&world, "an@example.org").await;
        let sink = MailSink::open().await;
        sink.ask_for_login();
        let folder = testkit::TestFolder::new();
        let file = folder.path().join("password");
        fs::write(&file, "geheim\n").unwrap();
        let mut settings = settings(&sink, true);
        settings.login = Some(("kd".to_owned(), file));
        let postman = Postman::new(&settings, "https://d.example.org", "d.example.org").unwrap();
        let said = postman.send(&letter).await;
        assert_eq!(said.delivery, Delivery::NotNow, "{said:?}");
        assert!(said.is_away);
        assert!(!said.what.contains("geheim"));
    }

    #[tokio::test]
    async fn what_the_server_says_of_a_letter_is_told_without_the_address() {
        let world = world().await;
        let letter = letter(&world, "an@example.org").await;
        let sink = MailSink::open().await;
        let postman = postman(&sink);
        for (manner, delivery) in [
            (Manner::Takes, Delivery::Taken),
            (Manner::Defers, Delivery::NotNow),
            (Manner::Refuses, Delivery::Never),
            (Manner::Cuts, Delivery::NotNow),
            (Manner::TakesAndCuts, Delivery::NotNow),
            (Manner::Takes, Delivery::Taken),
        ] {
            sink.next(&[manner]);
            let said = postman.send(&letter).await;
            assert_eq!(said.delivery, delivery, "{manner:?}: {said:?}");
            assert!(!said.what.contains("an@example.org"), "{}", said.what);
        }
    }

    #[tokio::test]
    async fn the_link_of_an_address_goes_to_that_address_and_names_nobody() {
        let world = world().await;
        let letter = letter(&world, "an@example.org").await;
        let sink = MailSink::open().await;
        postman(&sink).send(&letter).await;
        let received = sink.received();
        let mail = &received[0];
        assert_eq!(mail.to, ["<an@example.org>"]);
        let id = format!("<{}@dossier.example.org>", letter.id().simple());
        assert_eq!(mail.header("Message-ID"), id);
        let text = mail.raw.replace("=\r\n", "");
        let code = letter.confirms.clone().unwrap();
        let link = format!("https://dossier.example.org/account/e-mail/bevestigen?code=3D{code}");
        assert!(text.contains(&link), "{text}");
        for name in ["An Peeters", "Leerhuis"] {
            assert!(!mail.raw.contains(name), "{}", mail.raw);
        }
    }

    /// K011: twenty texts that end a line of the head and begin another, in names and in addresses.
    #[tokio::test]
    async fn k011_no_name_and_no_address_puts_a_line_in_the_head_of_a_mail() {
        const ENDS: [&str; 20] = [
            "\r\nBcc: x@example.org",
            "\nBcc: x@example.org",
            "\rBcc: x@example.org",
            "\r\n\r\nTekst",
            "\r\n Bcc: x@example.org",
            "\r\n\tBcc: x@example.org",
            "%0d%0aBcc: x@example.org",
            "%0ABcc:%20x@example.org",
            "\u{85}Bcc: x@example.org",
            "\u{2028}Bcc: x@example.org",
            "\u{2029}Bcc: x@example.org",
            "\u{b}Bcc: x@example.org",
            "\u{c}Bcc: x@example.org",
            "\0Bcc: x@example.org",
            "=?utf-8?q?=0d=0aBcc:_x?=",
            "> <x@example.org",
            ", x@example.org",
            "; x@example.org",
            "\\r\\nBcc: x@example.org",
            "\r\n.\r\nMAIL FROM:<x@example.org>",
        ];
        let world = world().await;
        let sink = MailSink::open().await;
        let postman = postman(&sink);
        for end in ENDS {
            assert!(
                MailAddress::parse(&format!("an@example.org{end}")).is_err(),
                "{end:?}"
            );
            assert!(
                MailAddress::parse(&format!("an{end}@example.org")).is_err(),
                "{end:?}"
            );
        }
        // Everybody's name holds one; the mail of each goes out.
        let letter = letter(&world, "an@example.org").await;
        world
            .casework
            .mail_done(&letter, Delivery::Taken)
            .await
            .unwrap();
        let code = letter.confirms.clone().unwrap();
        let submission = world.submission();
        let confirmed = world
            .casework
            .confirm_mail_address(&world.an, &code, &submission)
            .await;
        confirmed.unwrap();
        world.register(&world.an, world.dossier, "2025-05-20").await;
        for (at, end) in ENDS.iter().enumerate() {
            // PostgreSQL has no text with a NUL.
            let name = format!("An{}", end.replace('\0', "\u{1}").replace('\'', "''"));
            let rename = format!("UPDATE person SET name = '{name}' WHERE user_name = 'an'");
            world.place().execute(&rename).await.unwrap();
            let rename = format!("UPDATE organisation SET name = '{name}'");
            world.place().execute(&rename).await.unwrap();
            let extended = world
                .casework
                .extend_grant(
                    &world.mediator,
                    world.dossier,
                    world.a.id,
                    Basis::Mandate,
                    &world.submission(),
                )
                .await;
            extended.unwrap();
            world.clock.advance(600);
            assert_eq!(world.casework.gather_mail().await.unwrap(), 1, "{at}");
            let due = world.casework.due_mail().await.unwrap();
            let claimed = world.casework.claim_mail(&due[0]).await.unwrap().unwrap();
            let said = postman.send(&claimed).await;
            assert_eq!(said.delivery, Delivery::Taken);
            world
                .casework
                .mail_done(&claimed, said.delivery)
                .await
                .unwrap();
        }
        let received = sink.received();
        assert_eq!(received.len(), ENDS.len());
        let names = |mail: &testkit::Received| {
            let head = mail.head();
            head.iter()
                .map(|line| line.split(':').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        for mail in &received {
            assert_eq!(mail.to, ["<an@example.org>"]);
            assert_eq!(names(mail), names(&received[0]), "{}", mail.raw);
            assert!(!mail.raw.to_lowercase().contains("bcc:"), "{}", mail.raw);
            assert_eq!(mail.raw.len(), received[0].raw.len(), "{}", mail.raw);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_two_servers_on_one_database_each_mail_goes_out_once() {
        const PEOPLE: usize = 500;
        let world = world().await;
        let hash = casework::hash_password(testkit::PASSWORD).unwrap();
        let mut batch = store::Batch::new();
        for at in 0..PEOPLE {
            let user = casework::NewUser {
                user_name: format!("begeleider{at}"),
                name: format!("Begeleider {at}"),
                role: domain::people::Role::Counsellor,
                unit: Some(world.a.unit.id),
                own_dossier: None,
            };
            let person = world.casework.create_demo_user(&user, &hash).await.unwrap();
            let pending = store::mail::Pending {
                address: address(&format!("begeleider{at}@example.org")),
                id: uuid::Uuid::now_v7(),
                until: world.casework.now(),
            };
            store::mail::ask(&mut batch, person, &pending);
            store::mail::confirm(&mut batch, person, pending.id);
            let notice = store::notices::Notice {
                at: world.casework.now(),
                kind: "grant_given".to_owned(),
                dossier: None,
                step: None,
                note: None,
                read: false,
            };
            store::notices::write(&mut batch, uuid::Uuid::now_v7(), person, &notice);
        }
        world.database().commit(batch).await.unwrap();
        let sink = MailSink::open().await;
        let mut stops = Vec::new();
        let mut servers = Vec::new();
        for casework in [world.casework.clone(), world.other_server().await] {
            let (stop, stopped) = watch::channel(false);
            stops.push(stop);
            servers.push(tokio::spawn(deliver(casework, postman(&sink), stopped)));
        }
        sink.wait_for(PEOPLE).await;
        // Time for what would come twice.
        tokio::time::sleep(LOOK_EVERY + Duration::from_secs(1)).await;
        for stop in &stops {
            stop.send(true).unwrap();
        }
        for server in servers {
            server.await.unwrap();
        }
        let received = sink.received();
        assert_eq!(received.len(), PEOPLE);
        let to: std::collections::HashSet<_> = received.iter().map(|it| it.to.clone()).collect();
        assert_eq!(to.len(), PEOPLE);
        assert!(
            sink.connections() <= 4,
            "{} connections",
            sink.connections()
        );
    }
}
