//! 'Mijn account' through the pages: the second half of a log-in, what may not be reached without one,
//! the proof that is asked before what is sensitive, and the cookies that go with it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{self, Browser, Ids, Seen, contents, line, unchanged};
use axum::http::Method;
use axum::http::header::SET_COOKIE;
use casework::Limits;
use domain::login::SecondFactor;
use domain::policy::{self, Operation, STEP_UP};
use testkit::{World, note, world, world_with};
use totp_rs::{Builder, Secret, Totp};

/// What an answer sets a cookie to; none when it sets none.
fn cookie(seen: &Seen, name: &str) -> Option<String> {
    seen.headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find(|value| value.starts_with(&format!("{name}=")))
        .map(|value| value.split(';').next().unwrap().to_owned())
}

/// The app on a telephone, from the page that shows its secret.
fn phone(page: &Seen) -> Totp {
    let (_, rest) = page.html.split_once("kd-code\">").expect("a secret");
    let secret: String = rest.split('<').next().unwrap().replace(' ', "");
    Builder::new()
        .with_secret(Secret::try_from_base32(secret).unwrap())
        .with_account_name("an")
        .build()
        .unwrap()
}

fn code(world: &World, phone: &Totp) -> String {
    let now = world.casework.now().micros() / 1_000_000;
    phone.generate(u64::try_from(now).unwrap()).to_string()
}

/// Fills in 'Bevestig dat jij het bent' and keeps the new token.
async fn confirm(browser: &mut Browser, asked: &Seen) -> Seen {
    let form = asked.form("/account/bevestigen");
    let done = browser
        .send(&form.set("wachtwoord", testkit::PASSWORD))
        .await;
    browser.cookie = cookie(&done, "sessie").expect("a new token");
    done
}

/// Sets up an app for who is logged in, as a person does. The codes that are shown then.
async fn set_up(world: &World, browser: &mut Browser) -> (Totp, Seen) {
    let form = browser.open("/account").await.form("/account/app");
    let begun = browser.send(&form).await;
    assert_eq!((begun.status, begun.location()), (303, "/account/app"));
    let page = browser.open("/account/app").await;
    let phone = phone(&page);
    let picture = browser.open("/account/app/beeld").await;
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    assert_eq!(picture.headers["cache-control"], "no-store");
    let form = page.form("/account/app/bevestigen");
    let wrong = browser.send(&form.clone().set("code", "12")).await;
    wrong.says(422, "De code klopt niet.");
    let done = browser.send(&form.set("code", &code(world, &phone))).await;
    done.says(200, "Je herstelcodes");
    browser.cookie = cookie(&done, "sessie").expect("a new token");
    world.clock.advance(30);
    (phone, done)
}

#[tokio::test]
async fn k060_without_a_second_factor_only_the_pages_to_set_one_up_are_reached() {
    let limits = Limits {
        second_factor: SecondFactor::Required,
        ..Limits::default()
    };
    let world = world_with(limits).await;
    let ids = Ids {
        dossier: world.dossier,
        ..Ids::absent()
    };
    let key = world.casework.submission_key().0;
    let form = format!("sleutel={key}&versie=1&soort=OND_OAL");
    let mut kept_out = 0;
    for (name, actor) in support::staff(&world) {
        let browser = Browser::of(&world, name).await;
        let before = contents(&world).await;
        for route in web::table(support::web(&world)) {
            let own = [
                Operation::Public,
                Operation::OwnLogin,
                Operation::ChangeOwnLogin,
            ];
            if own.contains(&route.operation) {
                continue;
            }
            let address = ids.address(route.path);
            let cell = format!("{name}, {} {}", route.method, route.path);
            let may = policy::permit(actor, route.operation).is_ok();
            if route.method == Method::GET {
                let seen = browser.open(&address).await;
                let expected = if may { (303, "/account") } else { (403, "") };
                assert_eq!((seen.status, seen.location()), expected, "{cell}");
            } else {
                let seen = browser.post(&address, form.clone()).await;
                assert_eq!(seen.status, 403, "{cell}");
            }
            kept_out += 1;
        }
        unchanged(&world, &before, name).await;
        let account = browser.open("/account").await;
        account.says(200, "Stel eerst een tweede stap in.");
        assert!(!account.html.contains("Hoofdmenu"));
    }
    eprintln!("{kept_out} cells without a second factor");
    // The client is not asked for one.
    let lotte = Browser::of(&world, "lotte").await;
    let own = lotte.open("/").await;
    assert!(own.location().starts_with("/dossier/"), "{}", own.status);
    // And who has one goes on.
    let mut an = Browser::of(&world, "an").await;
    set_up(&world, &mut an).await;
    assert_eq!(an.open("/").await.status, 200);
}

#[tokio::test]
async fn the_second_half_of_a_log_in_keeps_the_form_and_is_no_session() {
    let world = world().await;
    let mut an = Browser::of(&world, "an").await;
    let form = an.new_line(world.dossier, "20/5/2025").await;
    let (phone, _) = set_up(&world, &mut an).await;
    world.clock.advance(3 * 60 * 60);
    let expired = an.send(&form).await;
    assert_eq!(expired.status, 401);
    let log_in = expired
        .form("/aanmelden")
        .set("gebruikersnaam", "an")
        .set("wachtwoord", testkit::PASSWORD);
    let step = Browser::nobody(&world).send(&log_in).await;
    step.says(200, "Bevestig dat jij het bent");
    assert!(cookie(&step, "sessie").is_none());
    let mut browser = Browser::nobody(&world);
    browser.cookie = cookie(&step, "stap").expect("half a log-in");
    // Half a log-in opens nothing, under any name.
    assert_eq!(browser.open("/").await.status, 303);
    let half = browser.cookie.clone();
    let posing = half.replace("stap=", "sessie=");
    browser.cookie = posing;
    assert_eq!(browser.open("/account").await.status, 303);
    browser.cookie = half;

    let form = step.form("/aanmelden/bevestigen");
    let empty = browser.send(&form.clone().set("code", " ")).await;
    empty.says(422, "Vul de code van je app in, of een herstelcode.");
    let wrong = browser.send(&form.set("code", "000000")).await;
    wrong.says(422, "De code klopt niet");
    let form = wrong.form("/aanmelden/bevestigen");
    let done = browser.send(&form.set("code", &code(&world, &phone))).await;
    done.says(200, "Ga verder met wat je typte");
    browser.cookie = cookie(&done, "sessie").expect("a session");
    assert_eq!(cookie(&done, "stap").as_deref(), Some("stap="));
    let again = done.form(&format!("{}/nieuw", support::lines(world.dossier)));
    let stored = browser.send(&again).await;
    assert_eq!(stored.status, 303, "{}", stored.html);
    assert!(stored.location().contains("gelukt=geregistreerd"));
}

#[tokio::test]
async fn a_second_half_without_a_first_leads_to_the_log_in() {
    let world = world().await;
    let nobody = Browser::nobody(&world);
    let seen = nobody.post("/aanmelden/bevestigen", "code=123456").await;
    seen.says(422, "Meld je opnieuw aan.");
    let mut made_up = Browser::nobody(&world);
    made_up.cookie = format!("stap={}", "ab".repeat(32));
    let seen = made_up.post("/aanmelden/bevestigen", "code=123456").await;
    assert_eq!(seen.status, 422);
}

#[tokio::test]
async fn k079_a_decision_of_the_coach_asks_who_it_is_and_keeps_what_was_typed() {
    let world = world().await;
    let (an, dossier) = (&world.an, world.dossier);
    let step = world.register(an, dossier, "2025-04-01").await;
    world.end(an, dossier, step, "2025-04-30").await;
    world
        .casework
        .request_removal(an, dossier, step, &note("Fout."), &world.submission())
        .await
        .unwrap();
    let mut coach = Browser::of(&world, "coach").await;
    let queue = world.casework.removal_queue(&world.coach).await.unwrap();
    let address = format!("/verwijderingen/{}", queue.waiting[0].id.address());
    world.clock.advance(301);
    // The queue can be read; only deciding asks.
    let page = coach.open(&address).await;
    let refuse = format!("{address}/weigeren");
    let form = page.form(&refuse).set("reden", "De lijn klopt, zei Noor.");
    let before = contents(&world).await;
    let asked = coach.send(&form).await;
    asked.says(401, "Bevestig dat jij het bent");
    unchanged(&world, &before, "a decision without a fresh proof").await;

    let confirm = asked.form("/account/bevestigen");
    let empty = coach.send(&confirm).await;
    empty.says(422, "Vul je wachtwoord in.");
    let wrong = coach
        .send(&empty.form("/account/bevestigen").set("wachtwoord", "fout"))
        .await;
    wrong.says(422, "klopt niet");
    assert!(!wrong.html.contains("value=\"fout\""));
    let right = wrong
        .form("/account/bevestigen")
        .set("wachtwoord", testkit::PASSWORD);
    let done = coach.send(&right).await;
    done.says(200, "Ga verder met wat je typte");
    let before = coach.cookie.clone();
    coach.cookie = cookie(&done, "sessie").expect("a new token");
    assert_ne!(before, coach.cookie);
    let again = coach.send(&done.form(&refuse)).await;
    assert_eq!(again.status, 303, "{}", again.html);
    let seen = Browser::of(&world, "an")
        .await
        .open(&line(dossier, step))
        .await;
    seen.says(200, "De lijn klopt, zei Noor.");
    // The token from before the proof is dead (fixation).
    let mut old = coach.clone();
    old.cookie = before;
    assert_eq!(old.open("/").await.status, 303);
}

#[tokio::test]
async fn k079_what_weighs_asks_for_a_fresh_proof_and_reading_a_page_does_not() {
    let world = world().await;
    let ids = Ids {
        dossier: world.dossier,
        ..Ids::absent()
    };
    let (mut asked, mut read) = (0, 0);
    let client = ("lotte", &world.lotte);
    for (name, actor) in support::staff(&world).into_iter().chain([client]) {
        let browser = Browser::of(&world, name).await;
        world.clock.advance(301);
        let before = contents(&world).await;
        for route in web::table(support::web(&world)) {
            let may = policy::permit(actor, route.operation).is_ok();
            if !may || route.operation == Operation::Public {
                continue;
            }
            let address = ids.address(route.path);
            let cell = format!("{name}, {} {}", route.method, route.path);
            let weighs = STEP_UP.contains(&route.operation);
            if route.method == Method::GET {
                let seen = browser.open(&address).await;
                let leads = seen.location().starts_with("/account/bevestigen?naar=");
                assert_eq!(leads, weighs, "{cell}");
                read += u32::from(!weighs);
            } else if weighs {
                let seen = browser.post(&address, "naam=Getypt").await;
                seen.says(401, "Bevestig dat jij het bent");
                let kept = seen.form("/account/bevestigen");
                assert_eq!(kept.get("bewaard.naam"), "Getypt", "{cell}");
                asked += 1;
            }
        }
        unchanged(&world, &before, name).await;
    }
    eprintln!("{asked} forms ask for a fresh proof, {read} pages do not");
    assert!(asked > 100 && read > 200, "{asked}, {read}");
}

#[tokio::test]
async fn k079_an_invitation_is_made_after_the_proof_with_what_was_typed_and_at_the_address_of_the_operator()
 {
    let world = world().await;
    let mut dirk = Browser::of(&world, "dirk").await;
    world.clock.advance(301);
    let page = dirk.open("/medewerkers/nieuw").await;
    page.says(200, "Terug zonder uitnodigen");
    let form = page
        .form("/medewerkers/nieuw")
        .set("naam", "Nele Nieuw")
        .set("email", "nele@voorbeeld.be")
        .set("rol", "counsellor")
        .set("vestiging", &world.a.unit.id.address());
    let asked = dirk.send(&form).await;
    asked.says(401, "Bevestig dat jij het bent");
    let done = confirm(&mut dirk, &asked).await;
    done.says(200, "Ga verder met wat je typte");
    let again = done.form("/medewerkers/nieuw");
    assert_eq!(again.get("naam"), "Nele Nieuw");
    // Whatever the request says of its host.
    let request = dirk
        .request(Method::POST, &again.action)
        .header("host", "elders.example")
        .header("content-type", support::FORM);
    let made = dirk.ask(request, again.encoded().into()).await;
    made.says(200, "De uitnodiging is klaar");
    assert!(
        made.html
            .contains("value=\"http://dossier.test/uitnodiging/"),
        "{}",
        made.html
    );
    assert!(!made.html.contains("elders.example"));
}

#[tokio::test]
async fn k079_the_file_of_the_report_comes_after_the_proof() {
    let world = world().await;
    let mandate = world.mandate().await;
    let mut controller = Browser::of(&world, "controller").await;
    world.clock.advance(301);
    assert_eq!(controller.open("/rapport").await.status, 200);
    let file = format!("/rapport/csv?opdracht={}", mandate.address());
    let asked = controller.open(&file).await;
    assert_eq!(asked.status, 303);
    let page = controller.open(asked.location()).await;
    let done = confirm(&mut controller, &page).await;
    assert_eq!((done.status, done.location()), (303, file.as_str()));
    let seen = controller.open(&file).await;
    assert_eq!(seen.status, 200);
    assert!(seen.header("content-disposition").starts_with("attachment"));
}

#[tokio::test]
async fn mijn_account_leads_to_the_mail_and_to_the_provider_where_there_is_one() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let page = an.open("/account").await;
    for address in ["/account/e-mail", "/oidc/koppelen"] {
        assert!(
            page.html.contains(&format!("href=\"{address}\"")),
            "{address}"
        );
        assert_eq!(an.open(address).await.status, 200);
    }
    let mut without = support::web(&world);
    without.casework = world.casework.clone();
    let mut without = Browser::over(without);
    without.cookie = an.cookie.clone();
    let page = without.open("/account").await;
    page.says(200, "E-mail en meldingen");
    assert!(!page.html.contains("/oidc/koppelen"));
}

#[tokio::test]
async fn the_confirmation_leads_nowhere_else() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    for to in ["https://elders.example", "//elders.example", "/\\elders"] {
        let body = format!("naar={to}&wachtwoord={}", testkit::PASSWORD);
        let browser = Browser::of(&world, "an").await;
        let seen = browser.post("/account/bevestigen", body).await;
        assert_eq!((seen.status, seen.location()), (303, "/account"), "{to}");
    }
    assert_eq!(
        an.open("/account/bevestigen?naar=/zoeken").await.status,
        200
    );
}

#[tokio::test]
async fn the_page_shows_where_one_is_logged_in_and_ends_it() {
    let world = world().await;
    let other = Browser::of(&world, "an").await;
    world.clock.advance(61);
    let an = Browser::of(&world, "an").await;
    let page = an.open("/account").await;
    page.says(200, "Dit toestel");
    let ended = an.send(&page.form("/account/sessies/afmelden")).await;
    assert_eq!(ended.status, 303);
    assert_eq!(other.open("/").await.status, 303);
    let all = an
        .send(&an.open("/account").await.form("/account/overal-afmelden"))
        .await;
    assert_eq!(all.location(), "/aanmelden?gelukt=overal-afgemeld");
    assert!(all.headers.contains_key("clear-site-data"));
    assert_eq!(an.open("/").await.status, 303);
}

#[tokio::test]
async fn a_password_is_changed_on_its_page_and_never_repeated() {
    let world = world().await;
    let mut an = Browser::of(&world, "an").await;
    let form = an.open("/account").await;
    form.says(200, "Mijn account");
    let form = an
        .open("/account/wachtwoord")
        .await
        .form("/account/wachtwoord");
    for (current, new, says) in [
        ("", "", "Vul je huidige wachtwoord in."),
        (
            "fout",
            "drie paarse giraffen fluiten",
            "Je huidige wachtwoord klopt niet.",
        ),
        (testkit::PASSWORD, "kort", "Neem minstens 15 tekens"),
        (
            testkit::PASSWORD,
            "klantendossier-2025",
            "bijna niets meer dan je naam",
        ),
        (testkit::PASSWORD, "passwordpassword", "makkelijk te raden"),
    ] {
        let typed = form.clone().set("huidig", current).set("nieuw", new);
        let seen = an.send(&typed).await;
        seen.says(422, says);
        assert!(new.is_empty() || !seen.html.contains(&format!("value=\"{new}\"")));
    }
    let typed = form
        .set("huidig", testkit::PASSWORD)
        .set("nieuw", "drie paarse giraffen fluiten");
    let seen = an.send(&typed).await;
    assert_eq!(seen.location(), "/account?gelukt=wachtwoord");
    assert_eq!(an.open("/").await.status, 303, "the old token is dead");
    an.cookie = cookie(&seen, "sessie").unwrap();
    assert_eq!(an.open("/").await.status, 200);
    // A form that comes after the session ended is not kept: it holds passwords.
    let late = Browser::nobody(&world).send(&typed).await;
    assert_eq!(late.status, 401);
    assert!(!late.html.contains("giraffen"));
}

#[tokio::test]
async fn recovery_codes_are_shown_once_and_the_secret_of_the_app_too() {
    let world = world().await;
    let mut an = Browser::of(&world, "an").await;
    let (_, shown) = set_up(&world, &mut an).await;
    assert_eq!(shown.html.matches("<li><code").count(), 10);
    let after = an.open("/account/app").await;
    assert_eq!((after.status, after.location()), (303, "/account"));
    let page = an.open("/account").await;
    page.says(200, "Nog 10 over");
    let form = page.form("/account/herstelcodes");
    let new = an.send(&form).await;
    new.says(200, "Je herstelcodes");
    // Sending it again makes and shows nothing (T2).
    let twice = an.send(&form).await;
    assert_eq!((twice.status, twice.location()), (303, "/account"));
}

#[tokio::test]
async fn a_manager_takes_a_second_factor_away() {
    let world = world().await;
    let mut an = Browser::of(&world, "an").await;
    set_up(&world, &mut an).await;
    let manager = Browser::of(&world, "dirk").await;
    let page = manager.open("/medewerkers/tweede-stap").await;
    page.says(200, "authenticator-app");
    let done = manager.send(&page.form("/medewerkers/tweede-stap")).await;
    assert!(done.location().contains("gelukt="), "{}", done.html);
    assert_eq!(an.open("/").await.status, 303);
    let an = Browser::of(&world, "an").await;
    let told = an.open("/meldingen").await;
    told.says(200, "Dirk Baert nam je tweede stap weg");
}

#[tokio::test]
async fn k029_the_cookies_of_the_log_in_are_for_this_site_alone() {
    let world = world().await;
    let mut web = support::web(&world);
    web.settings.secure_cookies = true;
    let browser = Browser::over(web);
    let form = browser.open("/aanmelden").await.form("/aanmelden");
    let form = form
        .set("gebruikersnaam", "an")
        .set("wachtwoord", testkit::PASSWORD);
    let seen = browser.send(&form).await;
    let set: Vec<&str> = seen
        .headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert_eq!(set.len(), 2, "{set:?}");
    for cookie in set {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(cookie.len() < 512);
    }
}
