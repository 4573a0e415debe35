//! The provider of the settings, put together. Its secret comes from a file that others cannot read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use casework::Oidc;
use domain::oidc::Demands;
use oidc::{Configuration, Provider};

use crate::settings::{Misconfigured, OidcSettings, PublicUrl};

/// Others may not read, and nobody but the owner may change. A group may read: that is how a secret comes
/// into a container.
const FORBIDDEN: u32 = 0o037;

/// The provider, ready to be asked; nothing is asked of it yet.
///
/// # Errors
/// Names the setting that does not do.
pub(crate) fn provider(
    settings: &OidcSettings,
    public_url: &PublicUrl,
) -> Result<Oidc, Misconfigured> {
    let client_secret = settings
        .client_secret_file
        .as_deref()
        .map(secret)
        .transpose()?;
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let provider = Provider::new(Configuration {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        client_secret,
        scopes: words(&settings.scopes),
        acr_values: words(&settings.acr_values),
        max_age_seconds: settings
            .max_age_minutes
            .map(|minutes| i64::from(minutes) * 60),
        ca_file: settings.ca_file.clone(),
        redirect: format!("{public_url}/oidc/terug"),
        after_logout: format!("{public_url}/oidc/afgemeld"),
    })
    .map_err(|error| Misconfigured(error.to_string()))?;
    Ok(Oidc {
        provider,
        name: settings.name.clone(),
        demands: Demands {
            privileged: settings.privileged_claim.clone(),
            second_factor: words(&settings.second_factor),
        },
        client_insz_claim: settings.client_insz_claim.clone(),
    })
}

fn secret(file: &Path) -> Result<String, Misconfigured> {
    let name = file.display();
    let wrong = |why: String| Misconfigured(format!("oidc_client_secret_file, {name}: {why}"));
    let found = fs::metadata(file).map_err(|error| wrong(error.to_string()))?;
    if found.permissions().mode() & FORBIDDEN != 0 {
        return Err(wrong(
            "others than its owner can read or change it: chmod 600".to_owned(),
        ));
    }
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(wrong("it is empty".to_owned()));
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests {
    use testkit::TestFolder;

    use super::*;

    #[test]
    fn the_secret_is_read_from_a_file_that_others_cannot_read() {
        let folder = TestFolder::new();
        let file = folder.path().join("oidc.secret");
        assert!(
            secret(&file)
                .unwrap_err()
                .0
                .contains("oidc_client_secret_file")
        );
        fs::write(&file, "geheim\n").unwrap();
        for (mode, is_fine) in [
            (0o600, true),
            (0o640, true),
            (0o400, true),
            (0o644, false),
            (0o660, false),
            (0o604, false),
        ] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(secret(&file).is_ok(), is_fine, "{mode:o}");
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secret(&file).unwrap(), "geheim");
        fs::write(&file, " \n").unwrap();
        assert!(secret(&file).is_err());
    }
}
