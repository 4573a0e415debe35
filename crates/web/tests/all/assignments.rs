//! 'Toewijzingen' and 'E-mail en meldingen' as people meet them: what the pages say, what they refuse, and
//! that a dossier which is not assigned is not there for whoever works in the same house.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{self, Browser, Ids, contents, line, unchanged};
use axum::http::Method;
use domain::mail::MailAddress;
use testkit::{World, world};

/// The own organisation narrows its dossiers, and An works on Lotte's.
async fn narrowed() -> (World, Ids) {
    let world = world().await;
    let step = world.register(&world.an, world.dossier, "2025-05-20").await;
    let action = world
        .record(&world.an, world.dossier, step, "2025-05-21")
        .await;
    let (an, dossier) = (&world.an, world.dossier);
    let study = world.add_study(an, dossier, "2024-06-30", None).await;
    let dirk = Browser::of(&world, "dirk").await;
    let form = dirk.open("/toewijzingen").await.form("/toewijzingen");
    let seen = dirk.send(&form).await;
    assert_eq!(
        (seen.status, seen.location()),
        (303, "/toewijzingen?gelukt=beperkt")
    );
    let ids = Ids {
        dossier: world.dossier,
        step,
        action,
        study,
        ..Ids::absent()
    };
    (world, ids)
}

#[tokio::test]
async fn i2_a_dossier_that_is_not_assigned_is_not_there_on_any_route() {
    let (world, ids) = narrowed().await;
    let an = Browser::of(&world, "an").await;
    let bram = Browser::of(&world, "bram").await;
    let before = contents(&world).await;
    let key = world.casework.submission_key().0;
    let form = format!(
        "sleutel={key}&versie=1&soort=OND_OAL&toestand=ongoing&samenvatting=Nieuw&doel=Nieuw&grond=mandaat\
         &begeleider={}",
        world.bram.person.address()
    );
    let mut walked = 0;
    for route in web::table(support::web(&world)) {
        let is_counsellors =
            domain::policy::reach(domain::people::Role::Counsellor, route.operation)
                != domain::policy::Reach::Never;
        if !route.path.contains("{dossier}") || !is_counsellors {
            continue;
        }
        let mut seen = Vec::new();
        for ids in [ids, Ids::absent()] {
            let address = ids.address(route.path);
            seen.push(if route.method == Method::GET {
                bram.open(&address).await
            } else {
                bram.post(&address, form.clone()).await
            });
        }
        let cell = format!("{} {}", route.method, route.path);
        assert_eq!(seen[0].status, 404, "{cell}");
        assert_eq!(seen[0].html, seen[1].html, "{cell}");
        assert_eq!(seen[0].headers, seen[1].headers, "{cell}");
        unchanged(&world, &before, &cell).await;
        walked += 1;
    }
    assert!(walked > 20, "{walked}");
    // Nor in a list, and An still has it.
    for address in [
        "/zoeken?q=61000447",
        "/zoeken?q=Maes",
        "/begeleidingen",
        "/inzagerechten",
    ] {
        assert!(!bram.open(address).await.shows("Lotte Maes"), "{address}");
    }
    assert_eq!(an.open(&line(ids.dossier, ids.step)).await.status, 200);
    assert!(an.open("/begeleidingen").await.shows("Lotte Maes"));
}

#[tokio::test]
async fn i2_the_manager_assigns_and_takes_away_and_open_sessions_follow_at_once() {
    let (world, ids) = narrowed().await;
    let dirk = Browser::of(&world, "dirk").await;
    let bram = Browser::of(&world, "bram").await;
    let address = format!("/toewijzingen/{}", ids.dossier.address());
    let list = dirk.open("/toewijzingen?toon=alle").await;
    list.says(200, "Lotte Maes");
    assert!(list.shows("An Peeters"));
    assert!(!list.html.contains("/dossier/"), "no way into the dossier");
    dirk.open("/toewijzingen")
        .await
        .says(200, "Elk dossier is toegewezen");
    let page = dirk.open(&address).await;
    page.says(200, "klantnummer 61000447");
    let lines = format!("/dossier/{}/stappen", ids.dossier.address());
    assert_eq!(bram.open(&lines).await.status, 404);
    let add = format!(
        "sleutel={}&begeleider={}&doe=toewijzen",
        world.casework.submission_key().0,
        world.bram.person.address()
    );
    let seen = dirk.post(&address, add.clone()).await;
    assert_eq!(seen.location(), format!("{address}?gelukt=toegewezen"));
    assert_eq!(bram.open(&lines).await.status, 200);
    // Sent twice, stored once.
    let again = dirk.post(&address, add).await;
    assert_eq!((again.status, again.location()), (303, seen.location()));
    bram.open("/meldingen")
        .await
        .says(200, "Een dossier is aan jou toegewezen.");
    let away = format!(
        "sleutel={}&begeleider={}&doe=weghalen",
        world.casework.submission_key().0,
        world.bram.person.address()
    );
    let seen = dirk.post(&address, away).await;
    assert_eq!(seen.location(), format!("{address}?gelukt=weggehaald"));
    assert_eq!(bram.open(&lines).await.status, 404);
    // The client reads it.
    let lotte = Browser::of(&world, "lotte").await;
    let own = format!("/dossier/{}", ids.dossier.address());
    let journal = lotte.open(&format!("{own}/journaal")).await;
    journal.says(200, "Dossier toegewezen aan een begeleider");
    assert!(journal.shows("Dossier niet langer toegewezen aan een begeleider"));
    let services = lotte.open(&format!("{own}/dienstverlening")).await;
    services.says(200, "Alleen: An Peeters");
}

#[tokio::test]
async fn i2_a_counsellor_hands_the_dossier_on_and_cannot_open_it_any_more() {
    let (world, ids) = narrowed().await;
    let an = Browser::of(&world, "an").await;
    let address = format!("/dossier/{}/toewijzing", ids.dossier.address());
    let page = an.open(&address).await;
    page.says(200, "An Peeters");
    let form = page.form(&address);
    an.send(&form)
        .await
        .refuses(422, "Kies een begeleider uit de lijst.");
    let strange = form
        .clone()
        .set("begeleider", &world.carla.person.address());
    an.send(&strange)
        .await
        .refuses(422, "Dit is geen begeleider van je organisatie.");
    let given = form
        .set("begeleider", &world.bram.person.address())
        .set("stopt", "ja");
    let seen = an.send(&given).await;
    assert_eq!(
        (seen.status, seen.location()),
        (303, "/?gelukt=doorgegeven")
    );
    assert_eq!(an.open(&address).await.status, 404);
    let bram = Browser::of(&world, "bram").await;
    assert_eq!(bram.open(&address).await.status, 200);
}

#[tokio::test]
async fn i2_odd_input_at_assigning_changes_nothing() {
    let (world, ids) = narrowed().await;
    let dirk = Browser::of(&world, "dirk").await;
    let before = contents(&world).await;
    let address = format!("/toewijzingen/{}", ids.dossier.address());
    let key = world.casework.submission_key().0;
    for form in [
        String::new(),
        format!("sleutel={key}"),
        format!("sleutel={key}&begeleider=onzin&doe=toewijzen"),
        format!(
            "sleutel={key}&begeleider={}&doe=weghalen",
            world.carla.person.address()
        ),
        format!(
            "sleutel={key}&begeleider={}&doe=toewijzen",
            world.mediator.person.address()
        ),
        format!("sleutel={key}&begeleider={}", world.an.person.address()),
        format!("begeleider={}&doe=weghalen", world.an.person.address()),
    ] {
        let seen = dirk.post(&address, form.clone()).await;
        assert_eq!(seen.status, 422, "{form}");
        assert!(seen.title().starts_with("Fout: "), "{form}");
    }
    for form in ["", "beperkt=misschien", "beperkt=nee", "beperkt=ja"] {
        let seen = dirk.post("/toewijzingen", form).await;
        assert_eq!(seen.status, 422, "{form}");
    }
    for odd in ["%00", "x", "61000447%00", "99999999", "%27%20OR%201%3D1"] {
        let seen = dirk.open(&format!("/toewijzingen?klantnummer={odd}")).await;
        seen.says(200, "Geen dossier gevonden");
    }
    for odd in ["onzin", "%00", "0"] {
        let seen = dirk
            .open(&format!("/toewijzingen?toon={odd}&na={odd}"))
            .await;
        assert_eq!(seen.status, 200);
        assert_eq!(dirk.open(&format!("/toewijzingen/{odd}")).await.status, 404);
    }
    unchanged(&world, &before, "odd input").await;
}

#[tokio::test]
async fn names_on_these_pages_are_text() {
    let (world, ids) = narrowed().await;
    let name = "</select></title><script>alert(1)</script>\"><img src=x>";
    let rename = format!("UPDATE person SET name = '{name}' WHERE user_name IN ('an', 'bram')");
    world.place().execute(&rename).await.unwrap();
    let dirk = Browser::of(&world, "dirk").await;
    let an = Browser::of(&world, "an").await;
    let own = format!("/toewijzingen/{}", ids.dossier.address());
    let over = format!("/dossier/{}/toewijzing", ids.dossier.address());
    for seen in [
        dirk.open("/toewijzingen?toon=alle").await,
        dirk.open(&own).await,
        an.open(&over).await,
    ] {
        assert_eq!(seen.status, 200);
        assert!(seen.shows("alert(1)"));
        for raw in ["<script>", "<img", "</select></title>"] {
            assert!(!seen.html.contains(raw), "{raw}");
        }
    }
    let typed = "adres=%3Cscript%3E%22%3E%3Cimg&doe=adres";
    let seen = an.post("/account/e-mail", typed).await;
    seen.refuses(422, "Dit is geen e-mailadres.");
    assert!(!seen.html.contains("<img") && !seen.html.contains("<script>"));
}

/// The code of the link that waits for a person's address.
async fn code(world: &World) -> String {
    let due = world.casework.due_mail().await.unwrap();
    let claimed = world.casework.claim_mail(due.last().unwrap()).await;
    claimed.unwrap().unwrap().confirms.unwrap()
}

#[tokio::test]
async fn an_own_address_is_typed_confirmed_and_taken_away() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let page = an.open("/account/e-mail").await;
    page.says(200, "Nog geen bevestigd adres");
    let form = page.form("/account/e-mail").set("doe", "adres");
    for (typed, sentence) in [
        ("", "e-mailadres"),
        ("an", "Dit is geen e-mailadres."),
        (
            "an@example.org\r\nBcc: x@example.org",
            "Dit is geen e-mailadres.",
        ),
        ("an@example.org, x@example.org", "Dit is geen e-mailadres."),
    ] {
        an.send(&form.clone().set("adres", typed))
            .await
            .refuses(422, sentence);
    }
    let seen = an.send(&form.set("adres", "an@example.org")).await;
    assert_eq!(
        (seen.status, seen.location()),
        (303, "/account/e-mail?gelukt=mail-adres")
    );
    let page = an.open(seen.location()).await;
    page.says(200, "We mailden een link naar an@example.org");
    let link = format!("/account/e-mail/bevestigen?code={}", code(&world).await);
    // Only looking changes nothing; nobody else and no other code gets through.
    let before = contents(&world).await;
    let bram = Browser::of(&world, "bram").await;
    bram.open(&link)
        .await
        .says(200, "Deze link werkt niet meer");
    an.open("/account/e-mail/bevestigen?code=%00")
        .await
        .says(200, "Deze link werkt niet meer");
    let page = an.open(&link).await;
    page.says(200, "an@example.org");
    unchanged(&world, &before, "a link was looked at").await;
    let nobody = Browser::nobody(&world).open(&link).await;
    assert!(
        nobody.location().starts_with("/aanmelden"),
        "{}",
        nobody.location()
    );
    let confirm = page.form("/account/e-mail/bevestigen");
    assert_eq!(bram.send(&confirm).await.status, 422);
    let seen = an.send(&confirm).await;
    assert_eq!(
        (seen.status, seen.location()),
        (303, "/account/e-mail?gelukt=mail-bevestigd")
    );
    let again = an.send(&confirm).await;
    assert_eq!(
        (again.status, again.location()),
        (303, seen.location()),
        "T2"
    );
    an.open(&link).await.says(200, "Deze link werkt niet meer");
    let found = world.casework.mail_page(&world.an).await.unwrap();
    assert_eq!(
        found.address,
        Some(MailAddress::parse("an@example.org").unwrap())
    );
    assert!(found.wanted);
    let key = world.casework.submission_key().0;
    let off = an
        .post("/account/e-mail", format!("sleutel={key}&doe=wens"))
        .await;
    assert_eq!(off.location(), "/account/e-mail?gelukt=mail-wens");
    assert!(!world.casework.mail_page(&world.an).await.unwrap().wanted);
    let key = world.casework.submission_key().0;
    let away = an
        .post("/account/e-mail", format!("sleutel={key}&doe=weg"))
        .await;
    assert_eq!(away.location(), "/account/e-mail?gelukt=mail-weg");
    assert_eq!(
        world.casework.mail_page(&world.an).await.unwrap().address,
        None
    );
}
