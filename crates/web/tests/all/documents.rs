//! 'Documenten' in the pages: files in, files out, what the answers say of themselves, and what a form says
//! when a file is not accepted.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::support::{Browser, Form, contents, line, multipart, unchanged};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use domain::documents::{DocumentLimits, FileType};
use domain::ids::DossierId;
use testkit::papers::{paper, pdf};
use testkit::{World, world, world_with_documents};

const PDF: &str = "application/pdf";

fn list(dossier: DossierId) -> String {
    format!("/dossier/{}/documenten", dossier.address())
}

async fn form(browser: &Browser, dossier: DossierId) -> Form {
    let action = format!("{}/nieuw", list(dossier));
    let page = browser.open(&action).await;
    assert!(page.html.contains("enctype=\"multipart/form-data\""));
    page.form(&action).set("soort_document", "attest")
}

/// The address of the first document in the list.
async fn first(browser: &Browser, dossier: DossierId) -> String {
    let page = browser.open(&list(dossier)).await;
    let begin = format!("href=\"{}/", list(dossier));
    let ids: Vec<&str> = page
        .html
        .split(begin.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|id| id.len() == 32)
        .collect();
    format!("{}/{}", list(dossier), ids[0])
}

async fn add(w: &World, browser: &Browser, name: &str, kind: FileType) -> String {
    w.clock.advance(1);
    let form = form(browser, w.dossier).await;
    let content = paper(kind);
    let file = ("bestanden", name, kind.media_type(), content.as_slice());
    let seen = browser.upload(&form, &[file]).await;
    assert_eq!(seen.status, 303, "{}", seen.html);
    assert_eq!(
        seen.location(),
        format!("{}?gelukt=document", list(w.dossier))
    );
    first(browser, w.dossier).await
}

#[tokio::test]
async fn a_counsellor_adds_looks_at_and_takes_back_a_document() {
    let w = world().await;
    let an = Browser::of(&w, "an").await;
    let empty = an.open(&list(w.dossier)).await;
    empty.says(200, "Nog geen documenten");
    let address = add(&w, &an, "Brief van school.pdf", FileType::Pdf).await;
    let page = an.open(&address).await;
    page.says(200, "Brief van school");
    page.says(200, "Brief van school.pdf (PDF, 1 kB)");
    assert!(page.html.contains(&format!(
        "<iframe class=\"kd-preview kd-preview--pdf\" src=\"{address}/inhoud\""
    )));
    assert!(
        page.header("content-security-policy")
            .ends_with("; frame-src 'self'")
    );
    let change = format!("{address}/wijzigen");
    let form = an.open(&change).await.form(&change);
    let seen = an.send(&form.set("titel", "Attest van de school")).await;
    assert_eq!(
        seen.location(),
        format!("{address}?gelukt=document-gewijzigd")
    );
    an.open(&address).await.says(200, "Attest van de school");
    let withdraw = format!("{address}/intrekken");
    let form = an.open(&withdraw).await.form(&withdraw);
    let seen = an.send(&form.clone().set("reden", " ")).await;
    seen.refuses(422, "Schrijf waarom je het document intrekt.");
    let seen = an.send(&form.set("reden", "Fout gescand.")).await;
    assert_eq!(
        seen.location(),
        format!("{}?gelukt=document-ingetrokken", list(w.dossier))
    );
    assert_eq!(an.open(&address).await.status, 404);
    assert_eq!(an.open(&format!("{address}/bestand")).await.status, 404);
    let mediator = Browser::of(&w, "mediator").await;
    mediator.open(&address).await.says(200, "Fout gescand.");
}

#[tokio::test]
async fn k027_a_file_is_never_a_page_and_says_what_it_is() {
    let w = world().await;
    let an = Browser::of(&w, "an").await;
    let name = "Zoë <b>x; a=1.pdf";
    for (kind, name, shown) in [
        (FileType::Pdf, name, true),
        (FileType::Png, "b.png", true),
        (FileType::Jpeg, "c.jpg", true),
        (FileType::Odt, "d.odt", false),
        (FileType::Docx, "e.docx", false),
    ] {
        let address = add(&w, &an, name, kind).await;
        let given = an.open(&format!("{address}/bestand")).await;
        assert_eq!(given.status, 200);
        assert_eq!(given.header("content-type"), kind.media_type());
        assert_eq!(
            given.header("content-length"),
            paper(kind).len().to_string()
        );
        assert!(
            given
                .header("content-disposition")
                .starts_with("attachment; filename=\"")
        );
        assert_eq!(
            given.header("content-security-policy"),
            "default-src 'none'; sandbox; frame-ancestors 'none'"
        );
        assert_eq!(given.header("x-frame-options"), "DENY");
        let inline = an.open(&format!("{address}/inhoud")).await;
        let all = if shown {
            assert_eq!(inline.status, 200);
            assert!(
                inline
                    .header("content-disposition")
                    .starts_with("inline; filename=\"")
            );
            assert_eq!(inline.header("x-frame-options"), "SAMEORIGIN");
            let policy = inline.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
            assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
            vec![given, inline]
        } else {
            assert_eq!(inline.status, 404);
            vec![given]
        };
        for seen in all {
            assert_eq!(seen.header("x-content-type-options"), "nosniff");
            assert_eq!(seen.header("cross-origin-resource-policy"), "same-origin");
            assert_eq!(seen.header("cache-control"), "no-store");
            assert_eq!(seen.header("content-encoding"), "");
        }
    }
    let address = first(&an, w.dossier).await;
    assert!(
        an.open(&address)
            .await
            .shows("Van dit soort bestand is er geen voorbeeld.")
    );
    // The name of the first one, in both ways.
    let page = an.open(&list(w.dossier)).await;
    assert!(page.shows("Zoë bx; a=1"), "{}", page.html);
}

#[tokio::test]
async fn several_files_and_a_photo_go_together_and_all_or_nothing() {
    let w = world().await;
    let an = Browser::of(&w, "an").await;
    let before = contents(&w).await;
    let form = form(&an, w.dossier).await.set("titel", "Bewijs");
    let (good, photo) = (pdf("1"), paper(FileType::Jpeg));
    let bad = an
        .upload(
            &form,
            &[
                ("bestanden", "een.pdf", PDF, &good),
                ("bestanden", "twee.pdf", PDF, b"<html>"),
                ("foto", "foto.svg", "image/svg+xml", b"<svg/>"),
            ],
        )
        .await;
    bad.refuses(422, "twee.pdf is iets anders dan de naam zegt.");
    bad.refuses(422, "foto.svg kan je niet toevoegen.");
    assert!(bad.shows("Kies de bestanden opnieuw"));
    // What was typed stays.
    assert_eq!(bad.form(&form.action).get("titel"), "Bewijs");
    unchanged(&w, &before, "one file was wrong").await;
    let seen = an
        .upload(
            &form,
            &[
                ("bestanden", "een.pdf", PDF, &good),
                ("bestanden", "", "application/octet-stream", b""),
                ("foto", "IMG_1.jpg", "image/jpeg", &photo),
            ],
        )
        .await;
    assert_eq!(seen.status, 303, "{}", seen.html);
    let page = an.open(&list(w.dossier)).await;
    page.says(200, "Bewijs (1 van 2)");
    page.says(200, "Bewijs (2 van 2)");
}

#[tokio::test]
async fn a_form_without_a_good_file_says_what_is_wrong() {
    let w = world().await;
    let an = Browser::of(&w, "an").await;
    let form = form(&an, w.dossier).await;
    an.upload(&form, &[])
        .await
        .refuses(422, "Kies een bestand, of neem een foto.");
    an.send(&form)
        .await
        .refuses(422, "Kies een bestand, of neem een foto.");
    let good = pdf("1");
    let file = [("bestanden", "a.pdf", PDF, good.as_slice())];
    let without = form
        .clone()
        .set("soort_document", "")
        .set("wie", "iedereen");
    let seen = an.upload(&without, &file).await;
    seen.refuses(422, "Kies wat voor document het is.");
    seen.refuses(422, "Kies wie dit document mag zien.");
    let seen = an
        .upload(&form.clone().date("dag_document", "29/05/2025"), &file)
        .await;
    seen.refuses(422, "De dag op het document ligt in de toekomst.");
    let seen = an
        .upload(&form.clone().set("titel", &"x".repeat(201)), &file)
        .await;
    seen.refuses(422, "Titel is te lang: 201 tekens.");
    let eleven: Vec<_> = (0..11).map(|_| file[0]).collect();
    let seen = an.upload(&form, &eleven).await;
    seen.refuses(422, "Kies er hoogstens 10");
    let empty = [("bestanden", "leeg.pdf", PDF, &b""[..])];
    an.upload(&form, &empty)
        .await
        .refuses(422, "leeg.pdf is leeg.");
}

#[tokio::test]
async fn a_file_of_the_limit_goes_in_and_one_byte_more_does_not() {
    let limits = DocumentLimits {
        file_bytes: 1024 * 1024,
        files: 2,
        ..DocumentLimits::default()
    };
    let w = world_with_documents(limits, None).await;
    let an = Browser::of(&w, "an").await;
    let form = form(&an, w.dossier).await;
    let size = 1024 * 1024;
    let rest = size - pdf("").len();
    let exact = (rest - 20..=rest)
        .map(|n| pdf(&" ".repeat(n)))
        .find(|it| it.len() == size);
    let exact = exact.unwrap();
    let more = [exact.as_slice(), b"\n"].concat();
    let seen = an
        .upload(&form, &[("bestanden", "a.pdf", PDF, &more)])
        .await;
    seen.refuses(422, "a.pdf is te groot: meer dan 1 MB.");
    let seen = an
        .upload(&form, &[("bestanden", "a.pdf", PDF, &exact)])
        .await;
    assert_eq!(seen.status, 303, "{}", seen.html);
    // More than all files together may be is let go at once.
    let far = vec![b'x'; 5 * size];
    let seen = an.upload(&form, &[("bestanden", "a.pdf", PDF, &far)]).await;
    seen.says(
        413,
        "Wat je stuurde is te groot. Kies hoogstens 2 bestanden",
    );
}

#[tokio::test]
async fn a_broken_form_is_never_half_kept_and_never_a_fault_of_ours() {
    let w = world().await;
    let an = Browser::of(&w, "an").await;
    let form = form(&an, w.dossier).await;
    let before = contents(&w).await;
    let good = pdf("1");
    let whole = multipart(&form.fields, &[("bestanden", "a.pdf", PDF, &good)]);
    let kind = "multipart/form-data; boundary=grens";
    let mut many = b"--grens\r\n".to_vec();
    for _ in 0..500 {
        many.extend(b"Content-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n--grens\r\n");
    }
    let binary = [b"--grens\r\nContent-Disposition: form-data; name=\"titel\"\r\n\r\n\xff\xfe\r\n--grens--\r\n".to_vec()].concat();
    for (what, kind, body) in [
        ("half", kind, whole[..whole.len() / 2].to_vec()),
        ("without its end", kind, whole[..whole.len() - 6].to_vec()),
        (
            "with another boundary",
            "multipart/form-data; boundary=anders",
            whole.clone(),
        ),
        ("without a boundary", "multipart/form-data", whole.clone()),
        ("with nothing in it", kind, Vec::new()),
        ("of many parts", kind, many),
        ("with no text", kind, binary),
        ("of another kind", "application/json", b"{}".to_vec()),
    ] {
        let request = an
            .request(Method::POST, &form.action)
            .header(CONTENT_TYPE, kind);
        let seen = an.ask(request, Body::from(body)).await;
        assert!([400, 422].contains(&seen.status), "{what}: {}", seen.status);
        unchanged(&w, &before, what).await;
    }
    // Forms that take no files take none.
    let other = format!("/dossier/{}/profiel/over-mezelf", w.dossier.address());
    let request = an.request(Method::POST, &other).header(CONTENT_TYPE, kind);
    assert_eq!(an.ask(request, Body::from(whole)).await.status, 400);
}

#[tokio::test]
async fn who_may_not_add_is_told_before_anything_is_taken_in() {
    let w = world().await;
    let carla = Browser::of(&w, "carla").await;
    let an = Browser::of(&w, "an").await;
    let form = form(&an, w.dossier).await;
    let before = contents(&w).await;
    // Were it read, it would be refused as no form.
    let kind = "multipart/form-data; boundary=grens";
    let request = carla
        .request(Method::POST, &form.action)
        .header(CONTENT_TYPE, kind);
    let denied = carla.ask(request, Body::from("onzin")).await;
    let nowhere = form.action.replace(&w.dossier.address(), &"0".repeat(32));
    let request = carla
        .request(Method::POST, &nowhere)
        .header(CONTENT_TYPE, kind);
    let absent = carla.ask(request, Body::from("onzin")).await;
    assert_eq!((denied.status, absent.status), (404, 404));
    assert_eq!(denied.html, absent.html);
    unchanged(&w, &before, "it was denied").await;
}

#[tokio::test]
async fn evidence_stands_on_the_page_of_its_line() {
    let w = world().await;
    let step = w.register(&w.an, w.dossier, "2025-05-20").await;
    let an = Browser::of(&w, "an").await;
    let address = line(w.dossier, step);
    let page = an.open(&address).await;
    page.says(200, "Documenten bij deze stap");
    let link = format!("{}/nieuw?stap={}", list(w.dossier), step.address());
    assert!(page.html.contains(&link));
    let action = format!("{}/nieuw", list(w.dossier));
    let form = an.open(&link).await.form(&action);
    assert_eq!(form.get("stap"), step.address());
    assert_eq!(form.get("soort_document"), "begeleidingsovereenkomst");
    let good = pdf("1");
    let file = ("bestanden", "Overeenkomst Lotte.pdf", PDF, good.as_slice());
    let seen = an.upload(&form, &[file]).await;
    assert_eq!(seen.location(), format!("{address}?gelukt=document"));
    an.open(&address).await.says(200, "Overeenkomst Lotte");
    w.end(&w.an, w.dossier, step, "2025-05-27").await;
    an.open(&address).await.says(200, "Overeenkomst Lotte");
    w.clock.advance(20 * 86_400);
    let an = Browser::of(&w, "an").await;
    let page = an.open(&address).await;
    page.says(200, "Overeenkomst Lotte");
    assert!(!page.html.contains(&link));
    // The form of before is told so, at its field.
    let form = an.open(&action).await.form(&action);
    let form = form
        .set("soort_document", "begeleidingsovereenkomst")
        .set("stap", &step.address());
    let seen = an.upload(&form, &[file]).await;
    seen.refuses(
        422,
        "Bewijs erbij zetten of weghalen kon tot en met 11/06/2025.",
    );
}

#[tokio::test]
async fn i2_a_request_comes_with_its_form_and_the_answer_is_the_same_for_every_number() {
    let w = world().await;
    let carla = Browser::of(&w, "carla").await;
    let ask = async |number: &str, file: &[(&str, &str, &str, &[u8])]| {
        let page = carla.open("/inzagerechten/nieuw").await;
        let form = page
            .form("/inzagerechten/nieuw")
            .set("klantnummer", number)
            .set("bewijs", "geboortedatum")
            .date("geboren", "17/03/2008")
            .set("grond", "akkoord")
            .date("formulier", "27/05/2025")
            .set("doel", "Begeleiding vanaf juni.");
        carla.upload(&form, file).await
    };
    let good = pdf("Formulier");
    let seen = ask("61000447", &[]).await;
    seen.refuses(422, "Voeg het ingevulde formulier toe");
    let seen = ask("61000447", &[("bestanden", "f.pdf", PDF, b"<html>")]).await;
    seen.refuses(422, "f.pdf is iets anders dan de naam zegt.");
    let file = ("bestanden", "f.pdf", PDF, good.as_slice());
    let there = ask("61000447", &[file]).await;
    let nobody = ask("61000546", &[file]).await;
    assert_eq!((there.status, nobody.status), (303, 303), "{}", there.html);
    assert_eq!(there.location(), nobody.location());
    assert_eq!(there.headers, nobody.headers);
    let own = carla.open("/inzagerechten").await;
    assert!(!own.html.contains("f.pdf"));
    let mediator = Browser::of(&w, "mediator").await;
    let queue = mediator.open("/inzagevragen").await;
    let ids: Vec<&str> = queue.html.split("href=\"/inzagevragen/").skip(1).collect();
    for rest in ids {
        let address = format!("/inzagevragen/{}", rest.split('"').next().unwrap());
        let page = mediator.open(&address).await;
        page.says(200, "Het ingevulde formulier");
        let form = mediator.open(&format!("{address}/formulier")).await;
        assert_eq!(form.status, 200);
        assert_eq!(form.header("content-type"), PDF);
        assert_eq!(
            carla.open(&format!("{address}/formulier")).await.status,
            403
        );
    }
}

#[tokio::test]
async fn k053_while_the_scanner_is_away_no_file_goes_in_and_the_rest_works() {
    let nobody = casework::Scanner::Socket("/nergens/clamd.sock".into());
    let w = world_with_documents(DocumentLimits::default(), Some(nobody)).await;
    let an = Browser::of(&w, "an").await;
    let form = form(&an, w.dossier).await;
    let before = contents(&w).await;
    let good = pdf("1");
    let seen = an
        .upload(&form, &[("bestanden", "a.pdf", PDF, &good)])
        .await;
    seen.says(503, "Even geduld");
    unchanged(&w, &before, "the scanner was away").await;
    assert_eq!(an.open(&list(w.dossier)).await.status, 200);
}
