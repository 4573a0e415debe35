//! The timeline of 'Klantenportret': where everything stands in the picture. Days go in, places come out, in
//! units of the picture; it knows no page. Nothing overlaps, and nothing stands outside.

use domain::Day;

/// When something was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// From a day on, until another; without an end it lasts.
    Period(Day, Option<Day>),
    /// On a day.
    Point(Day),
    /// Nobody knows.
    Unknown,
}

impl When {
    /// In words, for the table behind the picture.
    pub(crate) fn words(self) -> String {
        match self {
            When::Period(from, Some(until)) => format!("Van {from} tot {until}"),
            When::Period(from, None) => format!("Sinds {from}"),
            When::Point(day) => format!("Op {day}"),
            When::Unknown => "Zonder datum".to_owned(),
        }
    }

    /// The first and the last day it stands on; what lasts stands there until today.
    fn days(self, today: Day) -> Option<(Day, Day)> {
        match self {
            When::Period(from, until) => Some((from, until.unwrap_or(today).max(from))),
            When::Point(day) => Some((day, day)),
            When::Unknown => None,
        }
    }
}

/// Something with its time.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What it is called in the picture.
    pub(crate) label: String,
    /// When it was.
    pub(crate) when: When,
}

/// Things of one kind, which stand under one another.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    /// What they are.
    pub(crate) name: &'static str,
    /// The word for it in the style sheet.
    pub(crate) class: &'static str,
    /// In any order.
    pub(crate) items: Vec<Item>,
}

/// The picture.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Its size.
    pub(crate) width: i32,
    pub(crate) height: i32,
    /// The first and the last year it shows.
    pub(crate) first_year: i16,
    pub(crate) last_year: i16,
    /// Lines where a year begins, with the year.
    pub(crate) years: Vec<Word>,
    /// Where today is, with the word for it.
    pub(crate) today: i32,
    pub(crate) today_word: Word,
    /// Where the lines of years begin.
    pub(crate) top: i32,
    /// One under another.
    pub(crate) lanes: Vec<DrawnLane>,
}

/// A text where it begins, and the line it stands on.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) text: String,
}

/// A lane as drawn.
#[derive(Debug)]
pub(crate) struct DrawnLane {
    pub(crate) class: &'static str,
    pub(crate) name: Word,
    /// How many things it draws.
    pub(crate) bars: Vec<Bar>,
    /// What it leaves out, in words; none when it draws all.
    pub(crate) more: Option<Word>,
}

/// One thing as drawn: a shape with its name above it.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    shape: Shape,
    pub(crate) name: Word,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// It began and ended.
    Block,
    /// It lasts: it points on.
    Arrow,
    /// It happened.
    Diamond,
}

const WIDTH: i32 = 720;
/// Kept free at both sides.
const MARGIN: i32 = 12;
/// Between two things on one row.
const GAP: i32 = 10;
/// Height of a shape, of its name with it, of a lane's name and of what it leaves out.
const BAR: i32 = 12;
const ROW: i32 = 38;
const HEADING: i32 = 28;
const MORE: i32 = 24;
/// Above the lanes: the years, and the word for today.
const HEAD: i32 = 44;
/// Most rows of a lane: more cannot be read.
const MOST_ROWS: usize = 5;
/// Most years: what was before is cut off.
const MOST_YEARS: i16 = 20;
/// Most room for a name.
const MOST_NAME: i32 = 480;
/// Room for a character: no common letter is wider at the size of the style sheet.
const CHARACTER: i32 = 9;
const WIDE_CHARACTER: i32 = 14;

fn room_of(c: char) -> i32 {
    if c.is_ascii() {
        CHARACTER
    } else {
        WIDE_CHARACTER
    }
}

fn room_for(text: &str) -> i32 {
    text.chars().map(room_of).sum()
}

/// A name that is too long ends in three dots.
fn shortened(text: &str) -> String {
    if room_for(text) <= MOST_NAME {
        return text.to_owned();
    }
    let mut left = MOST_NAME - WIDE_CHARACTER;
    let fits = |c: &char| {
        left -= room_of(*c);
        left >= 0
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}…", start.trim_end())
}

/// The years that are shown, and where a day stands among them.
struct Axis {
    first: i16,
    last: i16,
    begin: Day,
    days: i32,
}

impl Axis {
    fn of(lanes: &[Lane], today: Day) -> Option<Self> {
        let all = || lanes.iter().flat_map(|lane| &lane.items);
        let spans: Vec<(Day, Day)> = all().filter_map(|it| it.when.days(today)).collect();
        let last = today.year();
        let earliest = spans.iter().map(|(from, _)| from.year()).min()?;
        let first = earliest.clamp(last - MOST_YEARS + 1, last);
        let begin = Day::new(first, 1, 1)?;
        let end = Day::new(last, 12, 31)?;
        let axis = Axis {
            first,
            last,
            begin,
            days: begin.days_until(end).max(1),
        };
        spans.iter().any(|span| axis.shows(*span)).then_some(axis)
    }

    fn shows(&self, (from, until): (Day, Day)) -> bool {
        until >= self.begin && from.year() <= self.last
    }

    fn place(&self, day: Day) -> i32 {
        let along = self.begin.days_until(day).clamp(0, self.days);
        let width = i64::from(WIDTH - 2 * MARGIN);
        let along = i64::from(along) * width / i64::from(self.days);
        MARGIN + i32::try_from(along).unwrap_or(0)
    }

    fn years(&self) -> Vec<Word> {
        let step = match self.last - self.first + 1 {
            0..=10 => 1,
            _ => 2,
        };
        let steps = usize::try_from(step).unwrap_or(1);
        (self.first..=self.last)
            .step_by(steps)
            .filter_map(|year| {
                Some(Word {
                    x: self.place(Day::new(year, 1, 1)?),
                    y: 16,
                    text: year.to_string(),
                })
            })
            .collect()
    }
}

/// Draws lanes; none when nothing has a day within the years that are shown. What lasts is drawn until today.
pub(crate) fn draw(lanes: &[Lane], today: Day) -> Option<Picture> {
    let axis = Axis::of(lanes, today)?;
    let now = axis.place(today);
    let mut y = HEAD;
    let mut drawn = Vec::new();
    for lane in lanes.iter().filter(|lane| !lane.items.is_empty()) {
        let (lane, height) = draw_lane(lane, &axis, today, y);
        drawn.push(lane);
        y += height;
    }
    let word = "vandaag".to_owned();
    Some(Picture {
        width: WIDTH,
        height: y,
        first_year: axis.first,
        last_year: axis.last,
        years: axis.years(),
        today: now,
        today_word: Word {
            x: within(now, room_for(&word)),
            y: 36,
            text: word,
        },
        top: 22,
        lanes: drawn,
    })
}

/// Where a text begins that belongs at a place: there, or further to the left when it would stand outside.
fn within(x: i32, room: i32) -> i32 {
    x.min(WIDTH - MARGIN - room).max(MARGIN)
}

/// A lane and its height. The latest are drawn first; what finds no row is counted.
fn draw_lane(lane: &Lane, axis: &Axis, today: Day, top: i32) -> (DrawnLane, i32) {
    let mut items: Vec<(&Item, (Day, Day))> = Vec::new();
    for item in &lane.items {
        if let Some(span) = item.when.days(today).filter(|span| axis.shows(*span)) {
            items.push((item, span));
        }
    }
    items.sort_by_key(|(item, (from, until))| {
        let lasts = matches!(item.when, When::Period(_, None));
        std::cmp::Reverse((lasts, *until, *from))
    });
    // What stands on each row already: from where to where.
    let mut rows: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut bars = Vec::new();
    for (item, span) in items {
        let mut bar = shape(item, span, axis);
        let room = room_for(&bar.name.text);
        let from = bar.x.min(bar.name.x);
        let until = (bar.x + bar.width).max(bar.name.x + room);
        let is_free = |row: &Vec<(i32, i32)>| {
            row.iter()
                .all(|(begin, end)| until + GAP <= *begin || end + GAP <= from)
        };
        let place = match rows.iter().position(is_free) {
            Some(place) => place,
            None if rows.len() < MOST_ROWS => {
                rows.push(Vec::new());
                rows.len() - 1
            }
            None => continue,
        };
        if let Some(row) = rows.get_mut(place) {
            row.push((from, until));
        }
        let row_top = top + HEADING + ROW * i32::try_from(place).unwrap_or(0);
        bar.name.y = row_top + 14;
        bar.y = row_top + 20;
        bars.push(bar);
    }
    let used = i32::try_from(rows.len()).unwrap_or(0);
    let bottom = top + HEADING + ROW * used;
    let left_out = lane.items.len() - bars.len();
    let more = (left_out > 0).then(|| Word {
        x: MARGIN,
        y: bottom + 15,
        text: format!("Nog {left_out} niet getekend: zie de tabel."),
    });
    let height = bottom - top + if more.is_some() { MORE } else { 0 };
    let drawn = DrawnLane {
        class: lane.class,
        name: Word {
            x: MARGIN,
            y: top + 18,
            text: lane.name.to_owned(),
        },
        bars,
        more,
    };
    (drawn, height)
}

/// The shape of something, with its name; the row comes later.
fn shape(item: &Item, (from, until): (Day, Day), axis: &Axis) -> Bar {
    let (shape, lasts) = match item.when {
        When::Period(_, None) => (Shape::Arrow, " (loopt nog)"),
        When::Period(..) => (Shape::Block, ""),
        _ => (Shape::Diamond, ""),
    };
    let text = format!("{}{lasts}", shortened(&item.label));
    let (begin, end) = (axis.place(from), axis.place(until));
    let width = (end - begin).max(BAR);
    let x = begin.min(WIDTH - MARGIN - width);
    Bar {
        x,
        y: 0,
        width,
        shape,
        name: Word {
            x: within(x, room_for(&text)),
            y: 0,
            text,
        },
    }
}

impl Bar {
    /// The corners of its shape.
    pub(crate) fn corners(&self) -> String {
        let (left, right) = (self.x, self.x + self.width);
        let (top, bottom) = (self.y, self.y + BAR);
        let middle = top + BAR / 2;
        match self.shape {
            Shape::Block => format!("{left},{top} {right},{top} {right},{bottom} {left},{bottom}"),
            Shape::Arrow => {
                let neck = right - BAR / 2;
                format!(
                    "{left},{top} {neck},{top} {right},{middle} {neck},{bottom} {left},{bottom}"
                )
            }
            Shape::Diamond => {
                let centre = left + self.width / 2;
                format!("{left},{middle} {centre},{top} {right},{middle} {centre},{bottom}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn today() -> Day {
        day("2025-05-28")
    }

    fn period(label: &str, from: &str, until: Option<&str>) -> Item {
        Item {
            label: label.to_owned(),
            when: When::Period(day(from), until.map(day)),
        }
    }

    fn point(label: &str, on: &str) -> Item {
        Item {
            label: label.to_owned(),
            when: When::Point(day(on)),
        }
    }

    fn lane(name: &'static str, items: Vec<Item>) -> Lane {
        Lane {
            name,
            class: "steps",
            items,
        }
    }

    /// What a thing takes up: its shape and its name, from the left top to the right bottom.
    fn extents(picture: &Picture) -> Vec<(i32, i32, i32, i32)> {
        let words = |word: &Word| {
            (
                word.x,
                word.y - 14,
                word.x + room_for(&word.text),
                word.y + 4,
            )
        };
        let mut all: Vec<_> = picture.years.iter().map(words).collect();
        all.push(words(&picture.today_word));
        for lane in &picture.lanes {
            all.push(words(&lane.name));
            all.extend(lane.more.iter().map(words));
            for bar in &lane.bars {
                all.push(words(&bar.name));
                all.push((bar.x, bar.y, bar.x + bar.width, bar.y + BAR));
            }
        }
        all
    }

    fn nothing_overlaps_and_nothing_is_outside(picture: &Picture) {
        let all = extents(picture);
        for (place, one) in all.iter().enumerate() {
            let is_inside = one.0 >= 0
                && one.1 >= 0
                && one.2 <= picture.width
                && one.3 <= picture.height
                && one.0 < one.2;
            assert!(is_inside, "{one:?} in {picture:?}");
            for other in all.iter().skip(place + 1) {
                let is_apart =
                    one.2 <= other.0 || other.2 <= one.0 || one.3 <= other.1 || other.3 <= one.1;
                assert!(is_apart, "{one:?} and {other:?} in {picture:?}");
            }
        }
    }

    #[test]
    fn without_anything_that_has_a_day_there_is_no_picture() {
        let unknown = Item {
            label: "Studie".to_owned(),
            when: When::Unknown,
        };
        let ages_ago = period("Lang geleden", "1970-01-01", Some("1971-01-01"));
        for items in [vec![], vec![unknown], vec![ages_ago]] {
            let lanes = [lane("Studies", items), lane("Werkervaring", vec![])];
            assert!(draw(&lanes, today()).is_none(), "{lanes:?}");
        }
    }

    #[test]
    fn what_lasts_reaches_today_and_what_ended_its_last_day() {
        let lanes = [lane(
            "Begeleidingen",
            vec![
                period("Loopt", "2024-01-01", None),
                period("Voorbij", "2022-01-01", Some("2023-01-01")),
            ],
        )];
        let picture = draw(&lanes, today()).unwrap();
        let [lasts, ended] = picture.lanes[0].bars.as_slice() else {
            panic!("two bars: {picture:?}");
        };
        assert_eq!(lasts.name.text, "Loopt (loopt nog)");
        assert_eq!((lasts.shape, ended.shape), (Shape::Arrow, Shape::Block));
        assert_eq!(lasts.x + lasts.width, picture.today);
        let year = |text: &str| picture.years.iter().find(|it| it.text == text).unwrap().x;
        assert_eq!(ended.x, year("2022"));
        assert_eq!(ended.x + ended.width, year("2023"));
        assert_eq!(lasts.x, year("2024"));
        nothing_overlaps_and_nothing_is_outside(&picture);
    }

    #[test]
    fn what_began_before_the_years_shown_is_cut_off_and_the_years_stay_few() {
        let lanes = [lane(
            "Werkervaring",
            vec![
                period("Al lang", "1990-03-01", None),
                period("Ervoor", "1980-01-01", Some("1989-01-01")),
                point("Gisteren", "2025-05-27"),
            ],
        )];
        let picture = draw(&lanes, today()).unwrap();
        assert_eq!((picture.first_year, picture.last_year), (2006, 2025));
        assert_eq!(picture.years.len(), 10);
        let drawn = &picture.lanes[0];
        assert_eq!(drawn.bars[0].x, MARGIN);
        let more = drawn.more.as_ref().unwrap();
        assert_eq!(more.text, "Nog 1 niet getekend: zie de tabel.");
        nothing_overlaps_and_nothing_is_outside(&picture);
    }

    #[test]
    fn what_is_to_come_stands_in_the_picture_only_within_this_year() {
        let lanes = [lane(
            "Werksituaties",
            vec![
                period("Morgen", "2025-05-29", None),
                period("Tot later", "2025-01-01", Some("2027-01-01")),
                period("Later", "2026-01-01", Some("2027-01-01")),
            ],
        )];
        let picture = draw(&lanes, today()).unwrap();
        assert_eq!(picture.lanes[0].bars.len(), 2);
        assert!(picture.lanes[0].more.is_some());
        nothing_overlaps_and_nothing_is_outside(&picture);
    }

    #[test]
    fn many_lines_stay_readable_and_what_is_left_out_is_counted() {
        let many = (0..30)
            .map(|place| {
                let from = day("2021-01-01").plus_days(place * 40);
                Item {
                    label: format!("Onderwijs onderst alternerend leren EEWG{place:03}"),
                    when: When::Period(from, (place < 28).then(|| from.plus_days(200))),
                }
            })
            .collect();
        let short = (0..30)
            .map(|place| Item {
                label: "A".to_owned(),
                when: When::Point(day("2021-01-01").plus_days(place * 50)),
            })
            .collect();
        let lanes = [lane("Begeleidingen", many), lane("Studies", short)];
        let picture = draw(&lanes, today()).unwrap();
        for drawn in &picture.lanes {
            let left_out = 30 - drawn.bars.len();
            let rows: std::collections::BTreeSet<i32> =
                drawn.bars.iter().map(|bar| bar.y).collect();
            assert!(rows.len() <= MOST_ROWS, "{rows:?}");
            let said = drawn.more.as_ref().map(|it| it.text.clone());
            let expected = format!("Nog {left_out} niet getekend: zie de tabel.");
            assert_eq!(said, (left_out > 0).then_some(expected));
        }
        let lasting = picture.lanes[0].bars.iter();
        let lasting = lasting.filter(|bar| bar.shape == Shape::Arrow).count();
        assert_eq!(lasting, 2, "what lasts is drawn before all else");
        assert!(picture.height < 600, "{}", picture.height);
        nothing_overlaps_and_nothing_is_outside(&picture);
    }

    #[test]
    fn whatever_the_names_and_days_are_nothing_overlaps_and_nothing_is_outside() {
        let names = [
            "Kok",
            "W".repeat(200).as_str(),
            &"\u{1F68C}\u{10348}".repeat(80),
            "A",
            "Uitkeringsgerechtigd volledig werkloos (00)",
        ]
        .map(str::to_owned);
        for seed in 0..40 {
            let items = |lane: i32| {
                (0..12)
                    .map(|place| {
                        let mixed = (seed * 31 + lane * 17 + place * 7) % 97;
                        let from = day("2001-01-01").plus_days(mixed * 95);
                        let label = names[usize::try_from(mixed % 5).unwrap()].clone();
                        let when = match mixed % 3 {
                            0 => When::Point(from),
                            1 => When::Period(from, None),
                            _ => When::Period(from, Some(from.plus_days(mixed * 9))),
                        };
                        Item { label, when }
                    })
                    .collect()
            };
            let lanes = [lane("Een", items(1)), lane("Twee", items(2))];
            let picture = draw(&lanes, today()).unwrap();
            nothing_overlaps_and_nothing_is_outside(&picture);
        }
    }

    #[test]
    fn a_shape_tells_what_ended_what_lasts_and_what_happened() {
        let lanes = [lane(
            "Alles",
            vec![
                period("Een", "2024-01-01", Some("2024-12-31")),
                period("Twee", "2024-01-01", None),
                point("Drie", "2024-06-01"),
            ],
        )];
        let picture = draw(&lanes, today()).unwrap();
        let mut corners: Vec<usize> = picture.lanes[0]
            .bars
            .iter()
            .map(|bar| bar.corners().split(' ').count())
            .collect();
        corners.sort_unstable();
        assert_eq!(corners, [4, 4, 5]);
    }
}
