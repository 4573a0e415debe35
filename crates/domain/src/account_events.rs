//! What happens to accounts, people and organisations, and belongs to no dossier: the administrative
//! log. Append-only. It never holds a secret, nor anything of a dossier.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{OrganisationId, PersonId};
use crate::journal::Change;
use crate::moment::Moment;
use crate::studies::coded;

coded! {
    /// What happened.
    AccountEvent {
        /// logged in
        SignedIn = "signed_in", "Aangemeld";
        /// wrong password, or a name that nobody has
        SignInFailed = "sign_in_failed", "Mislukte aanmelding";
        /// logged out
        SignedOut = "signed_out", "Afgemeld";
        /// account made
        AccountCreated = "account_created", "Account aangemaakt";
        /// works in another of the own functions
        RoleSwitched = "role_switched", "Van functie gewisseld";
        /// invited
        Invited = "invited", "Uitgenodigd";
        /// one-time link for a new password
        PasswordLinkMade = "password_link_made", "Link voor een nieuw wachtwoord gemaakt";
        /// new password chosen with a one-time link
        PasswordChosen = "password_chosen", "Nieuw wachtwoord gekozen met een link";
        /// one-time link taken back
        LinkWithdrawn = "link_withdrawn", "Uitnodiging of link ingetrokken";
        /// name or address changed
        PersonChanged = "person_changed", "Gegevens van een medewerker gewijzigd";
        /// function given
        FunctionGiven = "function_given", "Functie gegeven";
        /// function taken away
        FunctionTaken = "function_taken", "Functie afgenomen";
        /// leaver
        Left = "left", "Uit dienst";
        /// back in service
        CameBack = "came_back", "Terug in dienst";
        /// role proposed to a second system manager
        RoleProposed = "role_proposed", "Rol voorgesteld";
        /// role confirmed by a second system manager
        RoleConfirmed = "role_confirmed", "Rol bevestigd";
        /// role refused
        RoleRefused = "role_refused", "Voorgestelde rol geweigerd";
        /// organisation made
        OrganisationCreated = "organisation_created", "Organisatie aangemaakt";
        /// organisation changed
        OrganisationChanged = "organisation_changed", "Organisatie gewijzigd";
        /// organisation closed
        OrganisationClosed = "organisation_closed", "Organisatie gesloten";
        /// organisation opened again
        OrganisationReopened = "organisation_reopened", "Organisatie heropend";
        /// unit made
        UnitCreated = "unit_created", "Vestiging aangemaakt";
        /// unit changed
        UnitChanged = "unit_changed", "Vestiging gewijzigd";
        /// unit closed
        UnitClosed = "unit_closed", "Vestiging gesloten";
        /// unit opened again
        UnitReopened = "unit_reopened", "Vestiging heropend";
        /// a controller got a mandate
        MandateGiven = "mandate_given", "Controleopdracht gegeven";
        /// a mandate was ended
        MandateEnded = "mandate_ended", "Controleopdracht beëindigd";
        /// payments, aid or a hold of a project: proposed
        ProjectProposed = "project_proposed", "Bewaargegevens van een project voorgesteld";
        /// confirmed by another
        ProjectConfirmed = "project_confirmed", "Bewaargegevens van een project bevestigd";
        /// refused, or taken back
        ProjectRefused = "project_refused", "Bewaargegevens van een project niet bevestigd";
        /// erased what need not be kept any more
        RetentionApplied = "retention_applied", "Gewist wat niet meer bewaard moet worden";
        /// backed up from the command line
        BackedUp = "backed_up", "Back-up gemaakt";
        /// put back from a backup, from the command line
        Restored = "restored", "Back-up teruggezet";
        /// logged out everywhere
        SignedOutEverywhere = "signed_out_everywhere", "Overal afgemeld";
        /// own password changed
        PasswordChanged = "password_changed", "Wachtwoord gewijzigd";
        /// wrong password when asked to confirm
        ConfirmationFailed = "confirmation_failed", "Mislukte bevestiging";
        /// second factor added
        FactorAdded = "factor_added", "Tweede stap toegevoegd";
        /// second factor removed
        FactorRemoved = "factor_removed", "Tweede stap verwijderd";
        /// second factors taken away by a manager
        FactorsReset = "factors_reset", "Tweede stap weggenomen";
        /// new recovery codes
        RecoveryCodesMade = "recovery_codes_made", "Herstelcodes gemaakt";
        /// recovery code used
        RecoveryCodeUsed = "recovery_code_used", "Herstelcode gebruikt";
        /// logged out by the provider where the log-in began
        SignedOutByProvider = "signed_out_by_provider", "Afgemeld door de andere dienst";
        /// a log-in outside counts as this person from now on
        IdentityLinked = "identity_linked", "Aanmelding van een andere dienst gekoppeld";
        /// it does not any more
        IdentityUnlinked = "identity_unlinked", "Koppeling met een andere dienst verwijderd";
        /// somebody logged in outside, and is nobody here or may not be let in
        IdentityRefused = "identity_refused", "Aanmelding van een andere dienst geweigerd";
        /// an address for notices confirmed
        MailAddressConfirmed = "mail_address_confirmed", "E-mailadres bevestigd";
        /// the address for notices taken away
        MailAddressRemoved = "mail_address_removed", "E-mailadres verwijderd";
        /// dossiers opened to assigned counsellors only, or to all again
        NarrowingChanged = "narrowing_changed", "Beperking tot toegewezen begeleiders gewijzigd";
        /// asked for a dossier that is not for this person, or not there; which one is not said
        DossierRefused = "dossier_refused", "Dossier niet getoond: geen inzagerecht";
        /// asked for what the own role does not have
        FunctionRefused = "function_refused", "Functie geweigerd: de rol heeft die niet";
        /// looked, searched or downloaded more than a person does
        LimitReached = "limit_reached", "Grens bereikt bij openen, zoeken of downloaden";
        /// sent forms faster than a person does
        FormsTooFast = "forms_too_fast", "Opvallend veel formulieren na elkaar";
        /// logged in at more places than are allowed: the oldest ended
        OldestSessionEnded = "oldest_session_ended", "Oudste aanmelding beëindigd: te veel plaatsen tegelijk";
    }
}

/// Something to be written in the administrative log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEntry {
    /// Which entry; sorts by time.
    pub id: Uuid,
    /// When.
    pub at: Moment,
    /// What happened.
    pub event: AccountEvent,
    /// Who did it; none for the operator at the command line, and for somebody who is not known.
    pub by: Option<PersonId>,
    /// About whom.
    pub subject: Option<PersonId>,
    /// Within which organisation: its manager reads it.
    pub organisation: Option<OrganisationId>,
    /// What changed. Never a secret, never anything of a dossier.
    pub changes: Vec<Change>,
}
