//! Files that are not what they say, or more than that: none is accepted. And the good ones beside them
//! are, so that a check that refuses everything does not pass.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use bytes::Bytes;
use domain::documents::{DocumentLimits, FileFault, FileName, FileType};
use files::{Files, Place};
use futures_util::TryStreamExt as _;
use testkit::TestFolder;
use testkit::papers::{self, DOCX, ODT, container, paper, pdf, png_part};

fn shelf(folder: &TestFolder) -> Files {
    let place = Place::Folder(folder.path().join("documents"));
    let incoming = folder.path().join("incoming");
    Files::open(&place, &incoming, &[7; 32], None, DocumentLimits::default()).unwrap()
}

async fn seen(
    files: &Files,
    name: &str,
    declared: &str,
    content: &[u8],
) -> Result<FileType, FileFault> {
    let mut file = files.spool().unwrap();
    for bit in content.chunks(40_000) {
        file.write(Bytes::copy_from_slice(bit)).await.unwrap();
    }
    let answer = files.inspect(&mut file, FileName::clean(name), declared);
    answer
        .await
        .unwrap()
        .map(|facts| facts.kind)
        .map_err(|(_, fault)| fault)
}

const NAMES: [(FileType, &str); 6] = [
    (FileType::Pdf, "a.pdf"),
    (FileType::Png, "a.png"),
    (FileType::Jpeg, "a.jpg"),
    (FileType::Jpeg, "A.JPEG"),
    (FileType::Odt, "a.odt"),
    (FileType::Docx, "a.docx"),
];

#[tokio::test]
async fn a_good_file_of_every_kind_is_accepted() {
    let folder = TestFolder::new();
    let files = shelf(&folder);
    for (kind, name) in NAMES {
        let found = seen(&files, name, kind.media_type(), &paper(kind)).await;
        assert_eq!(found, Ok(kind), "{name}");
    }
    // A machine without an office suite says nothing of what a text is.
    let found = seen(
        &files,
        "a.odt",
        "application/octet-stream",
        &container(&ODT),
    )
    .await;
    assert_eq!(found, Ok(FileType::Odt));
    // What a phone puts behind a picture.
    let second = [papers::jpeg(), papers::jpeg()].concat();
    let film = [papers::jpeg(), b"\0\0\0\x18ftypmp42".to_vec()].concat();
    for picture in [second, film] {
        let found = seen(&files, "a.jpg", "image/jpeg", &picture).await;
        assert_eq!(found, Ok(FileType::Jpeg));
    }
}

type Case = (String, &'static str, String, Vec<u8>);

fn case(
    all: &mut Vec<Case>,
    what: impl Into<String>,
    name: &str,
    kind: FileType,
    content: Vec<u8>,
) {
    all.push((what.into(), kind.media_type(), name.to_owned(), content));
}

const HTML: &[u8] = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>";
const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

/// Every pair of what a file is and what it says, and every kind that is not accepted.
fn disguised(all: &mut Vec<Case>) {
    for (is, _) in NAMES {
        for (says, name) in NAMES {
            if is != says {
                case(all, format!("{is:?} as {name}"), name, says, paper(is));
            }
        }
    }
    for (says, name) in NAMES {
        case(all, format!("html as {name}"), name, says, HTML.to_vec());
        case(all, format!("svg as {name}"), name, says, SVG.to_vec());
        case(all, format!("nothing as {name}"), name, says, Vec::new());
        case(
            all,
            format!("a program as {name}"),
            name,
            says,
            b"MZ\x90\0\x03".repeat(90),
        );
        case(
            all,
            format!("a gif as {name}"),
            name,
            says,
            b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(),
        );
        for declared in [
            "text/html",
            "image/svg+xml",
            "text/plain",
            "application/zip",
        ] {
            let what = format!("{name} declared as {declared}");
            all.push((what, declared, name.to_owned(), paper(says)));
        }
    }
    for end in [
        "svg", "html", "htm", "xhtml", "xml", "js", "exe", "doc", "docm", "dotm", "xlsx", "zip",
        "php", "mht", "gif", "webp", "tiff", "heic", "txt", "rtf", "csv", "jar", "pdf.exe",
        "pdf.html", "svgz", "odp", "ott", "lnk",
    ] {
        let name = format!("a.{end}");
        case(all, name.clone(), &name, FileType::Pdf, pdf("x"));
    }
}

/// Two things at once, and things with something behind them.
fn double(all: &mut Vec<Case>) {
    let zip = container(&[("a.txt", b"a")]);
    let docx = container(&DOCX);
    let behind: [(&str, &[u8]); 5] = [
        ("html", HTML),
        ("svg", SVG),
        ("a zip", &zip),
        ("a docx", &docx),
        ("a program", b"\x7fELF\x02\x01\x01"),
    ];
    for (what, more) in behind {
        for (kind, name) in NAMES {
            let content = [paper(kind), more.to_vec()].concat();
            case(
                all,
                format!("{name} with {what} behind it"),
                name,
                kind,
                content,
            );
        }
    }
    for (kind, name) in NAMES {
        let before = [b"\n".to_vec(), paper(kind)].concat();
        case(
            all,
            format!("{name} not at its beginning"),
            name,
            kind,
            before,
        );
    }
    let mut page = pdf("<script>alert(1)</script>");
    case(
        all,
        "a pdf that is a page",
        "a.pdf",
        FileType::Pdf,
        page.clone(),
    );
    page.splice(0..0, b"<html>".iter().copied());
    case(all, "a page that is a pdf", "a.pdf", FileType::Pdf, page);
    let inside: [(&str, &[u8]); 1] = [("a.pdf", b"%PDF-1.4 hidden")];
    let both = [&inside[..], &DOCX[..]].concat();
    let mut zip = zip_stored(&both);
    case(
        all,
        "a docx that is a pdf",
        "a.docx",
        FileType::Docx,
        zip.clone(),
    );
    zip.extend(b"x");
    case(
        all,
        "a docx with a byte behind it",
        "a.docx",
        FileType::Docx,
        zip,
    );
}

fn zip_stored(entries: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Broken off at many places.
fn broken(all: &mut Vec<Case>) {
    for (kind, name) in NAMES {
        let whole = paper(kind);
        for part in 1..8 {
            let content = whole[..whole.len() * part / 8].to_vec();
            case(all, format!("{part}/8 of {name}"), name, kind, content);
        }
        let content = whole[..whole.len() - 7].to_vec();
        case(all, format!("{name} without its end"), name, kind, content);
    }
    let no_table = String::from_utf8(pdf("x"))
        .unwrap()
        .replace("startxref", "startxxxx");
    case(
        all,
        "a pdf without a table",
        "a.pdf",
        FileType::Pdf,
        no_table.into_bytes(),
    );
    let png = |parts: &[(&[u8; 4], &[u8])]| {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, holds) in parts {
            png_part(&mut file, kind, holds);
        }
        file
    };
    let head: &[u8] = &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
    let huge: &[u8] = &[0, 1, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0];
    let none: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0];
    let data: &[u8] = &[1, 2, 3];
    for (what, parts) in [
        ("without data", vec![(b"IHDR", head), (b"IEND", &[])]),
        ("without a head", vec![(b"IDAT", data), (b"IEND", &[])]),
        (
            "with two heads",
            vec![
                (b"IHDR", head),
                (b"IHDR", head),
                (b"IDAT", data),
                (b"IEND", &[]),
            ],
        ),
        (
            "far too large",
            vec![(b"IHDR", huge), (b"IDAT", data), (b"IEND", &[])],
        ),
        (
            "of no size",
            vec![(b"IHDR", none), (b"IDAT", data), (b"IEND", &[])],
        ),
        (
            "with odd parts",
            vec![(b"IHDR", head), (b"ID\0T", data), (b"IEND", &[])],
        ),
    ] {
        case(
            all,
            format!("a png {what}"),
            "a.png",
            FileType::Png,
            png(&parts),
        );
    }
}

/// Texts with something in them, or that unpack to more than they say.
fn containers(all: &mut Vec<Case>) {
    let zeros = vec![0; 60 * 1024 * 1024];
    let many: Vec<(String, &[u8])> = (0..1_000)
        .map(|n| (format!("w/{n}.xml"), &b"x"[..]))
        .collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, text)| (name.as_str(), *text))
        .collect();
    for (kind, name, good) in [
        (FileType::Docx, "a.docx", &DOCX[..]),
        (FileType::Odt, "a.odt", &ODT[..]),
    ] {
        let with = |more: &[(&str, &[u8])]| container(&[good, more].concat());
        for entry in [
            "../../evil.xml",
            "word/../../evil.xml",
            "/etc/passwd",
            "C:\\evil.xml",
            "word\\..\\evil.xml",
            "word/vbaProject.bin",
            "word/activeX/activeX1.bin",
            "Basic/Standard/Module1.xml",
            "Scripts/python/evil.py",
        ] {
            case(
                all,
                format!("{name} with {entry}"),
                name,
                kind,
                with(&[(entry, b"x")]),
            );
        }
        case(
            all,
            format!("a bomb as {name}"),
            name,
            kind,
            with(&[("word/big.xml", &zeros)]),
        );
        case(
            all,
            format!("{name} of many entries"),
            name,
            kind,
            with(&many),
        );
        for missing in 0..good.len() {
            let mut parts = good.to_vec();
            let (gone, _) = parts.remove(missing);
            case(
                all,
                format!("{name} without {gone}"),
                name,
                kind,
                container(&parts),
            );
        }
        // The size that stands in the list is a lie.
        let mut liar = with(&[("word/media.xml", &[7; 5_000])]);
        let list = find_last(&liar, b"PK\x01\x02");
        liar[list + 24] ^= 1;
        case(
            all,
            format!("{name} that lies of its size"),
            name,
            kind,
            liar,
        );
        // Two entries of the list are one in the file.
        let mut twice = with(&[("word/one.xml", b"1111"), ("word/two.xml", b"2222")]);
        let list = find_last(&twice, b"PK\x01\x02");
        let before = find_last(&twice[..list], b"PK\x01\x02");
        let place: [u8; 4] = twice[before + 42..before + 46].try_into().unwrap();
        twice[list + 42..list + 46].copy_from_slice(&place);
        case(all, format!("{name} that overlaps"), name, kind, twice);
        // What is packed is changed.
        let mut spoilt = with(&[]);
        let name_length = usize::from(u16::from_le_bytes([spoilt[26], spoilt[27]]));
        let at = 30 + name_length + 3;
        spoilt[at] ^= 0xff;
        case(
            all,
            format!("{name} with a changed byte"),
            name,
            kind,
            spoilt,
        );
        let mut hidden = with(&[]);
        let list = find_last(&hidden, b"PK\x01\x02");
        hidden[list + 8] |= 1;
        case(all, format!("{name} that is locked"), name, kind, hidden);
        let mut link = with(&[("word/link.xml", b"/etc/passwd")]);
        let list = find_last(&link, b"PK\x01\x02");
        // Made on Unix, and a link.
        link[list + 5] = 3;
        link[list + 38..list + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
        case(all, format!("{name} with a link"), name, kind, link);
    }
    let macros = String::from_utf8(DOCX[0].1.to_vec()).unwrap();
    let macros = macros.replace(
        "</Types>",
        "<Default ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/></Types>",
    );
    let parts = [(DOCX[0].0, macros.as_bytes()), DOCX[1]];
    case(
        all,
        "a docm as docx",
        "a.docx",
        FileType::Docx,
        container(&parts),
    );
    let other: [(&str, &[u8]); 3] = [
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.presentation",
        ),
        ODT[1],
        ODT[2],
    ];
    case(
        all,
        "an odp as odt",
        "a.odt",
        FileType::Odt,
        container(&other),
    );
}

fn find_last(bytes: &[u8], sought: &[u8]) -> usize {
    bytes
        .windows(sought.len())
        .rposition(|at| at == sought)
        .unwrap()
}

#[tokio::test]
async fn k048_of_two_hundred_hostile_files_none_is_accepted() {
    let folder = TestFolder::new();
    let files = shelf(&folder);
    let mut all = Vec::new();
    disguised(&mut all);
    double(&mut all);
    broken(&mut all);
    containers(&mut all);
    assert!(all.len() >= 200, "{} files", all.len());
    let mut accepted = Vec::new();
    for (what, declared, name, content) in &all {
        if seen(&files, name, declared, content).await.is_ok() {
            accepted.push(what.clone());
        }
    }
    eprintln!("{} hostile files, {} accepted", all.len(), accepted.len());
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
    // Nothing of them stays behind.
    assert_eq!(
        std::fs::read_dir(folder.path().join("incoming"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(
        std::fs::read_dir(folder.path().join("documents"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_file_of_the_limit_is_accepted_and_one_byte_more_is_not() {
    let folder = TestFolder::new();
    let place = Place::Folder(folder.path().join("documents"));
    let limits = DocumentLimits {
        file_bytes: 100_000,
        ..DocumentLimits::default()
    };
    let files = Files::open(&place, folder.path(), &[7; 32], None, limits).unwrap();
    let of = |bytes: usize| {
        let empty = pdf("").len();
        pdf(&" ".repeat(bytes - empty))
    };
    // The table's place has more digits in a longer file.
    let exact = (99_900..=100_100)
        .map(of)
        .find(|file| file.len() == 100_000);
    let exact = exact.unwrap();
    let kind = FileType::Pdf.media_type();
    assert_eq!(seen(&files, "a.pdf", kind, &exact).await, Ok(FileType::Pdf));
    let mut more = exact;
    more.push(b'\n');
    let refused = seen(&files, "a.pdf", kind, &more).await;
    assert_eq!(refused, Err(FileFault::TooLarge { most_mib: 0 }));
}

#[tokio::test]
async fn what_is_kept_comes_back_and_cannot_be_read_in_the_folder() {
    let folder = TestFolder::new();
    let files = shelf(&folder);
    let content = pdf(&"Vertrouwelijk. ".repeat(30_000));
    let mut file = files.spool().unwrap();
    for bit in content.chunks(7_001) {
        file.write(Bytes::copy_from_slice(bit)).await.unwrap();
    }
    let object = uuid::Uuid::new_v4();
    files.keep(&mut file, object).await.unwrap();
    let read = |files: Files| async move {
        let pieces: Vec<Bytes> = files.read(object).await?.try_collect().await?;
        Ok::<_, files::FilesError>(pieces.concat())
    };
    assert_eq!(read(files.clone()).await.unwrap(), content);
    let name = object.simple().to_string();
    let path = folder.path().join("documents").join(&name[..2]).join(&name);
    let mut kept = std::fs::read(&path).unwrap();
    assert!(!kept.windows(14).any(|at| at == b"Vertrouwelijk."));
    // What somebody changes on the disk is not given back.
    let middle = kept.len() / 2;
    kept[middle] ^= 1;
    std::fs::write(&path, &kept).unwrap();
    assert!(read(files.clone()).await.is_err());
    // What was left half written goes with it.
    let half = path.with_file_name(format!("{name}#1"));
    std::fs::write(&half, b"half").unwrap();
    files.remove(object).await.unwrap();
    assert!(!path.exists() && !half.exists());
    files.remove(object).await.unwrap();
    let gone = read(files).await;
    assert!(matches!(gone, Err(files::FilesError::Damaged(_))));
}
