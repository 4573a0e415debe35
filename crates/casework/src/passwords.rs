//! Which passwords do (after NIST SP 800-63B): long, any characters, no rules of composition, and not one
//! that is tried first: a common one, or the person's own names with something around them.

use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::{Score, zxcvbn};

/// Fewest characters of a password.
pub const SHORTEST: usize = 15;
/// Most characters of a password.
pub const LONGEST: usize = 128;

/// Characters that a password must hold beside words about its person.
const OF_ITS_OWN: usize = 8;
/// Shorter words are too common inside others to mean anything.
const SHORTEST_WORD: usize = 3;

/// What everybody here would try first.
const ABOUT_THE_WORK: [&str; 6] = [
    "vdab",
    "esf",
    "klantendossier",
    "klant",
    "dossier",
    "begeleider",
];

/// Common in Flanders, and unknown to the list of common passwords, which is English.
const COMMON_HERE: [&str; 24] = [
    "wachtwoord",
    "paswoord",
    "welkom",
    "geheim",
    "voetbal",
    "vlaanderen",
    "belgie",
    "brussel",
    "antwerpen",
    "gent",
    "begeleiding",
    "inloggen",
    "aanmelden",
    "lente",
    "zomer",
    "herfst",
    "winter",
    "azerty",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "maandag",
    "vrijdag",
    "zonneschijn",
];

/// Why a password does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Fewer than [`SHORTEST`] characters.
    #[error("the password must have at least {SHORTEST} characters")]
    Short,
    /// More than [`LONGEST`] characters.
    #[error("the password must have at most {LONGEST} characters")]
    Long,
    /// On a list of common ones, or made of what is on it.
    #[error("the password is easily guessed: it is a common one, or a pattern")]
    Common,
    /// Little more than the person's names, the organisation or the work.
    #[error("the password is little more than names of the user, the organisation or the work")]
    AboutThePerson,
}

/// The one form of a password that is hashed: what two keyboards write differently is the same (NFC).
pub(crate) fn normal(password: &str) -> String {
    password.nfc().collect()
}

/// Whether a password does for a person. `about` holds the names of the person and of where they work.
///
/// # Errors
/// The first reason why not.
pub fn check_password(password: &str, about: &[&str]) -> Result<(), PasswordRefused> {
    let password = normal(password);
    match password.chars().count() {
        0..SHORTEST => return Err(PasswordRefused::Short),
        SHORTEST..=LONGEST => {}
        _ => return Err(PasswordRefused::Long),
    }
    let mut words: Vec<String> = about
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .chain(ABOUT_THE_WORK)
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .collect();
    // The longest first, so that a word within another leaves no rest of it.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    let mut rest = password.to_lowercase();
    for word in &words {
        rest = rest.replace(word.as_str(), "");
    }
    if rest.chars().count() < OF_ITS_OWN {
        return Err(PasswordRefused::AboutThePerson);
    }
    let known: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .chain(COMMON_HERE)
        .collect();
    if zxcvbn(&password, &known).score() < Score::Three {
        return Err(PasswordRefused::Common);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: [&str; 3] = ["An Peeters", "an.peeters", "Leerhuis De Brug"];

    fn check(password: &str) -> Result<(), PasswordRefused> {
        check_password(password, &ABOUT)
    }

    #[test]
    fn fifteen_to_a_hundred_and_twenty_eight_characters_of_any_script_do() {
        let long = "boterham met kaas en een vierkant konijn op de ladder van oma, \
                    dat zeven keer naar de maan zwaaide en nooit meer terug kwam; ha";
        let long: String = long
            .chars()
            .chain("rafel pluim ".chars())
            .take(129)
            .collect();
        assert_eq!(long.chars().count(), 129);
        let cut = |n: usize| long.chars().take(n).collect::<String>();
        assert_eq!(check(&cut(14)), Err(PasswordRefused::Short));
        assert_eq!(check(&cut(15)), Ok(()));
        assert_eq!(check(&cut(64)), Ok(()));
        assert_eq!(check(&cut(128)), Ok(()));
        assert_eq!(check(&cut(129)), Err(PasswordRefused::Long));
        assert_eq!(check("четырелошадинадороге"), Ok(()));
        assert_eq!(check("🐎🧇🌧️🚲🪗🫖🧦🪁🐌🥁🧶🪵🎈🧀🪺"), Ok(()));
        // A space, a letter case, a digit: nothing is asked for.
        assert_eq!(check("paraplu ladder giraf"), Ok(()));
    }

    #[test]
    fn what_two_keyboards_write_differently_is_counted_and_hashed_as_the_same() {
        assert_eq!(normal("cafe\u{301}"), normal("caf\u{e9}"));
        // Fifteen signs typed, fourteen characters.
        assert_eq!(check("lichtmuurpate\u{301}t"), Err(PasswordRefused::Short));
    }

    #[test]
    fn common_ones_and_patterns_are_refused() {
        for common in [
            "passwordpassword",
            "123456789012345",
            "aaaaaaaaaaaaaaaa",
            "qwertyuiopasdfgh",
            "wachtwoordwachtwoord",
            "Welkom123Welkom123",
            "azertyuiopqsdfghjklm",
            "iloveyouiloveyou1",
            "abcabcabcabcabcabc",
            "Zomer2025Zomer2025",
        ] {
            assert_eq!(check(common), Err(PasswordRefused::Common), "{common}");
        }
    }

    #[test]
    fn names_of_the_person_the_house_and_the_work_do_not_make_a_password() {
        for own in [
            "klantendossier-demo",
            "AnPeeters-Leerhuis-1",
            "peeterspeeters2025",
            "VDAB-klantendossier!",
            "leerhuisdebrug2025",
        ] {
            assert_eq!(check(own), Err(PasswordRefused::AboutThePerson), "{own}");
        }
        // Beside eight others they do no harm.
        assert_eq!(check("peeters zag 3 giraffen vliegen"), Ok(()));
    }
}
