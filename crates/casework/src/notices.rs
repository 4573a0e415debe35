//! 'Meldingen': what has to reach a person, written with the change it tells of.

use async_recursion::async_recursion as boxed;
use domain::people::Actor;
use domain::policy::Operation;
use store::Batch;
use store::notices::{self, Notice};

use crate::{Casework, Failure};

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// S8: the same guidance started at another organisation.
    OngoingElsewhere,
    /// R6: the coach removed the line.
    LineRemoved,
    /// R6: the coach refused to remove the line.
    RemovalRefused,
    /// I2: the organisation may open a dossier.
    GrantGiven,
    /// I2: a request was refused; the note holds the client number as the asker gave it.
    GrantRefused,
    /// I2: the grant goes on longer.
    GrantExtended,
    /// I2: the grant ends soon; the note holds its last day.
    GrantEnds,
    /// I2: the grant is over; the note holds the client number.
    GrantEnded,
    /// Another organisation owns the dossier now.
    DossierTakenOver,
    /// A correction that was asked is granted, or an objection; the note holds the answer.
    CorrectionGranted,
    /// It stays as it is; the note holds the answer.
    CorrectionRefused,
    /// A correction stands next to a line of this person.
    LineCorrected,
    /// Something changed about how the person logs in; the note says what.
    LoginChanged,
    /// A link for a new password was made for somebody with a role outside an organisation; the note says for
    /// whom and by whom.
    PasswordLinkMade,
    /// Somebody logged in as this person in a browser that was not known.
    NewBrowser,
    /// I2: the dossier is assigned to the person.
    DossierAssigned,
    /// I2: the dossier is not assigned to the person any more; the note holds the client number.
    DossierReleased,
    /// Somebody wrote under 'Berichten'.
    MessageReceived,
}

impl NoticeKind {
    /// The code that is stored.
    pub fn code(self) -> &'static str {
        match self {
            NoticeKind::OngoingElsewhere => "ongoing_elsewhere",
            NoticeKind::LineRemoved => "line_removed",
            NoticeKind::RemovalRefused => "removal_refused",
            NoticeKind::GrantGiven => "grant_given",
            NoticeKind::GrantRefused => "grant_refused",
            NoticeKind::GrantExtended => "grant_extended",
            NoticeKind::GrantEnds => "grant_ends",
            NoticeKind::GrantEnded => "grant_ended",
            NoticeKind::DossierTakenOver => "dossier_taken_over",
            NoticeKind::CorrectionGranted => "correction_granted",
            NoticeKind::CorrectionRefused => "correction_refused",
            NoticeKind::LineCorrected => "line_corrected",
            NoticeKind::LoginChanged => "login_changed",
            NoticeKind::PasswordLinkMade => "password_link_made",
            NoticeKind::NewBrowser => "new_browser",
            NoticeKind::DossierAssigned => "dossier_assigned",
            NoticeKind::DossierReleased => "dossier_released",
            NoticeKind::MessageReceived => "message_received",
        }
    }

    /// Reads the stored code.
    pub fn from_code(code: &str) -> Option<Self> {
        [
            NoticeKind::OngoingElsewhere,
            NoticeKind::LineRemoved,
            NoticeKind::RemovalRefused,
            NoticeKind::GrantGiven,
            NoticeKind::GrantRefused,
            NoticeKind::GrantExtended,
            NoticeKind::GrantEnds,
            NoticeKind::GrantEnded,
            NoticeKind::DossierTakenOver,
            NoticeKind::CorrectionGranted,
            NoticeKind::CorrectionRefused,
            NoticeKind::LineCorrected,
            NoticeKind::LoginChanged,
            NoticeKind::PasswordLinkMade,
            NoticeKind::NewBrowser,
            NoticeKind::DossierAssigned,
            NoticeKind::DossierReleased,
            NoticeKind::MessageReceived,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}

impl Casework {
    /// The notices of the person, the last first.
    #[boxed]
    pub async fn notices(&self, actor: &Actor) -> Result<Vec<Notice>, Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut reader = self.database.reader().await?;
        Ok(notices::list(&mut reader, actor.person).await?)
    }

    /// How many fresh notices the person has not seen.
    #[boxed]
    pub async fn unread_notices(&self, actor: &Actor) -> Result<u32, Failure> {
        let since = self.now().plus_seconds(-self.limits.notice_days * 86_400);
        let mut reader = self.database.reader_for_one().await?;
        Ok(notices::unread(&mut reader, actor.person, since).await?)
    }

    /// Marks the notices of the person as seen.
    #[boxed]
    pub async fn mark_notices_read(&self, actor: &Actor) -> Result<(), Failure> {
        domain::policy::permit(actor, Operation::OwnAccount)?;
        let mut batch = Batch::new();
        notices::mark_read(&mut batch, actor.person, self.now());
        Ok(self.database.commit(batch).await?)
    }
}
