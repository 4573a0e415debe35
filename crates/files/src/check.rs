//! Looks at a file before anything is kept: its name, the type it was declared as and its content have to
//! say the same, it has to be whole, and it may be one thing only. No file is opened as its kind here more
//! than is needed for that, and none is read into memory whole.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Seek, SeekFrom};

use domain::documents::{FileFault, FileName, FileType};
use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

/// Most entries of a container.
pub const MOST_ENTRIES: usize = 1_000;
/// Most bytes that a container unpacks to.
pub const MOST_UNPACKED: u64 = 50 * 1024 * 1024;
/// Most dots of a picture.
pub const MOST_DOTS: u64 = 40_000_000;

/// Bytes at the end of a file in which a reader of containers looks for one.
const TAIL: u64 = 22 + 65_535;
/// Bytes at the beginning in which a reader of PDF, or a browser that guesses, looks.
const HEAD: u64 = 1_024;
/// Bytes of the record with which a container ends.
const END: usize = 22;

type Checked<T> = io::Result<Result<T, FileFault>>;

/// Goes on with the value, or answers what is wrong with the file.
macro_rules! sound {
    ($checked:expr) => {
        match $checked {
            Ok(value) => value,
            Err(fault) => return Ok(Err(fault)),
        }
    };
}

/// The kind that the name and the declared media type both say.
pub(crate) fn declared_kind(name: &FileName, declared: &str) -> Result<FileType, FileFault> {
    let kind = FileType::of_name(name.as_str()).ok_or(FileFault::Kind)?;
    let declared = declared.split(';').next().unwrap_or_default().trim();
    // A machine without an office suite does not know these, and its browser then says nothing.
    let says_nothing = matches!(declared, "" | "application/octet-stream")
        && matches!(kind, FileType::Odt | FileType::Docx);
    if says_nothing || declared.eq_ignore_ascii_case(kind.media_type()) {
        Ok(kind)
    } else {
        Err(FileFault::Disguised)
    }
}

/// Whether a file is what it is said to be, whole, and nothing besides. Reads from the first byte on.
///
/// # Errors
/// When the file cannot be read; what is wrong with it is no error.
pub fn check(file: &mut File, kind: FileType) -> io::Result<Result<(), FileFault>> {
    let length = file.seek(SeekFrom::End(0))?;
    let head = part(file, 0, HEAD.min(length))?;
    let tail = part(file, length.saturating_sub(TAIL), TAIL.min(length))?;
    if !begins_as(&head, kind) || is_more_than(&head, kind) {
        return Ok(Err(FileFault::Disguised));
    }
    let ends_a_container = find(&tail, b"PK\x05\x06").is_some();
    match kind {
        FileType::Odt | FileType::Docx => container(file, length, &tail, kind),
        // One of the others that ends as a container would open as both.
        _ if ends_a_container => Ok(Err(FileFault::Disguised)),
        FileType::Pdf => Ok(pdf(&tail)),
        FileType::Png => picture(file, length, png),
        FileType::Jpeg => picture(file, length, jpeg),
    }
}

fn part(file: &mut File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).position(|at| at == sought)
}

fn find_last(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes.windows(sought.len()).rposition(|at| at == sought)
}

fn begins_as(head: &[u8], kind: FileType) -> bool {
    let begin: &[&[u8]] = match kind {
        FileType::Pdf => &[b"%PDF-1.", b"%PDF-2."],
        FileType::Png => &[b"\x89PNG\r\n\x1a\n"],
        FileType::Jpeg => &[b"\xff\xd8\xff"],
        FileType::Odt | FileType::Docx => &[b"PK\x03\x04"],
    };
    begin.iter().any(|begin| head.starts_with(begin))
}

/// Whether the first bytes hold what another reader would take it for: a PDF may begin a little further on,
/// and mark-up is found by whoever guesses.
fn is_more_than(head: &[u8], kind: FileType) -> bool {
    let lower = head.to_ascii_lowercase();
    let markup: [&[u8]; 6] = [
        b"<!doctype",
        b"<html",
        b"<script",
        b"<svg",
        b"<?php",
        b"<body",
    ];
    markup.iter().any(|tag| find(&lower, tag).is_some())
        || (kind != FileType::Pdf && find(&lower, b"%pdf-").is_some())
}

/// A PDF ends with where its table is, and nothing after that.
fn pdf(tail: &[u8]) -> Result<(), FileFault> {
    let end = find_last(tail, b"%%EOF").ok_or(FileFault::Damaged)?;
    let (before, after) = tail.split_at(end);
    let after = after.get(5..).unwrap_or_default();
    if !after
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(FileFault::Disguised);
    }
    let from = before.len().saturating_sub(64);
    let table = before.get(from..).unwrap_or_default();
    match find_last(table, b"startxref") {
        Some(_) => Ok(()),
        None => Err(FileFault::Damaged),
    }
}

/// The structure of a picture, and how large it is.
fn picture(
    file: &mut File,
    length: u64,
    walk: fn(&mut BufReader<&mut File>, u64) -> Checked<()>,
) -> Checked<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(64 * 1024, &mut *file);
    let walked = match walk(&mut reader, length) {
        // It says that there is more than there is.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(FileFault::Damaged),
        other => other?,
    };
    sound!(walked);
    reader.seek(SeekFrom::Start(0))?;
    let Ok(size) = imagesize::reader_size(&mut reader) else {
        return Ok(Err(FileFault::Damaged));
    };
    let (wide, high) = (size.width as u64, size.height as u64);
    Ok(match wide.checked_mul(high) {
        Some(0) => Err(FileFault::Damaged),
        Some(dots) if dots <= MOST_DOTS => Ok(()),
        _ => Err(FileFault::TooManyDots {
            most: MOST_DOTS / 1_000_000,
        }),
    })
}

fn bytes<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// PNG: a row of pieces with their lengths, from the head to the end, and nothing after it.
fn png(reader: &mut BufReader<&mut File>, length: u64) -> Checked<()> {
    let mut at = 8;
    reader.seek_relative(8)?;
    let (mut is_first, mut has_data) = (true, false);
    loop {
        let size = u64::from(u32::from_be_bytes(bytes(reader)?));
        let kind: [u8; 4] = bytes(reader)?;
        // Length, kind, what it holds, sum.
        at += 12 + size;
        let is_head = &kind == b"IHDR";
        if at > length || is_head != is_first || (is_head && size != 13) {
            return Ok(Err(FileFault::Damaged));
        }
        is_first = false;
        has_data |= &kind == b"IDAT";
        if &kind == b"IEND" {
            return Ok(match (has_data, size, at == length) {
                (true, 0, true) => Ok(()),
                (true, 0, false) => Err(FileFault::Disguised),
                _ => Err(FileFault::Damaged),
            });
        }
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Ok(Err(FileFault::Damaged));
        }
        reader.seek_relative(i64::try_from(size).unwrap_or(i64::MAX).saturating_add(4))?;
    }
}

/// JPEG: marked parts from the beginning to the end. What a phone puts behind a picture (a second picture,
/// a short film, its own list) is let through; anything else is not.
fn jpeg(reader: &mut BufReader<&mut File>, length: u64) -> Checked<()> {
    reader.seek_relative(2)?;
    let mut at: u64 = 2;
    let (mut has_frame, mut has_scan) = (false, false);
    loop {
        let [mark, mut kind] = bytes(reader)?;
        at += 2;
        if mark != 0xff {
            return Ok(Err(FileFault::Damaged));
        }
        // Any number of fillers may stand before a mark.
        while kind == 0xff {
            [kind] = bytes(reader)?;
            at += 1;
        }
        match kind {
            0xd9 if has_frame && has_scan => break,
            0xd0..=0xd9 | 0x00 | 0x01 => return Ok(Err(FileFault::Damaged)),
            _ => {}
        }
        let size = u64::from(u16::from_be_bytes(bytes(reader)?));
        if size < 2 || at + size > length {
            return Ok(Err(FileFault::Damaged));
        }
        at += size;
        reader.seek_relative(i64::try_from(size - 2).unwrap_or(i64::MAX))?;
        has_frame |= matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc);
        if kind == 0xda {
            has_scan = true;
            at += past_scan(reader)?;
        }
    }
    let mut rest = [0; 12];
    let behind = length - at;
    if behind == 0 {
        return Ok(Ok(()));
    }
    let known = usize::try_from(behind)
        .unwrap_or(usize::MAX)
        .min(rest.len());
    if let Some(begin) = rest.get_mut(..known) {
        reader.read_exact(begin)?;
    }
    reader.seek(SeekFrom::Start(length.saturating_sub(4)))?;
    let last: [u8; 4] = bytes(reader)?;
    let is_of_phone =
        rest.starts_with(b"\xff\xd8\xff") || rest.get(4..8) == Some(b"ftyp") || &last == b"SEFT";
    Ok(if is_of_phone {
        Ok(())
    } else {
        Err(FileFault::Disguised)
    })
}

/// Reads over the dots of a picture to the next mark that is none of theirs; answers how many bytes.
fn past_scan(reader: &mut BufReader<&mut File>) -> io::Result<u64> {
    let mut passed = 0;
    let mut is_marked = false;
    loop {
        let waiting = reader.fill_buf()?;
        if waiting.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        for (place, byte) in waiting.iter().enumerate() {
            let is_own = !is_marked || matches!(byte, 0x00 | 0xd0..=0xd7 | 0xff);
            if !is_own {
                // Back to the mark, which may stand in what was read before.
                passed += place as u64;
                reader.consume(place);
                reader.seek_relative(-1)?;
                return Ok(passed - 1);
            }
            is_marked = *byte == 0xff;
        }
        let read = waiting.len();
        passed += read as u64;
        reader.consume(read);
    }
}

/// A text document: a container with the right papers, that unpacks to what it says and to no more than
/// anybody writes.
fn container(file: &mut File, length: u64, tail: &[u8], kind: FileType) -> Checked<()> {
    sound!(end_of_container(tail, length));
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let Ok(mut archive) = ZipArchive::with_config(config, BufReader::new(&mut *file)) else {
        return Ok(Err(FileFault::Damaged));
    };
    let said = tail
        .get(tail.len() - END + 10..tail.len() - END + 12)
        .and_then(|count| count.try_into().ok())
        .map_or(0, u16::from_le_bytes);
    // Two entries of one name are one here, and another one elsewhere.
    if archive.len() != usize::from(said) || archive.len() > MOST_ENTRIES {
        return Ok(Err(FileFault::Disguised));
    }
    if !matches!(archive.has_overlapping_files(), Ok(false)) {
        return Ok(Err(FileFault::Unpacks));
    }
    let mut unpacked: u64 = 0;
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else {
            return Ok(Err(FileFault::Damaged));
        };
        let Ok(name) = entry.name().map(|name| name.into_owned()) else {
            return Ok(Err(FileFault::Damaged));
        };
        sound!(entry_name(&name));
        let plain = matches!(
            entry.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        );
        if entry.is_symlink() || entry.encrypted() || !plain {
            return Ok(Err(FileFault::Disguised));
        }
        unpacked = unpacked.saturating_add(entry.size());
        if unpacked > MOST_UNPACKED {
            return Ok(Err(FileFault::Unpacks));
        }
        // What it really unpacks to is counted: what it says may be a lie. The sum is checked with it.
        let said = entry.size();
        let mut counted = entry.take(said + 1);
        match io::copy(&mut counted, &mut io::sink()) {
            Ok(really) if really == said => {}
            Ok(_) => return Ok(Err(FileFault::Unpacks)),
            Err(_) => return Ok(Err(FileFault::Damaged)),
        }
    }
    Ok(match kind {
        FileType::Odt => odt(&mut archive),
        _ => docx(&mut archive),
    })
}

/// A container ends with its record and with nothing behind it, not even a remark.
fn end_of_container(tail: &[u8], length: u64) -> Result<(), FileFault> {
    if length < END as u64 {
        return Err(FileFault::Damaged);
    }
    let Some(end) = find_last(tail, b"PK\x05\x06") else {
        return Err(FileFault::Damaged);
    };
    if end + END != tail.len() || !tail.ends_with(&[0, 0]) {
        return Err(FileFault::Disguised);
    }
    let number = |from: usize| {
        let bytes = tail.get(end + from..end + from + 4)?;
        bytes.try_into().ok().map(u32::from_le_bytes)
    };
    // The list of entries stands right before it: no second container hides in front of this end.
    let list = number(12).zip(number(16));
    let list = list.map(|(size, from)| u64::from(size) + u64::from(from));
    if list != Some(length - END as u64) {
        return Err(FileFault::Disguised);
    }
    let entries = tail.get(end + 10..end + 12);
    let entries = entries.and_then(|count| count.try_into().ok());
    if usize::from(entries.map_or(0, u16::from_le_bytes)) > MOST_ENTRIES {
        return Err(FileFault::Unpacks);
    }
    Ok(())
}

/// Names stay inside, and hold no program that an office suite would run.
fn entry_name(name: &str) -> Result<(), FileFault> {
    let leaves = name.starts_with('/')
        || name.contains(['\\', '\0', ':'])
        || name.split('/').any(|part| part == "..");
    if leaves {
        return Err(FileFault::Disguised);
    }
    let lower = name.to_ascii_lowercase();
    let is_program = lower.ends_with("vbaproject.bin")
        || lower.ends_with("vbadata.xml")
        || lower.starts_with("basic/")
        || lower.starts_with("scripts/")
        || lower.contains("activex/");
    if is_program {
        return Err(FileFault::Program);
    }
    Ok(())
}

/// The beginning of an entry; none when there is no such entry.
fn entry_text<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Option<Vec<u8>> {
    let entry = archive.by_name(name).ok()?;
    let mut text = Vec::new();
    entry.take(1024 * 1024).read_to_end(&mut text).ok()?;
    Some(text)
}

fn odt<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(), FileFault> {
    let is_text = entry_text(archive, "mimetype")
        .is_some_and(|said| said == FileType::Odt.media_type().as_bytes());
    let is_whole = archive.index_for_name("content.xml").is_some()
        && archive.index_for_name("META-INF/manifest.xml").is_some();
    if is_text && is_whole {
        Ok(())
    } else {
        Err(FileFault::Disguised)
    }
}

fn docx<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(), FileFault> {
    const MAIN: &[u8] =
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let types = entry_text(archive, "[Content_Types].xml").unwrap_or_default();
    if find(&types, b"macroEnabled").is_some() {
        return Err(FileFault::Program);
    }
    if find(&types, MAIN).is_some() && archive.index_for_name("word/document.xml").is_some() {
        Ok(())
    } else {
        Err(FileFault::Disguised)
    }
}
