//! The organisations, their units, and who works there.

use std::sync::Arc;

use casework::{Casework, MandateInput, NewUser, Submission};
use domain::Moment;
use domain::catalogue::FundingCode;
use domain::ids::{DossierId, OrganisationId};
use domain::login::Confirmed;
use domain::mandates::{Period, Terms};
use domain::people::{Actor, Role, Unit};
use domain::reports::SchoolYear;
use domain::text::Label;

use super::story::PastClock;

/// User name, role and unit of the accounts, as printed at the start.
pub(crate) const ACCOUNTS: &[(&str, &str, &str)] = &[
    ("begeleider", "counsellor", "VDAB CENTRALE DIENST"),
    ("collega", "counsellor", "VDAB CENTRALE DIENST"),
    (
        "andere",
        "counsellor, no grant on client 61000447",
        "KOMPASLIJN GENT",
    ),
    ("beheerder", "organisation manager", "VDAB CENTRALE DIENST"),
    ("coach", "provincial coach klantendossier", "-"),
    ("bemiddelaar", "mediator: gives and ends access grants", "-"),
    ("controleur", "ESF controller", "-"),
    ("systeem", "system manager", "-"),
    (
        "systeem2",
        "system manager, confirms what another proposes",
        "-",
    ),
    ("jongere", "client 61000447", "-"),
    ("fg", "privacy officer: the journal and who looked", "-"),
];

/// An organisation with its counsellors, the first of which is a known account or stands for one.
#[derive(Clone, Debug)]
pub(crate) struct House {
    /// The organisation.
    pub(crate) id: OrganisationId,
    /// Who gives guidance there.
    pub(crate) counsellors: Vec<Actor>,
}

/// Everybody who acts in the demo.
#[derive(Clone)]
pub(crate) struct Houses {
    /// The use cases.
    pub(crate) casework: Casework,
    /// The instant before which everything happens.
    pub(crate) start: Moment,
    /// VDAB CENTRALE DIENST.
    pub(crate) vdab: House,
    /// The organisation of `andere`.
    pub(crate) kompaslijn: House,
    /// A third one.
    pub(crate) vlinderbos: House,
    /// The managers of the three.
    pub(crate) managers: Vec<Actor>,
    /// `coach`.
    pub(crate) coach: Actor,
    /// `bemiddelaar`.
    pub(crate) mediator: Actor,
    /// `systeem`.
    pub(crate) system: Actor,
}

/// How long before the start the organisations and people were there, in days.
const SET_UP_DAYS: i32 = 900;

/// Makes them.
pub(crate) async fn build(
    casework: &Casework,
    start: Moment,
    hash: &str,
) -> anyhow::Result<Houses> {
    let past = PastClock::at(start.plus_days_24h(-SET_UP_DAYS));
    let hiring = Hiring {
        casework: casework.at_clock(Arc::new(past)),
        hash: hash.to_owned(),
    };
    let (vdab, dienst) = hiring
        .house("VDAB", "VDAB CENTRALE DIENST", "KEIZERSLAAN 11", "1878")
        .await?;
    let (kompaslijn, gent) = hiring
        .house("Kompaslijn vzw", "KOMPASLIJN GENT", "COUPURE 214", "2307")
        .await?;
    let aalst = hiring
        .unit(
            kompaslijn,
            "KOMPASLIJN AALST",
            "DIRK MARTENSSTRAAT 9",
            "2308",
        )
        .await?;
    let (vlinderbos, mechelen) = hiring
        .house(
            "Leerwerkhuis Vlinderbos",
            "LEERWERKHUIS VLINDERBOS MECHELEN",
            "VAARTDIJK 30",
            "3415",
        )
        .await?;
    let lier = hiring
        .unit(
            vlinderbos,
            "LEERWERKHUIS VLINDERBOS LIER",
            "GROTE MARKT 4",
            "3416",
        )
        .await?;

    let counsellors = hiring
        .counsellors(&[
            ("begeleider", "VDABCORI VDABCORI", &dienst),
            ("collega", "Marijke Stevens", &dienst),
            ("hilde.roels", "Hilde Roels", &dienst),
            ("karim.ouchan", "Karim Ouchan", &dienst),
        ])
        .await?;
    let vdab = House {
        id: vdab,
        counsellors,
    };
    let counsellors = hiring
        .counsellors(&[
            ("andere", "Younes Verbruggen", &gent),
            ("els.baert", "Els Baert", &gent),
            ("pieter.noens", "Pieter Noens", &aalst),
        ])
        .await?;
    let kompaslijn = House {
        id: kompaslijn,
        counsellors,
    };
    let counsellors = hiring
        .counsellors(&[
            ("selma.kurt", "Selma Kurt", &mechelen),
            ("bart.coene", "Bart Coene", &mechelen),
            ("an.lauwers", "An Lauwers", &lier),
        ])
        .await?;
    let vlinderbos = House {
        id: vlinderbos,
        counsellors,
    };
    let manager = Role::Manager;
    let mut managers = Vec::new();
    for (user_name, name, unit) in [
        ("beheerder", "Geert Wauters", &dienst),
        ("beheerder.kompaslijn", "Nele Adams", &gent),
        ("beheerder.vlinderbos", "Joris Pauwels", &mechelen),
    ] {
        let person = hiring.person(user_name, name, manager, Some(unit), None);
        managers.push(person.await?);
    }
    let coach = hiring
        .person("coach", "Ingrid Depoorter", Role::Coach, None, None)
        .await?;
    let mediator = hiring
        .person("bemiddelaar", "Karel Vandamme", Role::Mediator, None, None)
        .await?;
    let system = hiring
        .person("systeem", "Wim Lenaerts", Role::SystemManager, None, None)
        .await?;
    for (user_name, name, role) in [
        ("controleur", "Sofie Martens", Role::Controller),
        ("systeem2", "Leen Claes", Role::SystemManager),
        ("fg", "Katrien Maes", Role::PrivacyOfficer),
    ] {
        hiring.person(user_name, name, role, None, None).await?;
    }
    Ok(Houses {
        casework: casework.clone(),
        start,
        vdab,
        kompaslijn,
        vlinderbos,
        managers,
        coach,
        mediator,
        system,
    })
}

/// Gives `controleur` a mandate for this school year and the one before.
pub(crate) async fn give_mandate(houses: &Houses) -> anyhow::Result<()> {
    let today = houses.start.brussels_day();
    let this_year = SchoolYear::of(today).days();
    let input = MandateInput {
        controller: "controleur".to_owned(),
        terms: Terms {
            funding: FundingCode::parse("EEWG019")?,
            lines: Period {
                from: this_year.from.plus_months(-12),
                until: this_year.until,
            },
            valid: Period {
                from: today,
                until: today.plus_months(12),
            },
            reference: Label::parse("ESF-controle alternerend leren")?,
        },
    };
    let submission = Submission {
        key: houses.casework.submission_key(),
        leads_to: String::new(),
    };
    let given = houses
        .casework
        .give_mandate(&houses.system, &input, &submission)
        .await;
    given
        .map(drop)
        .map_err(|failure| anyhow::anyhow!("cannot give the mandate: {failure:?}"))
}

/// Makes the account `jongere`, once the dossier it is about is there.
pub(crate) async fn own_account(
    houses: &Houses,
    hash: &str,
    name: &str,
    dossier: DossierId,
) -> anyhow::Result<()> {
    let hiring = Hiring {
        casework: houses.casework.clone(),
        hash: hash.to_owned(),
    };
    hiring
        .person("jongere", name, Role::Client, None, Some(dossier))
        .await?;
    Ok(())
}

struct Hiring {
    casework: Casework,
    hash: String,
}

impl Hiring {
    async fn house(
        &self,
        name: &str,
        unit: &str,
        address: &str,
        number: &str,
    ) -> anyhow::Result<(OrganisationId, Unit)> {
        let id = self.casework.create_organisation(name, None).await?;
        Ok((id, self.unit(id, unit, address, number).await?))
    }

    async fn unit(
        &self,
        organisation: OrganisationId,
        name: &str,
        address: &str,
        number: &str,
    ) -> anyhow::Result<Unit> {
        let made = self
            .casework
            .create_unit(organisation, name, address, number);
        Ok(made.await?)
    }

    async fn counsellors(&self, people: &[(&str, &str, &Unit)]) -> anyhow::Result<Vec<Actor>> {
        let mut hired = Vec::new();
        for (user_name, name, unit) in people {
            let person = self
                .person(user_name, name, Role::Counsellor, Some(unit), None)
                .await?;
            hired.push(person);
        }
        Ok(hired)
    }

    async fn person(
        &self,
        user_name: &str,
        name: &str,
        role: Role,
        unit: Option<&Unit>,
        own_dossier: Option<DossierId>,
    ) -> anyhow::Result<Actor> {
        let user = NewUser {
            user_name: user_name.to_owned(),
            name: name.to_owned(),
            role,
            unit: unit.map(|unit| unit.id),
            own_dossier,
        };
        Ok(Actor {
            person: self.casework.create_demo_user(&user, &self.hash).await?,
            name: name.to_owned(),
            role,
            unit: unit.cloned(),
            own_dossier,
            confirmed: Confirmed::AtTheMachine,
        })
    }
}
