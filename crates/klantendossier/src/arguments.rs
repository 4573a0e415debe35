//! What can be typed on the command line. Knows no default of a setting and no rule.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::client_number::ClientNumber;
use domain::ids::OrganisationId;
use domain::insz::Insz;
use domain::kbo::Kbo;
use domain::mail::MailAddress;
use domain::people::Role;
use domain::text::Name;
use domain::{Day, Moment};

use crate::settings::MailServer;

/// Klantendossier: an open client dossier.
#[derive(Debug, Parser)]
#[command(name = "klantendossier", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// File with the settings (TOML). Each setting can also come from the environment, as
    /// KLANTENDOSSIER_ and its name; `klantendossier config` prints them all.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "KLANTENDOSSIER_CONFIG"
    )]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start with made-up people and data, in a folder of its own. Takes no settings.
    Demo(Demo),
    /// Serve for real.
    Serve,
    /// Print the settings in force and where each comes from.
    Config,
    /// Make the database, or bring it up to this version, and stop.
    Migrate,
    /// Fill an empty database with made-up dossiers, for measuring.
    Generate(Generate),
    /// Count what need not be kept any more, or erase it. Without --apply it erases nothing.
    Retention(Retention),
    /// Take over what authentic sources tell, from a file (docs/feed.md). Nothing is stored when a row is wrong.
    Feed(Feed),
    /// Make a backup of the database and the documents, while the program serves (docs/backup.md).
    Backup(Backup),
    /// Verify the data in use, or a backup: files, pages, journals, lines, documents. Changes nothing.
    Verify(Verify),
    /// Put a backup back into a new data folder.
    Restore(Restore),
    /// The mail of notices.
    #[command(subcommand)]
    Mail(Mail),
    #[command(flatten)]
    Set(Set),
}

/// What `retention` takes.
#[derive(Debug, Args)]
pub(crate) struct Retention {
    /// Only count: what happens without --apply too.
    #[arg(long, conflicts_with = "apply")]
    pub(crate) dry_run: bool,
    /// Erase what is due.
    #[arg(long, requires = "confirm", requires = "by")]
    pub(crate) apply: bool,
    /// How many records are due, as the dry run said. Another number erases nothing.
    #[arg(long, value_name = "N", requires = "apply")]
    pub(crate) confirm: Option<u64>,
    /// User name of the system manager in whose name it is done.
    #[arg(long, value_name = "USER", requires = "apply")]
    pub(crate) by: Option<String>,
    /// Write what was found or erased to this file too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What `backup` takes.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Folder of all backups; each gets a folder of its own there, named after its instant.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// Remove the oldest when there are more than this, the new one included.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) keep: Option<usize>,
    /// Copy every document, rather than share the files of the last backup.
    #[arg(long)]
    pub(crate) full: bool,
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A backup, as FOLDER/20261128T210855Z. Without it the data in use.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) backup: Option<PathBuf>,
    /// Hold the journals in use against this backup too: finds entries taken off their end.
    #[arg(long, value_name = "FOLDER", conflicts_with = "backup")]
    pub(crate) since: Option<PathBuf>,
}

/// What `restore` takes.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup, or with --at the folder of all backups.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) from: PathBuf,
    /// The data folder: a new or empty one.
    #[arg(long, value_name = "DATA")]
    pub(crate) to: PathBuf,
    /// Take the last backup of this instant or before, as 2026-11-28T22:00:00+01:00.
    #[arg(long, value_name = "INSTANT", value_parser = moment)]
    pub(crate) at: Option<Moment>,
    /// The secret of the installation; without it the one of the settings.
    #[arg(long, value_name = "FILE")]
    pub(crate) secret: Option<PathBuf>,
}

/// What `feed` takes.
#[derive(Debug, Args)]
pub(crate) struct Feed {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Only look whether every row is right; store nothing.
    #[arg(long)]
    pub(crate) check: bool,
}

/// What can be done about mail.
#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// Send a mail to an address, to try the settings.
    Test {
        #[arg(value_parser = mail_address)]
        address: MailAddress,
    },
    /// Print how many mails wait, fail and were given up.
    Status,
}

/// What `generate` takes.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// How many dossiers.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=80_000_000))]
    pub(crate) dossiers: u32,
    /// How many lines each has.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) steps_per_dossier: u32,
    /// Another number gives other people and days; the same gives the same.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Read the password of the account from the first line of standard input; else one is made.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// What `demo` takes.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Folder for the demo's database; delete it to start afresh.
    #[arg(long, value_name = "DIR", default_value = "klantendossier-demo")]
    pub(crate) data: PathBuf,
    /// Use this PostgreSQL database instead of a file in the folder: an empty one, or one of a demo.
    /// Several demos can share it.
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Start the clock at this instant and let it run on from there, as 2025-05-28T10:00:00+02:00.
    #[arg(long, value_name = "INSTANT", value_parser = moment)]
    pub(crate) now: Option<Moment>,
    /// Hand the mail of notices to this mail server of this machine, as smtp://127.0.0.1:2525. The
    /// demo's addresses are made up.
    #[arg(long, value_name = "URL", value_parser = own_mail_server)]
    pub(crate) smtp_url: Option<MailServer>,
}

/// What the operator sets up.
#[derive(Debug, Subcommand)]
pub(crate) enum Set {
    /// Users.
    #[command(subcommand)]
    User(User),
    /// Organisations that hold access grants.
    #[command(subcommand)]
    Organisation(Organisation),
    /// Units of organisations.
    #[command(subcommand)]
    Unit(Unit),
    /// Clients.
    #[command(subcommand)]
    Client(Client),
    /// Access grants.
    #[command(subcommand)]
    Grant(Grant),
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Create a user. Without --password-stdin a password is made and printed once.
    Create(UserCreate),
    /// Let a user log in at the provider of `oidc_issuer`.
    LinkOidc {
        /// Name to log in with here.
        #[arg(long)]
        user_name: String,
        /// Who the provider says the user is (`sub`); the page of a refused log-in shows it.
        #[arg(long)]
        subject: String,
    },
    /// Take such a link away.
    UnlinkOidc {
        /// Name to log in with here.
        #[arg(long)]
        user_name: String,
    },
    /// Set where a user's notices are mailed to. The address is used once its owner opened the link that is
    /// mailed to it.
    Email {
        /// Name the user logs in with.
        #[arg(long)]
        user_name: String,
        #[arg(long, value_parser = mail_address)]
        address: MailAddress,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UserCreate {
    /// Name to log in with.
    #[arg(long)]
    pub(crate) user_name: String,
    /// Name as others see it.
    #[arg(long, value_parser = name)]
    pub(crate) name: Name,
    #[arg(long, value_enum)]
    pub(crate) role: RoleName,
    #[command(flatten)]
    pub(crate) unit: Option<WhichUnit>,
    /// Client number of the person's own dossier, for the role client.
    #[arg(long, value_name = "NUMBER", value_parser = client_number)]
    pub(crate) client: Option<ClientNumber>,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// A unit by name and number.
#[derive(Debug, Args)]
pub(crate) struct WhichUnit {
    /// Name of the unit, for the roles counsellor and manager.
    #[arg(long, requires = "unit_number", required = false)]
    pub(crate) unit_name: String,
    /// Its number, as 1878 in 'KEIZERSLAAN 11 (1878)'.
    #[arg(long, requires = "unit_name", required = false)]
    pub(crate) unit_number: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Organisation {
    /// Create an organisation and print its identifier.
    Create {
        #[arg(long, value_parser = name)]
        name: Name,
        /// Enterprise number.
        #[arg(long, value_parser = kbo)]
        kbo: Option<Kbo>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Unit {
    /// Create a unit of an organisation.
    Create {
        /// The identifier that `organisation create` printed.
        #[arg(long, value_name = "ID", value_parser = organisation)]
        organisation: OrganisationId,
        #[arg(long, value_parser = name)]
        name: Name,
        /// Street and number.
        #[arg(long)]
        address: String,
        /// The unit's number.
        #[arg(long)]
        number: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Create a client's dossier.
    Create(ClientCreate),
}

#[derive(Debug, Args)]
pub(crate) struct ClientCreate {
    /// User name of the mediator in whose name it is done.
    #[arg(long, value_name = "USER")]
    pub(crate) by: String,
    /// Client number: eight digits.
    #[arg(long, value_parser = client_number)]
    pub(crate) number: ClientNumber,
    #[arg(long, value_parser = name)]
    pub(crate) given_name: Name,
    #[arg(long, value_parser = name)]
    pub(crate) family_name: Name,
    /// Day of birth, as 2008-03-17.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) birth: Day,
    /// Code of the work situation, as 00.
    #[arg(long, value_name = "CODE")]
    pub(crate) work_situation: String,
    /// Since when, as 2025-03-01.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) work_situation_since: Option<Day>,
    /// National number.
    #[arg(long, value_parser = insz)]
    pub(crate) insz: Option<Insz>,
    #[arg(long)]
    pub(crate) email: Option<String>,
    #[arg(long)]
    pub(crate) phone: Option<String>,
    /// Street and number.
    #[arg(long)]
    pub(crate) street: Option<String>,
    #[arg(long)]
    pub(crate) postcode: Option<String>,
    #[arg(long)]
    pub(crate) municipality: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Grant {
    /// Give an organisation the right to open a dossier.
    Give(GrantGive),
}

#[derive(Debug, Args)]
pub(crate) struct GrantGive {
    /// User name of the mediator in whose name it is done.
    #[arg(long, value_name = "USER")]
    pub(crate) by: String,
    #[arg(long, value_name = "NUMBER", value_parser = client_number)]
    pub(crate) client: ClientNumber,
    /// The organisation's identifier; or name one of its units.
    #[arg(
        long,
        value_name = "ID",
        value_parser = organisation,
        conflicts_with_all = ["unit_name", "unit_number"],
        required_unless_present = "unit_name"
    )]
    pub(crate) organisation: Option<OrganisationId>,
    #[command(flatten)]
    pub(crate) unit: Option<WhichUnit>,
    /// What it rests on.
    #[arg(long, value_enum)]
    pub(crate) basis: BasisName,
    /// First day, as 2025-09-01.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) starts: Day,
    /// Last day, if one was agreed.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) ends: Option<Day>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum BasisName {
    /// An assignment or mandate.
    Mandate,
    /// The client's agreement.
    Agreement,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum RoleName {
    /// Begeleider; works for a unit.
    Counsellor,
    /// Organisatiebeheerder; works for a unit.
    Manager,
    /// Provinciale coach klantendossier.
    Coach,
    /// Bemiddelaar: gives and ends access grants.
    Mediator,
    /// ESF-controleur.
    Controller,
    /// Systeembeheerder.
    SystemManager,
    /// Jongere, about the own dossier.
    Client,
    /// Functionaris voor gegevensbescherming (FG).
    PrivacyOfficer,
}

impl RoleName {
    /// The role that is meant.
    pub(crate) fn role(self) -> Role {
        match self {
            RoleName::Counsellor => Role::Counsellor,
            RoleName::Manager => Role::Manager,
            RoleName::Coach => Role::Coach,
            RoleName::Mediator => Role::Mediator,
            RoleName::Controller => Role::Controller,
            RoleName::SystemManager => Role::SystemManager,
            RoleName::Client => Role::Client,
            RoleName::PrivacyOfficer => Role::PrivacyOfficer,
        }
    }
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse_rfc3339(text)
        .ok_or_else(|| "an instant is written as 2025-05-28T10:00:00+02:00".into())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "a whole number of at least 1".into())
}

fn day(text: &str) -> Result<Day, String> {
    Day::from_iso(text).ok_or_else(|| "a day is written as 2025-05-28".into())
}

fn organisation(text: &str) -> Result<OrganisationId, String> {
    OrganisationId::from_address(text)
        .ok_or_else(|| "an identifier has 32 digits out of 0-9 and a-f".into())
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|error| error.to_string())
}

fn client_number(text: &str) -> Result<ClientNumber, String> {
    ClientNumber::parse(text).map_err(|error| error.to_string())
}

fn insz(text: &str) -> Result<Insz, String> {
    Insz::parse(text).map_err(|error| error.to_string())
}

fn mail_address(text: &str) -> Result<MailAddress, String> {
    MailAddress::parse(text).map_err(|error| error.to_string())
}

/// A mail server of this machine without encryption, as of a demo.
fn own_mail_server(text: &str) -> Result<MailServer, String> {
    match MailServer::parse(text) {
        Ok(server) if server.own_machine => Ok(server),
        Ok(_) => Err("the demo mails to a server of this machine only".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn kbo(text: &str) -> Result<Kbo, String> {
    Kbo::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn only_the_demo_takes_a_set_clock() {
        let now = "2025-05-28T10:00:00+02:00";
        let demo = ["klantendossier", "demo", "--now", now];
        assert!(Arguments::try_parse_from(demo).is_ok());
        let serve = ["klantendossier", "serve", "--now", now];
        assert!(Arguments::try_parse_from(serve).is_err());
    }

    #[test]
    fn a_grant_names_an_organisation_or_a_unit_of_it() {
        let give = |rest: &[&str]| {
            let start = [
                "klantendossier",
                "grant",
                "give",
                "--by",
                "mia",
                "--client",
                "61000447",
                "--basis",
                "mandate",
                "--starts",
                "2025-09-01",
            ];
            Arguments::try_parse_from(start.iter().chain(rest)).is_ok()
        };
        assert!(give(&["--unit-name", "VDAB", "--unit-number", "1878"]));
        assert!(give(&["--organisation", &"0".repeat(32)]));
        assert!(!give(&["--unit-name", "VDAB"]));
        assert!(!give(&[]));
    }
}
