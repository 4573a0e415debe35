//! The operator's commands: organisations, units, users, clients, grants. Each goes through the same
//! use cases as the pages, with the same checks and the same journal.

use std::io::{self, BufRead as _, Write as _};

use anyhow::{Context as _, anyhow, bail};
use casework::{
    Casework, Contact, Failure, GENERATED_ACCOUNT, GrantInput, Ids as _, NewClient, NewUser,
    RandomIds, Submission, Wish,
};
use domain::grants::Basis;
use domain::ids::{OrganisationId, UnitId};
use domain::people::Unit as PeopleUnit;
use domain::policy::Denied;
use domain::text::Name;
use domain::work_situation;

use crate::arguments::{
    BasisName, Client, ClientCreate, Generate, Grant, GrantGive, Mail, Organisation, Set, Unit,
    User, UserCreate, WhichUnit,
};
use crate::mail::Postman;
use crate::parts::{self, Parts};
use crate::secret;
use crate::settings::Settings;

/// Prints to standard output.
///
/// # Errors
/// When nobody reads there.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Carries out a command of the operator.
///
/// # Errors
/// In one line, why it was not done; nothing was stored then.
pub(crate) async fn set(
    casework: &Casework,
    issuer: Option<&str>,
    change: Set,
) -> anyhow::Result<()> {
    let issuer = || issuer.context("oidc_issuer is not set: there is no provider to link to");
    match change {
        Set::User(User::Create(user)) => create_user(casework, user).await,
        Set::User(User::LinkOidc { user_name, subject }) => {
            let subject = subject.trim();
            casework
                .link_identity(issuer()?, &user_name, subject)
                .await?;
            say(&format!("linked {user_name} to {subject}\n"))
        }
        Set::User(User::UnlinkOidc { user_name }) => {
            casework.unlink_identity(issuer()?, &user_name).await?;
            say(&format!("unlinked {user_name}\n"))
        }
        Set::User(User::Email { user_name, address }) => {
            let person = casework.actor_named(&user_name).await?.person;
            let set = casework.set_mail_address_of(person, &address).await;
            set.map_err(|failure| anyhow!("not done: {failure:?}"))?;
            say(&format!(
                "a link to confirm the address is mailed to {address}\n"
            ))
        }
        Set::Organisation(Organisation::Create { name, kbo }) => {
            let id = casework.create_organisation(name.as_str(), kbo).await?;
            say(&format!("{}\n", id.address()))
        }
        Set::Unit(Unit::Create {
            organisation,
            name,
            address,
            number,
        }) => create_unit(casework, organisation, &name, &address, &number).await,
        Set::Client(Client::Create(client)) => create_client(casework, client).await,
        Set::Grant(Grant::Give(grant)) => give_grant(casework, grant).await,
    }
}

/// Tries the mail settings, or tells how the mail goes.
///
/// # Errors
/// In one line: the settings are not there or wrong, or what the mail server said.
pub(crate) async fn mail(settings: &Settings, what: Mail) -> anyhow::Result<()> {
    match what {
        Mail::Test { address } => {
            let Some(mail) = &settings.mail else {
                bail!("smtp_url is not set: no mail is sent");
            };
            let url = &settings.public_url;
            let postman = Postman::new(mail, url.as_str(), url.host())?;
            postman.send_trial(&address).await.with_context(|| {
                format!("the mail server {} did not take the mail", mail.server)
            })?;
            say(&format!("{} took a mail to {address}\n", mail.server))
        }
        Mail::Status => {
            let parts = Parts::for_command(settings).await?;
            let status = parts.casework.mail_status().await;
            let status = status.map_err(|failure| anyhow!("{failure:?}"))?;
            let last = match status.last_sent {
                Some(at) => at.to_string(),
                None => "none in 30 days".to_owned(),
            };
            let sends = if settings.mail.is_some() {
                "on"
            } else {
                "off: smtp_url is not set"
            };
            say(&format!(
                "mail is {sends}\nwaiting {}, of which {} failed so far\ngiven up in 30 days {}\n\
                 last taken by the mail server {last}\n",
                status.waiting, status.failing, status.given_up
            ))
        }
    }
}

/// Fills the empty database of the settings with made-up dossiers.
///
/// # Errors
/// In one line, why not; the database is as it was then.
pub(crate) async fn generate(settings: &Settings, wish: &Generate) -> anyhow::Result<()> {
    let store = parts::store_of(settings, parts::COMMAND_PATIENCE);
    parts::make_folder(&settings.data)?;
    if settings.database_url.is_none() {
        secret::load_or_make(
            &settings.secret_file,
            parts::database_file(&settings.data).exists(),
        )?;
    }
    let (password, is_made) = if wish.password_stdin {
        (first_line_of_input()?, false)
    } else {
        (make_password(), true)
    };
    let wanted = Wish {
        dossiers: wish.dossiers,
        steps_per_dossier: wish.steps_per_dossier,
        seed: wish.seed,
        password_hash: casework::hash_password(&password).context("cannot hash the password")?,
    };
    let (made, took) = casework::generate(&store, wanted).await?;
    // From now on it is an installation like any other, with a secret.
    Parts::for_command(settings).await?;
    let seconds = took.rows + took.indexes;
    let mut text = format!(
        "{} dossiers, {} steps, {} actions, {} journal entries in {seconds:.1} s \
         (rows {:.1} s, indexes {:.1} s): {:.0} steps a second\n",
        made.dossiers,
        made.steps,
        made.actions,
        made.journal,
        took.rows,
        took.indexes,
        made.steps as f64 / seconds,
    );
    if is_made {
        text.push_str(&format!(
            "account {GENERATED_ACCOUNT}, password, shown only now: {password}\n"
        ));
    }
    say(&text)
}

async fn create_unit(
    casework: &Casework,
    organisation: OrganisationId,
    name: &Name,
    address: &str,
    number: &str,
) -> anyhow::Result<()> {
    let name = name.as_str();
    if casework.unit_by_number(name, number).await.is_ok() {
        bail!("there is a unit {name} ({number}) already");
    }
    let unit = casework
        .create_unit(organisation, name, address, number)
        .await
        .with_context(|| format!("is there an organisation {}?", organisation.address()))?;
    say(&format!("created {}\n", unit.line()))
}

async fn create_user(casework: &Casework, user: UserCreate) -> anyhow::Result<()> {
    let role = user.role.role();
    let unit = match &user.unit {
        Some(which) => Some(unit(casework, which).await?.id),
        None => None,
    };
    check_unit(role.needs_unit(), unit)?;
    let own_dossier = match &user.client {
        Some(number) => Some(casework.dossier_of(number).await?),
        None => None,
    };
    let (password, is_made) = if user.password_stdin {
        (first_line_of_input()?, false)
    } else {
        (make_password(), true)
    };
    let new = NewUser {
        user_name: user.user_name,
        name: user.name.into_string(),
        role,
        unit,
        own_dossier,
    };
    casework.create_user(&new, &password).await?;
    let mut text = format!("created {} ({})\n", new.user_name.trim(), role.code());
    if is_made {
        text.push_str(&format!("password, shown only now: {password}\n"));
    }
    say(&text)
}

fn check_unit(needs: bool, unit: Option<UnitId>) -> anyhow::Result<()> {
    match (needs, unit) {
        (true, None) => bail!("this role works for a unit: give --unit-name and --unit-number"),
        (false, Some(_)) => bail!("this role works for no unit"),
        _ => Ok(()),
    }
}

async fn unit(casework: &Casework, which: &WhichUnit) -> anyhow::Result<PeopleUnit> {
    let found = casework.unit_by_number(&which.unit_name, &which.unit_number);
    Ok(found.await?)
}

fn first_line_of_input() -> anyhow::Result<String> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read the password from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Four groups of five out of 32 letters and digits that are not mistaken for each other: 100 bits.
fn make_password() -> String {
    const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
    let random = RandomIds::default().token();
    let groups: Vec<String> = random
        .chunks_exact(5)
        .take(4)
        .map(|bytes| {
            let sign = |byte: &u8| SIGNS.get(usize::from(byte % 32)).copied().unwrap_or(b'x');
            bytes.iter().map(|byte| char::from(sign(byte))).collect()
        })
        .collect();
    groups.join("-")
}

async fn create_client(casework: &Casework, client: ClientCreate) -> anyhow::Result<()> {
    if work_situation::text(&client.work_situation).is_none() {
        let known: Vec<_> = work_situation::WORK_SITUATIONS
            .iter()
            .map(|(code, text)| format!("{code} {text}"))
            .collect();
        bail!(
            "there is no work situation {}; there are: {}",
            client.work_situation,
            known.join(", ")
        );
    }
    let actor = casework.actor_named(&client.by).await?;
    let new = NewClient {
        client_number: client.number,
        given_name: client.given_name.into_string(),
        family_name: client.family_name.into_string(),
        birth: client.birth,
        work_situation: client.work_situation,
        work_situation_since: client.work_situation_since,
        insz: client.insz,
        contact: Contact {
            email: client.email,
            phone: client.phone,
            street: client.street,
            postcode: client.postcode,
            municipality: client.municipality,
            about_me: None,
            insz_sealed: None,
        },
    };
    casework.create_client(&actor, &new).await?;
    say(&format!("created client {}\n", new.client_number))
}

async fn give_grant(casework: &Casework, grant: GrantGive) -> anyhow::Result<()> {
    let organisation = match (grant.organisation, &grant.unit) {
        (Some(organisation), _) => organisation,
        (None, Some(which)) => unit(casework, which).await?.organisation,
        (None, None) => bail!("give --organisation, or --unit-name and --unit-number"),
    };
    if grant.ends.is_some_and(|ends| ends < grant.starts) {
        bail!("the grant would end before it starts");
    }
    let actor = casework.actor_named(&grant.by).await?;
    let dossier = casework.dossier_of(&grant.client).await?;
    let input = GrantInput {
        organisation,
        basis: match grant.basis {
            BasisName::Mandate => Basis::Mandate,
            BasisName::Agreement => Basis::Agreement,
        },
        starts: grant.starts,
        ends: grant.ends,
    };
    let submission = Submission {
        key: casework.submission_key(),
        leads_to: String::new(),
    };
    casework
        .give_grant(&actor, dossier, &input, &submission)
        .await
        .map_err(|failure| match failure {
            Failure::Denied(Denied::Function) => {
                anyhow!("not done: {} is no mediator", grant.by)
            }
            other => anyhow!("not done: {other:?}"),
        })?;
    say(&format!("gave the grant on client {}\n", grant.client))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_password_is_long_and_never_the_same() {
        let (one, other) = (make_password(), make_password());
        assert_eq!(one.len(), 23);
        assert_ne!(one, other);
    }
}
