//! A form with files: the one place where such a form is read. Files go to the disk as they come in, and each
//! is looked at as soon as it is there; nothing is kept yet. A form without files is read like any other.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use casework::Incoming;
use domain::documents::{self as rules, FileFault, FileName, MIB};
use domain::refusal::{Refusal, Refusals};
use multer::{Constraints, Field, Multipart, SizeLimit};

use crate::fields::{Fields, Unreadable};
use crate::{App, fail};

/// Most bytes of one text field in such a form.
const MOST_TEXT: usize = 256 * 1024;
/// Most parts of such a form.
const MOST_PARTS: usize = 100;
/// How long the other side may send nothing.
const SILENCE: Duration = Duration::from_secs(20);
/// How long the whole form may take: ten files over a slow phone.
pub(crate) const WHOLE: Duration = Duration::from_secs(10 * 60);

/// A form with files, read.
pub(crate) struct Upload {
    /// The fields that are no files.
    pub(crate) fields: Fields,
    /// The files that are what they say, in the order they were sent.
    pub(crate) files: Vec<Incoming>,
    /// Why the others are not accepted.
    pub(crate) refused: Refusals,
}

/// Why a form with files could not be read.
enum Broken {
    Form(Unreadable),
    Failure(casework::Failure),
}

impl From<multer::Error> for Broken {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
                Broken::Form(Unreadable::TooLarge)
            }
            _ => Broken::Form(Unreadable::NotAForm),
        }
    }
}

impl From<casework::FilesError> for Broken {
    fn from(error: casework::FilesError) -> Self {
        Broken::Failure(error.into())
    }
}

/// Whether this is a form with files.
pub(crate) fn is_upload(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::POST
        && headers.get(CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes()
                .to_ascii_lowercase()
                .starts_with(b"multipart/form-data")
        })
}

impl Upload {
    /// Reads a form. Call it once it is known that this person may send files here.
    pub(crate) async fn read(app: &App, request: Request) -> Result<Self, Response> {
        let read = if is_upload(request.method(), request.headers()) {
            Upload::with_files(app, request).await
        } else {
            let fields = Fields::read(request).await.map_err(Broken::Form);
            fields.map(|fields| Upload {
                fields,
                files: Vec::new(),
                refused: Refusals::default(),
            })
        };
        read.map_err(|broken| match broken {
            Broken::Form(Unreadable::TooLarge) => {
                let limits = app.casework.files().limits();
                fail::too_many_files(app, limits.files, limits.file_bytes / MIB)
            }
            Broken::Form(unreadable) => fail::unreadable(app, unreadable),
            Broken::Failure(failure) => fail::plain(app, failure),
        })
    }

    async fn with_files(app: &App, request: Request<Body>) -> Result<Self, Broken> {
        let kept = app.casework.files();
        let limits = *kept.limits();
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind)?;
        // Room for every file at its largest, and for the rest of the form.
        let files = u64::try_from(limits.files).unwrap_or(u64::MAX);
        let whole = limits
            .file_bytes
            .saturating_mul(files)
            .saturating_add(2 * MIB);
        let limit = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
        let stream = request.into_body().into_data_stream();
        let mut form = Multipart::with_constraints(stream, boundary, limit);
        let _turn = kept.turn().await?;
        let mut read = Upload {
            fields: Fields::default(),
            files: Vec::new(),
            refused: Refusals::default(),
        };
        let mut sent = 0;
        for _ in 0..=MOST_PARTS {
            let Some(part) = in_time(form.next_field()).await? else {
                read.check_count(sent, limits.files);
                return Ok(read);
            };
            match part.file_name().map(str::to_owned) {
                None => read.text(part).await?,
                // A field for files in which none was chosen is sent without a name.
                Some(name) if name.is_empty() => drain(part).await?,
                Some(name) => {
                    sent += 1;
                    if sent > limits.files {
                        drain(part).await?;
                    } else {
                        read.file(app, part, &name).await?;
                    }
                }
            }
        }
        Err(Broken::Form(Unreadable::NotAForm))
    }

    fn check_count(&mut self, sent: usize, most: usize) {
        if sent > most {
            self.refused.add(Refusal::TooManyFiles { most });
        }
    }

    async fn text(&mut self, mut part: Field<'_>) -> Result<(), Broken> {
        let name = part.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(more) = in_time(part.chunk()).await? {
            if bytes.len() + more.len() > MOST_TEXT {
                return Err(Broken::Form(Unreadable::TooLarge));
            }
            bytes.extend_from_slice(&more);
        }
        let text = String::from_utf8(bytes).map_err(|_| Broken::Form(Unreadable::NotAForm))?;
        if self.fields.holds(&name) {
            return Err(Broken::Form(Unreadable::NotAForm));
        }
        self.fields.add(name, text);
        Ok(())
    }

    async fn file(&mut self, app: &App, mut part: Field<'_>, name: &str) -> Result<(), Broken> {
        let kept = app.casework.files();
        let most = kept.limits().file_bytes;
        let name = FileName::clean(name);
        let declared = part.content_type().map(ToString::to_string);
        let mut file = kept.spool()?;
        while let Some(more) = in_time(part.chunk()).await? {
            if file.bytes() + more.len() as u64 > most {
                // What is left is read and let go, so that the answer reaches who sends.
                drain(part).await?;
                let fault = FileFault::TooLarge {
                    most_mib: most / MIB,
                };
                self.refused.add(rules::refused(&name, fault));
                return Ok(());
            }
            file.write(more).await?;
        }
        let declared = declared.unwrap_or_default();
        match kept.inspect(&mut file, name, &declared).await? {
            Ok(facts) => self.files.push(Incoming { facts, file }),
            Err((name, fault)) => self.refused.add(rules::refused(&name, fault)),
        }
        Ok(())
    }
}

async fn drain(mut part: Field<'_>) -> Result<(), Broken> {
    while in_time(part.chunk()).await?.is_some() {}
    Ok(())
}

/// Who sends nothing for too long is gone.
async fn in_time<T>(next: impl Future<Output = Result<T, multer::Error>>) -> Result<T, Broken> {
    match tokio::time::timeout(SILENCE, next).await {
        Ok(read) => Ok(read?),
        Err(_) => Err(Broken::Form(Unreadable::NotAForm)),
    }
}
