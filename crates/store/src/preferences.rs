//! Rows of 'Voorkeuren': languages, wanted jobs, mobility and how somebody wants to be reached.

use domain::preferences::{
    Channel, ContactPreference, Language, LanguageLevel, LanguageSkill, Mobility, Spoken,
    TravelMeans, WantedJob,
};
use domain::text::{Label, Note};

use crate::engine::{Row, Sql, Value};
use crate::sections::{Kept, OWN, codes, from_codes};
use crate::{StoreError, count, known, opt_count, parsed, statements};

statements! {
    LANGUAGES = "preferences.languages",
        "SELECT id, version, language, other_language, level FROM language_skill WHERE dossier_id = ?1";
    INSERT_LANGUAGE = "preferences.insert_language",
        "INSERT INTO language_skill (dossier_id, id, version, language, other_language, level)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    UPDATE_LANGUAGE = "preferences.update_language",
        "UPDATE language_skill SET version = ?3, language = ?4, other_language = ?5, level = ?6
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
    JOBS = "preferences.jobs",
        "SELECT id, version, job, place, note FROM wanted_job WHERE dossier_id = ?1";
    INSERT_JOB = "preferences.insert_job",
        "INSERT INTO wanted_job (dossier_id, id, version, job, place, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    UPDATE_JOB = "preferences.update_job",
        "UPDATE wanted_job SET version = ?3, job = ?4, place = ?5, note = ?6
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
    MOBILITY = "preferences.mobility",
        "SELECT id, version, means, minutes, note FROM mobility WHERE dossier_id = ?1";
    INSERT_MOBILITY = "preferences.insert_mobility",
        "INSERT INTO mobility (dossier_id, id, version, means, minutes, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    UPDATE_MOBILITY = "preferences.update_mobility",
        "UPDATE mobility SET version = ?3, means = ?4, minutes = ?5, note = ?6
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
    CONTACT = "preferences.contact",
        "SELECT id, version, channel, language, note FROM contact_preference WHERE dossier_id = ?1";
    INSERT_CONTACT = "preferences.insert_contact",
        "INSERT INTO contact_preference (dossier_id, id, version, channel, language, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    UPDATE_CONTACT = "preferences.update_contact",
        "UPDATE contact_preference SET version = ?3, channel = ?4, language = ?5, note = ?6
         WHERE dossier_id = ?1 AND id = ?2 AND version = ?3 - 1";
}

impl Kept for LanguageSkill {
    const LIST: &'static Sql = &LANGUAGES;
    const INSERT: &'static Sql = &INSERT_LANGUAGE;
    const UPDATE: &'static Sql = &UPDATE_LANGUAGE;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let other = parsed(
            &LANGUAGES,
            "other_language",
            row.opt_text(OWN + 1)?,
            Label::parse,
        )?;
        let language = match (row.text_ref(OWN)?, other) {
            (Spoken::OTHER, other) => other.map(Spoken::Other),
            (code, _) => Language::from_code(code).map(Spoken::Listed),
        };
        let level = LanguageLevel::from_code(row.text_ref(OWN + 2)?);
        Ok(LanguageSkill {
            language: known(&LANGUAGES, "language", language)?,
            level: known(&LANGUAGES, "level", level)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        let other = match &self.language {
            Spoken::Listed(_) => None,
            Spoken::Other(name) => Some(name.to_string()),
        };
        vec![
            self.language.code().into(),
            other.into(),
            self.level.code().into(),
        ]
    }
}

impl Kept for WantedJob {
    const LIST: &'static Sql = &JOBS;
    const INSERT: &'static Sql = &INSERT_JOB;
    const UPDATE: &'static Sql = &UPDATE_JOB;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let job = Label::parse(row.text_ref(OWN)?);
        Ok(WantedJob {
            job: known(&JOBS, "job", job.ok())?,
            place: count(&JOBS, row, OWN + 1)?,
            note: parsed(&JOBS, "note", row.opt_text(OWN + 2)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.job.as_str().into(),
            self.place.into(),
            self.note.as_ref().map(ToString::to_string).into(),
        ]
    }
}

impl Kept for Mobility {
    const LIST: &'static Sql = &MOBILITY;
    const INSERT: &'static Sql = &INSERT_MOBILITY;
    const UPDATE: &'static Sql = &UPDATE_MOBILITY;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let means = row.opt_text(OWN)?;
        Ok(Mobility {
            means: from_codes(&MOBILITY, "means", means, TravelMeans::from_code)?,
            minutes: opt_count(&MOBILITY, row, OWN + 1)?,
            note: parsed(&MOBILITY, "note", row.opt_text(OWN + 2)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            codes(&self.means, TravelMeans::code),
            self.minutes.into(),
            self.note.as_ref().map(ToString::to_string).into(),
        ]
    }
}

impl Kept for ContactPreference {
    const LIST: &'static Sql = &CONTACT;
    const INSERT: &'static Sql = &INSERT_CONTACT;
    const UPDATE: &'static Sql = &UPDATE_CONTACT;

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        let channel = Channel::from_code(row.text_ref(OWN)?);
        let language = row.opt_text(OWN + 1)?;
        let language = language.map(|code| known(&CONTACT, "language", Language::from_code(&code)));
        Ok(ContactPreference {
            channel: known(&CONTACT, "channel", channel)?,
            language: language.transpose()?,
            note: parsed(&CONTACT, "note", row.opt_text(OWN + 2)?, Note::parse)?,
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.channel.code().into(),
            self.language.map(Language::code).into(),
            self.note.as_ref().map(ToString::to_string).into(),
        ]
    }
}
