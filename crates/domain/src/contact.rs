//! Where a client can be reached: e-mail, telephone and address. Belgian postcodes; background: domain.md 8.3
//! and 8.4.

use std::fmt;

use crate::mail::MailAddress;
use crate::refusal::{Field, Refusal, Refusals};
use crate::text::Label;

/// A Belgian postcode: four digits, 1000 to 9999.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a postcode as typed; white space at both ends and 'B-' before it do not count.
    ///
    /// # Errors
    /// `OddPostcode`.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let text = typed.trim();
        let digits = text
            .strip_prefix("B-")
            .or_else(|| text.strip_prefix("b-"))
            .unwrap_or(text);
        let is_plain = digits.len() == 4 && digits.bytes().all(|it| it.is_ascii_digit());
        if !is_plain || digits.starts_with('0') {
            return Err(Refusal::OddPostcode);
        }
        Ok(Postcode(digits.to_owned()))
    }

    /// The four digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A telephone number, as '+32' or another country's code and the digits behind it.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as typed: with 0, 00 or + before it, and with spaces, slashes, dots, hyphens and brackets
    /// in it.
    ///
    /// # Errors
    /// `OddPhone`.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let is_between = |c: char| c.is_whitespace() || "/.-()".contains(c);
        let text: String = typed.chars().filter(|c| !is_between(*c)).collect();
        let digits = if let Some(rest) = text.strip_prefix('+') {
            rest.to_owned()
        } else if let Some(rest) = text.strip_prefix("00") {
            rest.to_owned()
        } else if let Some(rest) = text.strip_prefix('0') {
            format!("32{rest}")
        } else {
            return Err(Refusal::OddPhone);
        };
        // '+32 (0)2': the nought is only for calls within the country.
        let digits = match digits.strip_prefix("320") {
            Some(rest) => format!("32{rest}"),
            None => digits,
        };
        let is_plain = digits.bytes().all(|it| it.is_ascii_digit()) && !digits.starts_with('0');
        let is_long_enough = match digits.strip_prefix("32") {
            Some(rest) if rest.starts_with('4') => matches!(rest.len(), 8 | 9),
            Some(rest) => rest.len() == 8,
            None => (7..=15).contains(&digits.len()),
        };
        if !is_plain || !is_long_enough {
            return Err(Refusal::OddPhone);
        }
        Ok(Phone(format!("+{digits}")))
    }

    /// The number, from '+' on.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    /// Where a person can be reached stays out of the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// Where a client can be reached, as it is to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactData {
    /// E-mail address.
    pub email: Option<MailAddress>,
    /// Telephone.
    pub phone: Option<Phone>,
    /// Street and number.
    pub street: Option<Label>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Municipality.
    pub municipality: Option<Label>,
}

impl ContactData {
    /// An address is one with its postcode and municipality, or none at all.
    ///
    /// # Errors
    /// `Empty`.
    pub fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        let has_address =
            self.street.is_some() || self.postcode.is_some() || self.municipality.is_some();
        if has_address && self.postcode.is_none() {
            refusals.add(Refusal::Empty(Field::Postcode));
        }
        if has_address && self.municipality.is_none() {
            refusals.add(Refusal::Empty(Field::Municipality));
        }
        refusals.into_result()
    }

    /// Its fields as they are stored and journalled: name and value.
    pub fn cells(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("email", self.email.as_ref().map(MailAddress::as_str)),
            ("phone", self.phone.as_ref().map(Phone::as_str)),
            ("street", self.street.as_ref().map(Label::as_str)),
            ("postcode", self.postcode.as_ref().map(Postcode::as_str)),
            (
                "municipality",
                self.municipality.as_ref().map(Label::as_str),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_has_four_digits_from_1000_on() {
        for (typed, kept) in [
            ("1000", Some("1000")),
            (" 9999 ", Some("9999")),
            ("B-2800", Some("2800")),
            ("0999", None),
            ("999", None),
            ("10000", None),
            ("28OO", None),
            ("\u{661}\u{662}\u{663}\u{664}", None),
            ("", None),
        ] {
            let read = Postcode::parse(typed).ok();
            assert_eq!(read.as_ref().map(Postcode::as_str), kept, "{typed}");
        }
    }

    #[test]
    fn a_telephone_number_is_kept_in_one_form_however_it_was_typed() {
        for (typed, kept) in [
            ("0470 12 34 56", Some("+32470123456")),
            ("0470/12.34.56", Some("+32470123456")),
            ("+32 470 12 34 56", Some("+32470123456")),
            ("0032 (0)470-12-34-56", Some("+32470123456")),
            ("015 20 30 40", Some("+3215203040")),
            ("02 123 45 67", Some("+3221234567")),
            ("+31 20 123 45 67", Some("+31201234567")),
            ("0470 12 34", None),
            ("015 20 30 4", None),
            ("470123456", None),
            ("+0470123456", None),
            ("0470 12 34 5x", None),
            ("+", None),
            ("", None),
        ] {
            let read = Phone::parse(typed).ok();
            assert_eq!(read.as_ref().map(Phone::as_str), kept, "{typed}");
        }
        let number = Phone::parse("0470123456").unwrap();
        assert!(!format!("{number:?}").contains("470"));
    }

    #[test]
    fn an_address_has_a_postcode_and_a_municipality_and_may_be_left_out() {
        let refusals = |data: &ContactData| {
            let refused = data.check().err().unwrap_or_default();
            refused.into_iter().collect::<Vec<_>>()
        };
        let mut data = ContactData::default();
        assert_eq!(refusals(&data), []);
        data.street = Some(Label::parse("Kerkstraat 1").unwrap());
        let (code, place) = (Field::Postcode, Field::Municipality);
        assert_eq!(
            refusals(&data),
            [Refusal::Empty(code), Refusal::Empty(place)]
        );
        data.postcode = Some(Postcode::parse("2800").unwrap());
        assert_eq!(refusals(&data), [Refusal::Empty(place)]);
        data.municipality = Some(Label::parse("Mechelen").unwrap());
        assert_eq!(refusals(&data), []);
    }
}
