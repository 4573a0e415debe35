//! 'Persoonsgegevens en voorkeuren': the contact data, languages, wanted jobs, mobility and how somebody wants to
//! be reached, as those who guide fill them in and others see them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::sections::{address, new_form};
use crate::support::Browser;
use testkit::world;

const CONTACT: &str = "persoonsgegevens/contact";

#[tokio::test]
async fn contact_data_are_kept_in_one_form_and_wrong_ones_are_said_at_their_field() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = new_form(&an, &world, CONTACT).await;
    let odd = form
        .set("email", "an bij voorbeeld")
        .set("telefoon", "0470 12")
        .set("straat", "Kerkstraat 1")
        .set("postcode", "28OO")
        .set("gemeente", "Mechelen");
    let refused = an.send(&odd).await;
    refused.says(422, "Dit is geen e-mailadres.");
    refused.says(422, "Dit is geen telefoonnummer.");
    refused.says(422, "Dit is geen Belgische postcode.");
    for field in ["email", "telefoon", "postcode"] {
        assert!(refused.html.contains(&format!("href=\"#{field}\"")));
    }
    assert!(refused.html.contains("value=\"28OO\""), "what was typed");
    let half = odd
        .set("email", "jongere@voorbeeld.be")
        .set("telefoon", "0470/12.34.56")
        .set("postcode", "")
        .set("gemeente", "");
    let refused = an.send(&half).await;
    refused.says(422, "Vul de postcode in.");
    refused.says(422, "Vul de gemeente in.");
    let good = half.set("postcode", "2800").set("gemeente", "Mechelen");
    let saved = an.send(&good).await;
    let page = address(&world, "persoonsgegevens");
    assert_eq!(saved.location(), format!("{page}?gelukt=contactgegevens"));
    let seen = an.open(saved.location()).await;
    seen.says(200, "De contactgegevens zijn bewaard.");
    for shown in ["+32470123456", "2800 Mechelen", "Contactgegevens gewijzigd"] {
        seen.says(200, shown);
    }
    // The same once more changes nothing.
    let again = new_form(&an, &world, CONTACT).await;
    assert_eq!(an.send(&again).await.status, 303);
    let seen = an.open(&page).await;
    assert_eq!(seen.html.matches("Contactgegevens gewijzigd").count(), 1);
    // Nothing at all is an answer too.
    let mut nothing = new_form(&an, &world, CONTACT).await;
    for field in ["email", "telefoon", "straat", "postcode", "gemeente"] {
        nothing = nothing.set(field, "");
    }
    assert_eq!(an.send(&nothing).await.status, 303);
    assert!(!an.open(&page).await.shows("2800 Mechelen</dd>"));
}

#[tokio::test]
async fn t1_who_is_second_reads_what_the_first_changed_and_keeps_what_was_typed() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let bram = Browser::of(&world, "bram").await;
    let mine = new_form(&an, &world, CONTACT).await;
    let theirs = new_form(&bram, &world, CONTACT).await;
    let theirs = theirs.set("telefoon", "015 20 30 40");
    assert_eq!(bram.send(&theirs).await.status, 303);
    let late = an.send(&mine.set("telefoon", "0470123456")).await;
    late.says(409, "Iemand anders heeft dit intussen gewijzigd.");
    late.says(409, "Bram");
    assert!(late.html.contains("<ins>+3215203040</ins>"));
    assert!(late.html.contains("value=\"0470123456\""));
    let again = late.form(&address(&world, CONTACT));
    assert_eq!(an.send(&again).await.status, 303);
    let seen = an.open(&address(&world, "persoonsgegevens")).await;
    seen.says(200, "+32470123456");
}

#[tokio::test]
async fn a_language_is_one_of_the_list_or_another_and_stands_there_once() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let form = new_form(&an, &world, "persoonsgegevens/talen/nieuw").await;
    let bare = an.send(&form).await;
    bare.says(422, "Kies de taal uit de lijst.");
    bare.says(422, "Kies hoe goed de jongere de taal kent.");
    let made_up = form.clone().set("taal", "xx").set("niveau", "D1");
    an.send(&made_up)
        .await
        .says(422, "Kies de taal uit de lijst.");
    let form = form.set("niveau", "B1");
    let nameless = form.clone().set("taal", "other");
    let refused = an.send(&nameless).await;
    refused.says(422, "Schrijf welke andere taal het is.");
    let both = form.clone().set("taal", "fr").set("andere_taal", "Lingala");
    let refused = an.send(&both).await;
    refused.says(
        422,
        "Je koos een taal uit de lijst en vulde ook een andere taal in.",
    );
    assert!(refused.html.contains("href=\"#andere_taal\""));
    let other = both
        .set("taal", "other")
        .set("andere_taal", "<i>Lingala</i>");
    assert_eq!(an.send(&other).await.status, 303);
    let page = an.open(&address(&world, "persoonsgegevens")).await;
    assert!(page.html.contains("&#60;i&#62;Lingala&#60;/i&#62;"));
    let again = new_form(&an, &world, "persoonsgegevens/talen/nieuw").await;
    let again = again
        .set("taal", "other")
        .set("andere_taal", "<I>lingala</I>")
        .set("niveau", "A1");
    an.send(&again)
        .await
        .says(422, "Dit staat al in het dossier.");
}

#[tokio::test]
async fn a_wanted_job_has_a_place_and_the_first_choice_stands_first() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    for (job, place) in [("Bakker", "2"), ("Hulpkok", "1")] {
        let form = new_form(&an, &world, "persoonsgegevens/jobs/nieuw").await;
        let form = form.set("gewenste_job", job);
        let refused = an.send(&form).await;
        refused.says(422, "Vul de voorkeur in: 1 is de eerste keuze.");
        for odd in ["0", "11", "-1", "een"] {
            let refused = an.send(&form.clone().set("voorkeur", odd)).await;
            refused.says(422, "een geheel getal in van 1 tot 10.");
        }
        assert_eq!(an.send(&form.set("voorkeur", place)).await.status, 303);
        world.clock.advance(1);
    }
    for path in ["persoonsgegevens", "profiel"] {
        let seen = an.open(&address(&world, path)).await;
        let place = |job: &str| seen.html.find(job).unwrap();
        assert!(place("Hulpkok") < place("Bakker"), "{path}");
    }
}

#[tokio::test]
async fn mobility_and_contact_preference_stand_there_once_and_are_read_back() {
    let world = world().await;
    let an = Browser::of(&world, "an").await;
    let page = address(&world, "persoonsgegevens");
    let mobility = "persoonsgegevens/mobiliteit/nieuw";
    let form = new_form(&an, &world, mobility).await;
    an.send(&form)
        .await
        .says(422, "Kies hoe de jongere naar het werk gaat.");
    let form = form.set("vervoer", "public");
    let far = an.send(&form.clone().set("reistijd", "181")).await;
    far.says(422, "Vul bij minuten een geheel getal in van 5 tot 180.");
    assert_eq!(an.send(&form.set("reistijd", "45")).await.status, 303);
    let reached = "persoonsgegevens/contactvoorkeur/nieuw";
    let form = new_form(&an, &world, reached).await;
    an.send(&form)
        .await
        .says(422, "Kies hoe je de jongere het best bereikt.");
    let form = form.set("kanaal", "sms").set("contacttaal", "tr");
    assert_eq!(an.send(&form).await.status, 303);
    let lotte = Browser::of(&world, "lotte").await;
    for browser in [&an, &lotte] {
        let seen = browser.open(&page).await;
        for shown in ["Bus, tram of trein", "45", "Sms", "Turks"] {
            seen.says(200, shown);
        }
        assert!(!seen.shows("Vul de mobiliteit in"));
        assert!(!seen.shows("Vul de contactvoorkeur in"));
    }
    for (path, field, value) in [(mobility, "vervoer", "foot"), (reached, "kanaal", "phone")] {
        let second = new_form(&an, &world, path).await.set(field, value);
        let refused = an.send(&second).await;
        refused.says(422, "Dit staat al in het dossier.");
    }
}

#[tokio::test]
async fn the_profile_shows_what_other_pages_keep_and_leads_there() {
    let world = world().await;
    let lotte = Browser::of(&world, "lotte").await;
    let profile = address(&world, "profiel");
    let empty = lotte.open(&profile).await;
    for sentence in [
        "Er is nog geen taal ingevuld.",
        "Er is nog geen gewenste job.",
        "Er is geen rijbewijs ingevuld.",
        "Er is nog geen competentie.",
    ] {
        empty.says(200, sentence);
    }
    world
        .fill_sections(&world.an, world.dossier, str::to_owned)
        .await;
    let seen = lotte.open(&profile).await;
    seen.says(200, "andere-taal (Moedertaal)");
    seen.says(200, "gewenste-job");
    seen.says(200, "B (auto)");
    seen.says(200, "competentie: score 3 van 5");
    for path in [
        "persoonsgegevens",
        "begeleiding/inzetbaarheid",
        "competentieontwikkeling",
    ] {
        let href = format!("href=\"{}\"", address(&world, path));
        assert!(seen.html.contains(&href), "{path}");
    }
}
