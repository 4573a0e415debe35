//! Work situation codes that have a source (background: domain.md 3.17).

/// Code and text, as 'Uitkeringsgerechtigd volledig werkloos (00)'.
pub const WORK_SITUATIONS: &[(&str, &str)] = &[
    ("00", "Uitkeringsgerechtigd volledig werkloos"),
    ("02", "Jongere in beroepsinschakelingstijd"),
    ("03", "Vrij ingeschreven, niet werkend"),
    ("05", "Ten laste van het OCMW"),
    ("10", "Werknemer in opzeg"),
    ("11", "Deeltijds lerende"),
    ("14", "Uitgesloten van uitkering"),
    ("18", "Campuswerkzoekende"),
    ("19", "Jobstudent"),
    ("80", "Deeltijds werkend met inkomensgarantie"),
    (
        "82",
        "Deeltijds werkende jongere in beroepsinschakelingstijd",
    ),
    ("85", "In individuele beroepsopleiding (IBO)"),
    ("89", "Regelmatig uitzendkracht"),
    ("93", "Deeltijds werkend met behoud van rechten"),
];

/// The work situation of a pupil: some entries of the menu do not apply to them.
pub const PUPIL: &str = "11";

/// The text that goes with a code.
pub fn text(code: &str) -> Option<&'static str> {
    WORK_SITUATIONS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, text)| *text)
}

/// The code itself, when it is one of them.
pub fn known(code: &str) -> Option<&'static str> {
    WORK_SITUATIONS
        .iter()
        .map(|(known, _)| *known)
        .find(|known| *known == code)
}
