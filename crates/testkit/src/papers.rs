//! Small files that are what they say, one of each kind that can be added.

use std::io::{Cursor, Write as _};

use casework::{Casework, Incoming};
use domain::documents::{FileName, FileType};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A PDF of one empty page with this text among its facts, so that no two are the same.
pub fn pdf(about: &str) -> Vec<u8> {
    let parts = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned(),
        format!("<< /Title ({about}) >>"),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{part}\nendobj\n", number + 1));
    }
    let table = file.len();
    file.push_str("xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<< /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n{table}\n%%EOF\n"
    ));
    file.into_bytes()
}

/// A PNG of one grey dot.
pub fn png() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    png_part(&mut file, b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    png_part(
        &mut file,
        b"IDAT",
        &[
            0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff, 0, 0x80, 0, 0x82, 0, 0x81,
        ],
    );
    png_part(&mut file, b"IEND", &[]);
    file
}

/// Adds a part to a PNG.
pub fn png_part(file: &mut Vec<u8>, kind: &[u8; 4], holds: &[u8]) {
    let length = u32::try_from(holds.len()).expect("a short part");
    file.extend(length.to_be_bytes());
    let from = file.len();
    file.extend(kind);
    file.extend(holds);
    let sum = crc32(&file[from..]);
    file.extend(sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                (sum >> 1) ^ 0xedb8_8320
            } else {
                sum >> 1
            };
        }
    }
    !sum
}

/// A JPEG of one dot, as far as its parts go.
pub fn jpeg() -> Vec<u8> {
    let mut file = b"\xff\xd8".to_vec();
    file.extend(b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    file.extend(b"\xff\xdb\x00\x43\x00");
    file.extend([1; 64]);
    file.extend(b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00");
    file.extend(b"\xff\xc4\x00\x14\x00");
    file.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.push(0);
    file.extend(b"\xff\xc4\x00\x14\x10");
    file.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.push(0);
    file.extend(b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00");
    file.extend(b"\x3f\xff\x00\x7f\xff\xd9");
    file
}

/// A container with these entries.
pub fn container(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default();
        zip.start_file(*name, options).expect("an entry begins");
        zip.write_all(content).expect("an entry is written");
    }
    zip.finish().expect("the container ends").into_inner()
}

/// The entries of an ODT.
pub const ODT: [(&str, &[u8]); 3] = [
    ("mimetype", b"application/vnd.oasis.opendocument.text"),
    ("content.xml", b"<office:document-content/>"),
    ("META-INF/manifest.xml", b"<manifest:manifest/>"),
];

/// The entries of a DOCX.
pub const DOCX: [(&str, &[u8]); 2] = [
    (
        "[Content_Types].xml",
        b"<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>",
    ),
    ("word/document.xml", b"<w:document/>"),
];

/// A good file of a kind.
pub fn paper(kind: FileType) -> Vec<u8> {
    match kind {
        FileType::Pdf => pdf("Een brief"),
        FileType::Png => png(),
        FileType::Jpeg => jpeg(),
        FileType::Odt => container(&ODT),
        FileType::Docx => container(&DOCX),
    }
}

/// A file as it comes in, looked at and found good.
pub async fn incoming(casework: &Casework, name: &str, content: &[u8]) -> Incoming {
    let name = FileName::clean(name);
    let kind = FileType::of_name(name.as_str()).expect("a kind that can be added");
    let files = casework.files();
    let mut file = files.spool().expect("a file can come in");
    file.write(bytes::Bytes::copy_from_slice(content))
        .await
        .expect("it is written");
    let facts = files
        .inspect(&mut file, name, kind.media_type())
        .await
        .expect("it can be looked at")
        .expect("it is good");
    Incoming { facts, file }
}
