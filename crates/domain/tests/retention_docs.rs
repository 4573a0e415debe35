//! docs/retention.md shows the rules of catalogue/bewaring.toml, and nothing else.

#![allow(clippy::unwrap_used)]

use domain::retention::{Base, Rules};

const RULES: &str = include_str!("../../../catalogue/bewaring.toml");
const PAGE: &str = include_str!("../../../docs/retention.md");

fn expected() -> String {
    let rules = Rules::parse(RULES).unwrap();
    let mut text = String::from(
        "| kind | what | kept | a hold suspends it | why |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in rules.all() {
        let kept = match (rule.from, rule.months) {
            (Base::LastPayment, _) => "as the regime of its project says".to_owned(),
            (Base::Final, Some(months)) => {
                format!("{months} months from when the line became final")
            }
            (Base::Happened, Some(months)) => {
                format!("{months} months from when it happened or ended")
            }
            (Base::NothingLeft, Some(months)) => {
                format!("{months} months from the last that happened, once nothing else is kept")
            }
            (_, None) => unreachable!("the file is checked"),
        };
        let hold = if rule.hold { "yes" } else { "no" };
        let (kind, what, why) = (rule.kind.code(), &rule.what, &rule.why);
        text.push_str(&format!(
            "| `{kind}` | {what} | {kept} | {hold} | {why} |\n"
        ));
    }
    text.push_str("\n| regime | label | years from 31 December of the year of the last payment | with state aid, years from the grant |\n| --- | --- | --- | --- |\n");
    for regime in rules.regimes() {
        let (code, label) = (&regime.code, &regime.label);
        text.push_str(&format!(
            "| `{code}` | {label} | {} | {} |\n",
            regime.years, regime.aid_years
        ));
    }
    text
}

#[test]
fn the_page_shows_the_rules_as_they_are() {
    let wanted = expected();
    assert!(
        PAGE.contains(&wanted),
        "put this in docs/retention.md:\n\n{wanted}"
    );
}
