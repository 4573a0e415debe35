//! placeholder until the entries land
use crate::page::NavLink;
use domain::ids::DossierId;
pub(crate) fn guidance_tabs(dossier: DossierId, current: &str) -> Vec<NavLink> {
    let base = crate::context::dossier_address(dossier);
    [
        ("stappen", "Stappen naar werk", format!("{base}/stappen")),
        ("traject", "Traject", format!("{base}/begeleiding/traject")),
        (
            "randvoorwaarden",
            "Randvoorwaarden",
            format!("{base}/begeleiding/randvoorwaarden"),
        ),
        (
            "inzetbaarheid",
            "Inzetbaarheid",
            format!("{base}/begeleiding/inzetbaarheid"),
        ),
    ]
    .into_iter()
    .map(|(slug, label, href)| NavLink::new(label, href).current(slug == current))
    .collect()
}
