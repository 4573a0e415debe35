//! Renders every component once, to look at and to check: the dossier's frame to the first
//! path given, the sign-in frame to the second.
//!
//! `cargo run -p web --example gallery -- gallery.html sign-in.html`, then serve the folder
//! together with `assets/dist`.

use std::{env, error::Error, fs};

use askama::Template;
// The components name `crate::page`, so it has to be found there in this program too.
use web::page::{
    self, AssetLinks, Choice, DateParts, DossierHead, Errors, NavLink, Page, Pagination, UserView,
};

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    page: Page,
    dossier: DossierHead,
    errors: Errors,
    tabs: Vec<NavLink>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    funding: Vec<Choice>,
    reasons: Vec<Choice>,
    facts: Vec<Choice>,
    start: DateParts,
    end: DateParts,
    pages: Pagination,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "layout.html" %}{% import "components.html" as c %}
{% block main_class %}kd-main--narrow{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Aanmelden</h1>
{% call c::form("/aanmelden") %}
{{ c::text("gebruikersnaam", "Gebruikersnaam", "", "", autocomplete = "username") }}
{{ c::password("wachtwoord", "Wachtwoord", "") }}
{{ c::button("Aanmelden") }}
{% endcall %}{% endblock %}"#
)]
struct SignIn {
    page: Page,
}

fn assets() -> AssetLinks {
    AssetLinks {
        css: "/app.css".to_owned(),
        js: "/app.js".to_owned(),
        icon: "/favicon.svg".to_owned(),
    }
}

fn gallery() -> Gallery {
    let mut errors = Errors::new();
    errors.add(
        "datum_maand",
        "De maand ligt tussen 1 en 12. Vul een andere maand in.",
    );
    errors.add("reden", "Kies een reden.");
    let mut shown = Page::new("Begeleiding", assets()).for_user(
        UserView {
            name: "VDABCORI VDABCORI".to_owned(),
            organisation: "VDAB CENTRALE DIENST, KEIZERSLAAN 11 (1878)".to_owned(),
            role_label: "Begeleider".to_owned(),
            has_others: false,
        },
        vec![
            NavLink::new("Klanten", "/").current(true),
            NavLink::new("Mijn opvolging", "/opvolging"),
            NavLink::new("Rapporten", "/rapporten"),
        ],
    );
    shown.demo = true;
    shown.has_errors = true;
    shown.notice = Some("De stap is toegevoegd.".to_owned());
    Gallery {
        page: shown,
        dossier: DossierHead::new(
            "VNMANTW61000447",
            "NAAMANTW61000447",
            "61000447",
            "Uitkeringsgerechtigd volledig werkloos",
            "00",
            "/dossier",
            "begeleiding",
        ),
        errors,
        tabs: vec![
            NavLink::new("Stappen naar werk", "#stappen").current(true),
            NavLink::new("Traject", "#traject"),
            NavLink::new("Randvoorwaarden", "#randvoorwaarden"),
            NavLink::new("Inzetbaarheid", "#inzetbaarheid"),
        ],
        states: vec![
            Choice::new("ongoing", "Bezig", true),
            Choice::new("ended", "Beëindigd", false),
            Choice::new("cancelled", "Geannuleerd", false),
        ],
        kinds: vec![Choice::new(
            "ooal",
            "Onderwijs onderst. alternerend leren",
            false,
        )],
        funding: vec![Choice::new(
            "EEWG019",
            "EEWG019 - Onderwijs onderst alternerend leren",
            true,
        )],
        reasons: vec![
            Choice::new(
                "continues",
                "Zet de opleiding voort of start een andere",
                false,
            )
            .hint("Positief resultaat"),
            Choice::new("has_work", "Stopte met de opleiding maar heeft werk", false)
                .hint("Positief resultaat"),
            Choice::new(
                "no_result",
                "Behaalde geen kwalificatie en heeft geen werk",
                false,
            )
            .hint("Negatief resultaat"),
        ],
        facts: vec![
            Choice::new(
                "in_education",
                "Volgt nog een opleiding of start er een",
                true,
            ),
            Choice::new("has_work", "Heeft werk", false),
        ],
        start: DateParts::new("28", "15", "2025"),
        end: DateParts::default(),
        pages: Pagination::numbered(3, 9, |number| format!("?pagina={number}")),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = env::args().skip(1).collect();
    let [first, second] = paths.as_slice() else {
        return Err("give two paths: for the dossier's frame and for the sign-in frame".into());
    };
    fs::write(first, gallery().render()?)?;
    let mut sign_in = SignIn {
        page: Page::new("Aanmelden", assets()),
    };
    sign_in.page.demo = true;
    fs::write(second, sign_in.render()?)?;
    // Keeps the import that the templates need from being called unused.
    let _: Option<page::PageLink> = None;
    Ok(())
}
