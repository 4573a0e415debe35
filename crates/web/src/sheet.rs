//! A file for a spreadsheet: values parted by semicolons, as Excel opens them here, with the mark that
//! says UTF-8. A cell that a spreadsheet would take for a formula is made a text.

/// The mark at the beginning by which Excel knows UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// What a formula can begin with, also in the wide forms that some spreadsheets read as the same.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A file that is being written.
pub(crate) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    failed: bool,
}

impl Sheet {
    /// A file with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .terminator(csv::Terminator::CRLF)
            .from_writer(MARK.to_vec());
        let mut sheet = Sheet {
            writer,
            failed: false,
        };
        sheet.row(headings);
        sheet
    }

    /// Adds a row, as long as the headings.
    pub(crate) fn row(&mut self, cells: &[&str]) {
        let cells = cells.iter().map(|cell| safe(cell));
        self.failed |= self.writer.write_record(cells).is_err();
    }

    /// The whole file; none when a row had another length.
    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        if self.failed {
            return None;
        }
        self.writer.into_inner().ok()
    }
}

/// A cell that no spreadsheet reads as anything but text. What a formula begins with may stand behind
/// spaces and control characters, which some programs leave out; those go, and an apostrophe comes before.
fn safe(cell: &str) -> String {
    let plain: String = cell
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let is_formula = plain.trim_start().starts_with(FORMULA);
    // A plain negative number stays one.
    if is_formula && plain.trim().parse::<i64>().is_err() || plain.starts_with('+') {
        return format!("'{}", plain.trim_start());
    }
    plain
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_back(bytes: &[u8]) -> Vec<Vec<String>> {
        let text = bytes.strip_prefix(MARK).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .from_reader(text);
        reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn what_would_be_a_formula_is_a_text() {
        for formula in [
            "=HYPERLINK(\"http://x\")",
            "+1+1",
            "-1+cmd|' /C calc'!A0",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "  =1",
            "\u{0}=1",
            "＝1",
            "\u{a0}=1",
        ] {
            let safe = safe(formula);
            assert!(safe.starts_with('\''), "{formula:?}: {safe:?}");
        }
        for plain in ["12", "-12", "verborgen", "Kaai - 1", "", "a=b"] {
            assert_eq!(safe(plain), plain);
        }
    }

    #[test]
    fn a_file_begins_with_its_mark_and_quotes_what_it_must() {
        let mut sheet = Sheet::new(&["Naam", "Aantal"]);
        sheet.row(&["Leerhuis; 'De \"Brug\"'", "12"]);
        let bytes = sheet.into_bytes().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "\u{feff}Naam;Aantal\r\n\"Leerhuis; 'De \"\"Brug\"\"'\";12\r\n"
        );
    }

    proptest! {
        /// K007: read back, no cell begins with what a formula begins with, nor holds a line of its own.
        #[test]
        fn no_cell_is_a_formula(cells in proptest::collection::vec("[ \\t\\r\\n\\x00=+@;\",'a-c0-9＝-]{0,12}", 2)) {
            let mut sheet = Sheet::new(&["a", "b"]);
            sheet.row(&[&cells[0], &cells[1]]);
            let rows = read_back(&sheet.into_bytes().unwrap());
            prop_assert_eq!(rows.len(), 2);
            for cell in &rows[1] {
                let first = cell.trim_start().chars().next();
                let number = cell.trim().parse::<i64>().is_ok();
                prop_assert!(number || !first.is_some_and(|c| FORMULA.contains(&c)), "{:?}", cell);
                prop_assert!(!cell.chars().any(char::is_control));
            }
        }
    }
}
