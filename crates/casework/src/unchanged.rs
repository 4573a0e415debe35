//! What was read a moment ago, for as long as nobody committed anything since (`Stamp`): who is behind a
//! session, and where a dossier stands. What may be done is decided again at every request; only the
//! reading is spared.

use domain::ids::{DossierId, OrganisationId, PersonId};
use domain::people::Actor;
use domain::policy::DossierFacts;
use quick_cache::sync::Cache;
use store::dossiers::Head;
use store::{Stamp, sessions};

/// Sessions that are remembered at most: some 400 bytes each.
const SESSIONS: usize = 1_000;
/// Dossiers by person that are remembered at most: under a kilobyte each.
const DOSSIERS: usize = 2_000;

/// What the facts of a dossier are read for.
type Look = (DossierId, PersonId, Option<OrganisationId>);

/// What was read last.
pub(crate) struct Unchanged {
    sessions: Cache<[u8; 32], (Stamp, sessions::Found)>,
    dossiers: Cache<Look, (Stamp, DossierFacts, Head)>,
}

impl Default for Unchanged {
    fn default() -> Self {
        Unchanged {
            sessions: Cache::new(SESSIONS),
            dossiers: Cache::new(DOSSIERS),
        }
    }
}

fn look(actor: &Actor, dossier: DossierId) -> Look {
    (dossier, actor.person, actor.organisation())
}

impl Unchanged {
    /// The session of a token's digest, when it was read at this stamp.
    pub(crate) fn session(&self, digest: &[u8; 32], at: Stamp) -> Option<sessions::Found> {
        let (stamp, found) = self.sessions.get(digest)?;
        (stamp == at).then_some(found)
    }

    /// Remembers a session that was read after this stamp was taken.
    pub(crate) fn keep_session(&self, digest: [u8; 32], at: Stamp, found: &sessions::Found) {
        self.sessions.insert(digest, (at, found.clone()));
    }

    /// Forgets everything: what was erased must not stay in memory.
    pub(crate) fn clear(&self) {
        self.sessions.clear();
        self.dossiers.clear();
    }

    /// What the policy looks at, and the head, when they were read at this stamp.
    pub(crate) fn dossier(
        &self,
        actor: &Actor,
        dossier: DossierId,
        at: Stamp,
    ) -> Option<(DossierFacts, Head)> {
        let (stamp, facts, head) = self.dossiers.get(&look(actor, dossier))?;
        (stamp == at).then_some((facts, head))
    }

    /// Remembers a dossier that was opened, read after this stamp was taken. Only for who may open it: a
    /// dossier that is refused costs the same whether it is there or not.
    pub(crate) fn keep_dossier(&self, actor: &Actor, at: Stamp, facts: DossierFacts, head: &Head) {
        let look = look(actor, facts.dossier);
        self.dossiers.insert(look, (at, facts, head.clone()));
    }
}
