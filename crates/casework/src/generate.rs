//! Made-up dossiers in any number, for benchmarks. Their lives keep the rules, their journals chain, and
//! the same seed gives the same bytes. Written with the store's own inserts, many at once, into a
//! database that is empty: the only way round the use cases, and closed as soon as there is a dossier.
//!
//! Knows no clock: everything happened before [`UNTIL`].

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use domain::actions::{Action, ActionDetails, Presence};
use domain::catalogue::{ActionKindCode, FundingCode, ReasonCode, ResultCode, StepTypeCode};
use domain::client_number::ClientNumber;
use domain::eligibility::{Checked, Verdict};
use domain::grants::{Basis, Grant};
use domain::ids::{ActionId, DossierId, GrantId, OrganisationId, PersonId, StepId, UnitId};
use domain::journal::{Change, Entry, Event, FIRST_LINK, chain};
use domain::login::Confirmed;
use domain::moment::start_of_day;
use domain::people::{Actor, Party, Role, Unit};
use domain::policy::{self, Denied, DossierFacts, Operation};
use domain::steps::{Cancellation, Ending, OutcomeFacts, Stamp, State, Step};
use domain::text::{Note, Summary};
use domain::{Day, Moment};
use store::dossiers::{Contact, NewDossier};
use store::engine::bulk::{self, Took};
use store::grants::Give;
use store::organisations::Organisation;
use store::people::NewPerson;
use store::{Batch, Database, Settings, StoreError};
use uuid::Uuid;

/// What is generated.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How many dossiers.
    pub dossiers: u32,
    /// How many lines each of them has.
    pub steps_per_dossier: u32,
    /// Another seed gives other people and other days.
    pub seed: u64,
    /// Argon2id hash of the password of the one account that can log in, `meting`.
    pub password_hash: String,
}

/// What was generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Dossiers.
    pub dossiers: u64,
    /// Lines.
    pub steps: u64,
    /// Entries of the journal.
    pub journal: u64,
    /// Actions.
    pub actions: u64,
}

/// The account that can log in: a counsellor of the first organisation.
pub const ACCOUNT: &str = "meting";

/// The day after which nothing happens any more.
const UNTIL: (i16, i8, i8) = (2026, 11, 1);
/// The first day of the programme.
const FROM: (i16, i8, i8) = (2023, 9, 1);
/// Dossiers in one chunk: as much memory as that takes.
const CHUNK: u32 = 1_000;
/// Chunks that wait to be stored.
const QUEUE: usize = 2;
const DOSSIERS_OF_AN_ORGANISATION: u32 = 2_000;
const COUNSELLORS: usize = 8;
/// Nobody logs in with this.
const NO_PASSWORD: &str = "!";

const GIVEN: [&str; 24] = [
    "Lotte", "Noor", "Milan", "Amira", "Jonas", "Yusuf", "Elif", "Senne", "Fatima", "Lars", "Zoë",
    "Robbe", "Ines", "Mohamed", "Hanne", "Stan", "Aya", "Kobe", "Laura", "Emre", "Jana", "Daan",
    "Sara", "Bilal",
];
const FAMILY: [&str; 24] = [
    "Maes",
    "Peeters",
    "Janssens",
    "Claes",
    "Yılmaz",
    "Wouters",
    "Goossens",
    "El Amrani",
    "Jacobs",
    "De Smet",
    "Hermans",
    "Bakkali",
    "Mertens",
    "Willems",
    "Nguyen",
    "Dubois",
    "Van Damme",
    "Aerts",
    "Özdemir",
    "Michiels",
    "De Clercq",
    "Leclercq",
    "Vermeulen",
    "Kaya",
];

/// Fills an empty database. What the programme knows must hold `OND_OAL` and `EEWG019`, as ours does.
///
/// # Errors
/// When the database is not empty, cannot be written, or (on PostgreSQL) the role may not; it is as it
/// was then.
pub async fn generate(settings: &Settings, wish: Wish) -> Result<(Made, Took), StoreError> {
    if let Settings::Postgres(_) = settings {
        let database = Database::open(settings).await?;
        database.migrate().await?;
        if let (Some(from), Some(until)) = (
            Day::new(FROM.0 - 1, FROM.1, FROM.2),
            Day::new(UNTIL.0, UNTIL.1, UNTIL.2),
        ) {
            database.ensure_months(from, until).await?;
        }
    }
    let (chunks, made) = start(wish);
    let took = bulk::load(settings, chunks).await?;
    let made = made.join().map_err(|_| fault("a chunk was not made"))?;
    Ok((made?, took))
}

fn fault(detail: &str) -> StoreError {
    StoreError::Corrupt {
        statement: "generate",
        detail: detail.to_owned(),
    }
}

type Making = thread::JoinHandle<Result<Made, StoreError>>;

/// Makes the chunks on a thread of its own, while those before are stored.
fn start(wish: Wish) -> (Receiver<Batch>, Making) {
    let (sender, chunks) = sync_channel(QUEUE);
    let making = thread::spawn(move || {
        let mut world = World::new(&wish).ok_or_else(|| fault("a fixed text is wrong"))?;
        let mut batch = Batch::new();
        world.people(&mut batch, &wish);
        for number in 0..wish.dossiers {
            world
                .dossier(&mut batch, number, &wish)
                .map_err(|denied| fault(&format!("{denied:?}")))?;
            // Whoever stores them gave up when nobody takes the chunk, and says why.
            if (number + 1) % CHUNK == 0 && sender.send(std::mem::take(&mut batch)).is_err() {
                return Ok(world.made);
            }
        }
        let _ = sender.send(batch);
        Ok(world.made)
    });
    (chunks, making)
}

/// Chance that always falls the same way (SplitMix64). Nothing secret comes from it.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `bound`.
    fn below(&mut self, bound: u32) -> u32 {
        let low = u32::try_from(self.next() >> 32).unwrap_or(0);
        low % bound.max(1)
    }

    fn days(&mut self, from: i32, to: i32) -> i32 {
        let width = u32::try_from(to - from + 1).unwrap_or(1);
        from + i32::try_from(self.below(width)).unwrap_or(0)
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let bound = u32::try_from(list.len()).unwrap_or(1);
        list.get(usize::try_from(self.below(bound)).unwrap_or(0))
    }
}

/// The people, and what all dossiers share.
struct World {
    chance: Chance,
    made: Made,
    mediator: Actor,
    houses: Vec<House>,
    from: Day,
    until: Day,
    /// How far the identifiers of two dossiers lie apart: they are spread over all there are, as random
    /// ones would be, and come in order, so that rows are added at the end.
    apart: u64,
    step_type: StepTypeCode,
    funding: FundingCode,
    kinds: Vec<ActionKindCode>,
    outcomes: Vec<(ResultCode, ReasonCode, OutcomeFacts)>,
    summaries: Vec<Summary>,
    cancelled: Note,
}

struct House {
    id: OrganisationId,
    name: String,
    unit: Unit,
    counsellors: Vec<Counsellor>,
}

#[derive(Clone)]
struct Counsellor {
    actor: Actor,
    party: Party,
}

/// The 12th to 15th bit of `high` and the upper two of `low` are the version's and the variant's.
fn id_of(high: u64, low: u64) -> Uuid {
    let bytes = (u128::from(high) << 64) | u128::from(low);
    // Version 8: made by rules of our own.
    uuid::Builder::from_custom_bytes(bytes.to_be_bytes()).into_uuid()
}

fn person(high: u64, name: String, role: Role, unit: Option<Unit>) -> Actor {
    Actor {
        person: PersonId(id_of(high, 1)),
        name,
        role,
        unit,
        own_dossier: None,
        confirmed: Confirmed::AtTheMachine,
    }
}

impl World {
    fn new(wish: &Wish) -> Option<Self> {
        let facts = |education, work, qualification| OutcomeFacts {
            in_education: education,
            has_work: work,
            qualification,
            stopped_for_absence: false,
        };
        let outcome = |result, reason, facts| {
            Some((
                ResultCode::parse(result).ok()?,
                ReasonCode::parse(reason).ok()?,
                facts,
            ))
        };
        let summaries = [
            "Zij wil verder in de verkoop. Afgesproken: elke week een gesprek, ook met de trajectbegeleider van de school. De werkplek belt zelf als er iets is.",
            "De overeenkomst werd besproken met de ouders. Hij komt op tijd en mist weinig. Volgende keer kijken we naar een nieuwe werkplek dichter bij huis.",
            "Twee gesprekken gemist, daarna opnieuw contact. Wij zoeken samen een opleiding die beter past, en bekijken het vervoer.",
        ];
        let houses = (wish.dossiers / DOSSIERS_OF_AN_ORGANISATION).max(2);
        Some(World {
            chance: Chance(wish.seed),
            made: Made::default(),
            mediator: person(1, "Bemiddelaar Meting".to_owned(), Role::Mediator, None),
            houses: (0..u64::from(houses)).map(house).collect(),
            from: Day::new(FROM.0, FROM.1, FROM.2)?,
            until: Day::new(UNTIL.0, UNTIL.1, UNTIL.2)?,
            apart: u64::MAX / (u64::from(wish.dossiers) + 2),
            step_type: StepTypeCode::parse("OND_OAL").ok()?,
            funding: FundingCode::parse("EEWG019").ok()?,
            kinds: ["GESPREK", "WERKPLEK", "SCHOOL", "OUDER"]
                .iter()
                .map(|code| ActionKindCode::parse(code).ok())
                .collect::<Option<_>>()?,
            outcomes: [
                outcome("POSITIEF", "P1", facts(true, false, false)),
                outcome("POSITIEF", "P2", facts(false, true, false)),
                outcome("POSITIEF", "P3", facts(false, true, true)),
                outcome("NEGATIEF", "N1", facts(false, false, false)),
            ]
            .into_iter()
            .collect::<Option<_>>()?,
            summaries: summaries
                .iter()
                .map(|text| Summary::parse(text).ok())
                .collect::<Option<_>>()?,
            cancelled: Note::parse("Bij vergissing geregistreerd.").ok()?,
        })
    }

    fn people(&self, batch: &mut Batch, wish: &Wish) {
        let now = start_of_day(self.from);
        let add = |batch: &mut Batch, actor: &Actor, user_name: &str, hash: &str| {
            let person = NewPerson {
                id: actor.person,
                user_name: user_name.to_owned(),
                name: actor.name.clone(),
                email: None,
                password_hash: hash.to_owned(),
                function: Some((actor.role, actor.unit.clone())),
                own_dossier: None,
                demo: false,
            };
            store::people::add_person(batch, &person, None, now);
        };
        for house in &self.houses {
            let organisation = Organisation {
                id: house.id,
                name: house.name.clone(),
                kbo: None,
                closed: None,
                version: 1,
            };
            store::organisations::add(batch, &organisation, now);
            store::organisations::add_unit(batch, &house.unit);
        }
        add(batch, &self.mediator, "meting-bemiddelaar", NO_PASSWORD);
        for (h, house) in self.houses.iter().enumerate() {
            for (c, counsellor) in house.counsellors.iter().enumerate() {
                let counsellor = &counsellor.actor;
                if (h, c) == (0, 0) {
                    add(batch, counsellor, ACCOUNT, &wish.password_hash);
                } else {
                    add(batch, counsellor, &format!("meting-{h}-{c}"), NO_PASSWORD);
                }
            }
        }
    }

    fn dossier(&mut self, batch: &mut Batch, number: u32, wish: &Wish) -> Result<(), Denied> {
        let high = (u64::from(number) + 1).saturating_mul(self.apart);
        let mut low = self.chance.next() >> 16;
        let mut new_id = move || {
            low += 1;
            id_of(high, low)
        };
        let id = DossierId(new_id());
        let at = self
            .chance
            .below(u32::try_from(self.houses.len()).unwrap_or(1));
        let house = &self.houses[usize::try_from(at).unwrap_or(0)];
        let organisation = house.id;
        let counsellors = house.counsellors.clone();
        let created = at_nine(self.from.plus_days(-self.chance.days(1, 200)));
        let grant = Give {
            request: None,
            id: GrantId(new_id()),
            organisation,
            basis: Basis::Mandate,
            starts: self.from.plus_days(-1),
            ends: None,
            by: self.mediator.person,
            at: created,
        };
        let facts = DossierFacts {
            dossier: id,
            grants: vec![Grant {
                id: grant.id,
                dossier: id,
                organisation,
                starts: grant.starts,
                ends: None,
                closes: None,
                ended: false,
            }],
            removal_asked: false,
            correction_asked: false,
            others_only: false,
        };
        let mut life = Life {
            dossier: id,
            organisation,
            entries: Vec::new(),
        };
        let client_number = format!("{:08}", number + 10_000_000);
        let changes = vec![Change::new_value("client_number", client_number.as_str())];
        let by = &self.mediator;
        life.tell(by, created, Event::DossierCreated, id.0, None, changes);
        let changes = vec![
            Change::new_value("organisation", organisation.address()),
            Change::new_value("basis", grant.basis.label()),
            Change::new_value("starts", grant.starts.to_iso()),
        ];
        life.tell(by, created, Event::GrantGiven, grant.id.0, None, changes);

        let mut lines = Batch::new();
        let count = i32::try_from(wish.steps_per_dossier).unwrap_or(i32::MAX);
        let room = (self.from.days_until(self.until) / count.max(1)).max(2);
        let mut start = self.from.plus_days(self.chance.days(0, room / 2));
        for nth in 0..count {
            let Some(counsellor) = self.chance.one_of(&counsellors) else {
                break;
            };
            let by = &counsellor.actor;
            let is_last = nth + 1 == count;
            let step = self.line(id, StepId(new_id()), start, room, is_last, counsellor);
            let write = policy::write(by, Operation::RegisterStep, &facts, self.until)?;
            store::steps::insert(&mut lines, &write, &step);
            let checked = Checked {
                start,
                verdict: Verdict::DeclaredWithoutStudies,
                seen: Vec::new(),
            };
            store::steps::add_check(&mut lines, &write, step.id, &checked, &step.registered);
            let line = step.id.0;
            let changes = crate::steps::registered_described(&step);
            let at = step.registered.at;
            life.tell(by, at, Event::StepRegistered, line, Some(line), changes);
            if self.chance.below(10) < 4 && !matches!(step.state, State::Cancelled(_)) {
                let action = self.action(&step, by, new_id());
                store::actions::insert(&mut lines, &write, &action);
                let changes = crate::actions::described(None, Some(&action.details));
                let (at, subject) = (action.recorded.at, action.id.0);
                life.tell(by, at, Event::ActionRecorded, subject, Some(line), changes);
                self.made.actions += 1;
            }
            match &step.state {
                State::Ended(ending) => {
                    let changes = crate::steps::ending_described(&step);
                    let at = ending.confirmed.at;
                    life.tell(by, at, Event::StepEnded, line, Some(line), changes);
                }
                State::Cancelled(cancelled) => {
                    let changes = vec![
                        Change::of("state", Some("Bezig".into()), Some("Geannuleerd".into())),
                        Change::new_value("reason", cancelled.reason.as_str()),
                    ];
                    let at = cancelled.stamp.at;
                    life.tell(by, at, Event::StepCancelled, line, Some(line), changes);
                }
                State::Ongoing | State::Removed(..) => {}
            }
            start = match step.end() {
                Some(end) => end.plus_days(1),
                None => start.plus_days(room),
            };
            self.made.steps += 1;
        }

        let name = |list: &[&str], nth: u32| {
            let at = usize::try_from(nth).unwrap_or(0) % list.len();
            list.get(at).copied().unwrap_or_default().to_owned()
        };
        let (given, family) = (self.chance.below(24), self.chance.below(24));
        let dossier = NewDossier {
            id,
            client_number: ClientNumber::parse(&client_number).map_err(|_| Denied::Function)?,
            given_name: name(&GIVEN, given),
            family_name: name(&FAMILY, family),
            birth: self.from.plus_days(-self.chance.days(15 * 365, 19 * 365)),
            work_situation: "00".to_owned(),
            work_situation_since: None,
            insz_digest: None,
            contact: Contact::default(),
        };
        let permit = policy::permit(&self.mediator, Operation::ManageGrants)?;
        let manages = policy::write(&self.mediator, Operation::ManageGrants, &facts, self.until)?;
        let chained = chain(life.entries, 0, FIRST_LINK);
        self.made.journal += u64::try_from(chained.len()).unwrap_or(0);
        self.made.dossiers += 1;
        store::dossiers::create(batch, &permit, &dossier, &chained, created);
        store::grants::give(batch, &manages, &grant);
        batch.append(lines);
        Ok(())
    }

    /// A line that ended before the next begins; the last may be ongoing, some are cancelled.
    fn line(
        &mut self,
        dossier: DossierId,
        id: StepId,
        start: Day,
        room: i32,
        is_last: bool,
        by: &Counsellor,
    ) -> Step {
        let end = start.plus_days(self.chance.days(1, (room - 1).max(1)));
        let end = end.min(self.until.plus_days(-1)).max(start);
        let stamp = |day: Day| Stamp {
            by: by.actor.person,
            by_name: by.actor.name.clone(),
            at: at_nine(day),
        };
        let kind = self.chance.below(100);
        let outcome = self.chance.one_of(&self.outcomes).cloned();
        let state = match outcome {
            _ if is_last && kind < 60 => State::Ongoing,
            _ if kind < 4 => State::Cancelled(Cancellation {
                reason: self.cancelled.clone(),
                stamp: stamp(end),
            }),
            Some((result, reason, facts)) => State::Ended(Ending {
                end,
                result,
                reason,
                note: None,
                facts,
                confirmed: stamp(end),
            }),
            None => State::Ongoing,
        };
        let summary = (!kind.is_multiple_of(3))
            .then(|| self.chance.one_of(&self.summaries).cloned())
            .flatten();
        Step {
            id,
            dossier,
            version: if matches!(state, State::Ongoing) {
                1
            } else {
                2
            },
            step_type: self.step_type.clone(),
            funding: self.funding.clone(),
            requester: by.party.clone(),
            provider: by.party.clone(),
            start,
            summary,
            late_reason: None,
            registered: stamp(start),
            state,
        }
    }

    fn action(&mut self, step: &Step, actor: &Actor, id: Uuid) -> Action {
        let kind = self.chance.one_of(&self.kinds).cloned();
        Action {
            id: ActionId(id),
            step: step.id,
            version: 1,
            details: ActionDetails {
                day: step.start,
                kind: kind.unwrap_or_else(|| self.kinds[0].clone()),
                minutes: u16::try_from(15 + 15 * self.chance.below(6)).unwrap_or(60),
                presence: Presence::Present,
                place: None,
                note: None,
            },
            recorded: Stamp {
                by: actor.person,
                by_name: actor.name.clone(),
                at: at_nine(step.start).plus_seconds(3_600),
            },
            voided: false,
        }
    }
}

/// What happened in one dossier, in order.
struct Life {
    dossier: DossierId,
    organisation: OrganisationId,
    entries: Vec<Entry>,
}

impl Life {
    fn tell(
        &mut self,
        by: &Actor,
        at: Moment,
        event: Event,
        subject: Uuid,
        step: Option<Uuid>,
        changes: Vec<Change>,
    ) {
        self.entries.push(Entry {
            dossier: self.dossier,
            at,
            by: by.person,
            organisation: step.map(|_| self.organisation),
            event,
            subject,
            step,
            changes,
        });
    }
}

/// Nine o'clock on a day: nobody registers at night.
fn at_nine(day: Day) -> Moment {
    start_of_day(day).plus_seconds(9 * 3_600)
}

fn house(nth: u64) -> House {
    let base = (nth + 1) << 20;
    let id = OrganisationId(id_of(base, 0));
    let unit = Unit {
        id: UnitId(id_of(base, 2)),
        organisation: id,
        name: format!("LEERHUIS {nth:04}"),
        address: format!("KAAI {}", nth % 300 + 1),
        number: format!("{}", 5_000 + nth),
    };
    House {
        id,
        name: format!("Leerhuis {nth:04}"),
        counsellors: (0..COUNSELLORS)
            .map(|c| {
                let name = format!("Begeleider {nth}-{c}");
                let high = base + 3 + u64::try_from(c).unwrap_or(0);
                let actor = person(high, name.clone(), Role::Counsellor, Some(unit.clone()));
                Counsellor {
                    party: Party {
                        unit: unit.clone(),
                        person: actor.person,
                        person_name: name,
                    },
                    actor,
                }
            })
            .collect(),
        unit,
    }
}
