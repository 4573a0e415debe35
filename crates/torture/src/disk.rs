//! A disk that forgets: when the power is cut, each page of a file that was not flushed is on it or is not, and of
//! the names that were given and taken since a folder was flushed the first ones are, as many as it happens. A page
//! here is smaller than one of the database, so that a page of that can be on it by half. Knows no kernel.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};

use fastrand::Rng;

/// Bytes that reach the disk together.
const PAGE: usize = 4_096;
/// The folder that everything is in.
pub(crate) const ROOT: u64 = 1;

/// What there is under a number.
#[derive(Debug)]
pub(crate) enum Node {
    File(Content),
    Folder,
}

/// What is in a file.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// As it is read.
    now: Vec<u8>,
    /// As it is on the disk, whatever happens.
    safe: Vec<u8>,
    /// Pages that were written since it was flushed.
    dirty: BTreeSet<usize>,
}

type Names = BTreeMap<OsString, u64>;

/// A change of names; a move is one.
#[derive(Clone, Debug)]
struct Renaming {
    taken: Option<(u64, OsString)>,
    given: Option<(u64, OsString, u64)>,
}

/// Why something cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no such name or number.
    Absent,
    /// There is such a name.
    Present,
    /// It is no folder, or no file.
    OtherKind,
    /// There is something in it.
    NotEmpty,
    /// The power is off.
    Off,
}

/// The disk.
#[derive(Debug)]
pub(crate) struct Disk {
    nodes: HashMap<u64, Node>,
    names: HashMap<u64, Names>,
    safe_names: HashMap<u64, Names>,
    /// What happened to names since a folder was flushed.
    log: Vec<Renaming>,
    last: u64,
    is_off: bool,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let names = HashMap::from([(ROOT, Names::new())]);
        Disk {
            nodes: HashMap::from([(ROOT, Node::Folder)]),
            safe_names: names.clone(),
            names,
            log: Vec::new(),
            last: ROOT,
            is_off: false,
        }
    }

    pub(crate) fn node(&self, number: u64) -> Result<&Node, Refused> {
        self.nodes.get(&number).ok_or(Refused::Absent)
    }

    fn content(&mut self, number: u64) -> Result<&mut Content, Refused> {
        if self.is_off {
            return Err(Refused::Off);
        }
        match self.nodes.get_mut(&number) {
            Some(Node::File(content)) => Ok(content),
            Some(Node::Folder) => Err(Refused::OtherKind),
            None => Err(Refused::Absent),
        }
    }

    fn folder(&self, number: u64) -> Result<&Names, Refused> {
        self.names.get(&number).ok_or(Refused::OtherKind)
    }

    /// The names in a folder.
    pub(crate) fn names(&self, folder: u64) -> Result<Vec<(OsString, u64)>, Refused> {
        let names = self.folder(folder)?.iter();
        Ok(names
            .map(|(name, number)| (name.clone(), *number))
            .collect())
    }

    pub(crate) fn find(&self, folder: u64, name: &OsStr) -> Result<u64, Refused> {
        let number = self.folder(folder)?.get(name).copied();
        number.ok_or(Refused::Absent)
    }

    /// A new file or folder.
    pub(crate) fn make(&mut self, folder: u64, name: &OsStr, node: Node) -> Result<u64, Refused> {
        match self.find(folder, name) {
            Err(Refused::Absent) => {}
            Err(refused) => return Err(refused),
            Ok(_) => return Err(Refused::Present),
        }
        self.last += 1;
        let number = self.last;
        if matches!(node, Node::Folder) {
            self.names.insert(number, Names::new());
            self.safe_names.insert(number, Names::new());
        }
        self.nodes.insert(number, node);
        self.rename(Renaming {
            taken: None,
            given: Some((folder, name.to_owned(), number)),
        })?;
        Ok(number)
    }

    /// Takes a name away. Who has it open reads on.
    pub(crate) fn remove(&mut self, folder: u64, name: &OsStr) -> Result<(), Refused> {
        let number = self.find(folder, name)?;
        if self.names.get(&number).is_some_and(|it| !it.is_empty()) {
            return Err(Refused::NotEmpty);
        }
        self.rename(Renaming {
            taken: Some((folder, name.to_owned())),
            given: None,
        })
    }

    /// Gives it another name; what had that is gone.
    pub(crate) fn move_to(
        &mut self,
        (folder, name): (u64, &OsStr),
        (to, new): (u64, &OsStr),
    ) -> Result<(), Refused> {
        let number = self.find(folder, name)?;
        self.folder(to)?;
        self.rename(Renaming {
            taken: Some((folder, name.to_owned())),
            given: Some((to, new.to_owned(), number)),
        })
    }

    fn rename(&mut self, renaming: Renaming) -> Result<(), Refused> {
        if self.is_off {
            return Err(Refused::Off);
        }
        carry_out(&mut self.names, &renaming);
        self.log.push(renaming);
        Ok(())
    }

    pub(crate) fn length(&self, number: u64) -> u64 {
        match self.nodes.get(&number) {
            Some(Node::File(content)) => content.now.len() as u64,
            _ => 0,
        }
    }

    pub(crate) fn read(&mut self, number: u64, from: u64, bytes: usize) -> Result<&[u8], Refused> {
        let content = self.content(number)?;
        let from = place(from).min(content.now.len());
        let until = from.saturating_add(bytes).min(content.now.len());
        Ok(content.now.get(from..until).unwrap_or_default())
    }

    pub(crate) fn write(&mut self, number: u64, from: u64, bytes: &[u8]) -> Result<(), Refused> {
        let content = self.content(number)?;
        let from = place(from);
        let until = from + bytes.len();
        if content.now.len() < until {
            content.now.resize(until, 0);
        }
        if let Some(there) = content.now.get_mut(from..until) {
            there.copy_from_slice(bytes);
        }
        content.dirty.extend(from / PAGE..until.div_ceil(PAGE));
        Ok(())
    }

    pub(crate) fn cut_off(&mut self, number: u64, length: u64) -> Result<(), Refused> {
        let content = self.content(number)?;
        let length = place(length);
        let shorter = content.now.len().min(length);
        content.now.resize(length, 0);
        content.dirty.extend(shorter / PAGE..length.div_ceil(PAGE));
        Ok(())
    }

    /// What is in a file is on the disk from now on. Its name may not be.
    pub(crate) fn flush(&mut self, number: u64) -> Result<(), Refused> {
        let content = self.content(number)?;
        let pages = std::mem::take(&mut content.dirty);
        content.safe.resize(content.now.len(), 0);
        for page in pages {
            content.put(page);
        }
        Ok(())
    }

    /// The names are on the disk from now on. As on file systems with a journal: all that were given before.
    pub(crate) fn flush_names(&mut self) -> Result<(), Refused> {
        if self.is_off {
            return Err(Refused::Off);
        }
        for renaming in std::mem::take(&mut self.log) {
            carry_out(&mut self.safe_names, &renaming);
        }
        Ok(())
    }

    /// Everything is on the disk.
    pub(crate) fn flush_all(&mut self) {
        let numbers: Vec<u64> = self.nodes.keys().copied().collect();
        for number in numbers {
            // A folder has nothing of its own to flush.
            let _ = self.flush(number);
        }
        let _ = self.flush_names();
    }

    /// From now on nothing is done any more.
    pub(crate) fn turn_off(&mut self) {
        self.is_off = true;
    }

    /// Loses what was not flushed, and is on again.
    pub(crate) fn lose(&mut self, rng: &mut Rng) {
        let kept = rng.usize(0..=self.log.len());
        for renaming in self.log.drain(..).take(kept) {
            carry_out(&mut self.safe_names, &renaming);
        }
        self.names = self.safe_names.clone();
        for node in self.nodes.values_mut() {
            if let Node::File(content) = node {
                content.lose(rng);
            }
        }
        self.is_off = false;
    }
}

impl Content {
    /// Puts a page on the disk, as far as the file is long there.
    fn put(&mut self, page: usize) {
        let from = page * PAGE;
        let until = (from + PAGE).min(self.now.len()).min(self.safe.len());
        if let (Some(now), Some(safe)) = (self.now.get(from..until), self.safe.get_mut(from..until))
        {
            safe.copy_from_slice(now);
        }
    }

    fn lose(&mut self, rng: &mut Rng) {
        if rng.bool() {
            self.safe.resize(self.now.len(), 0);
        }
        for page in std::mem::take(&mut self.dirty) {
            if rng.bool() {
                self.put(page);
            }
        }
        self.now.clone_from(&self.safe);
    }
}

fn carry_out(names: &mut HashMap<u64, Names>, renaming: &Renaming) {
    if let Some((folder, name)) = &renaming.taken
        && let Some(names) = names.get_mut(folder)
    {
        names.remove(name);
    }
    if let Some((folder, name, number)) = &renaming.given
        && let Some(names) = names.get_mut(folder)
    {
        names.insert(name.clone(), *number);
    }
}

/// A file here fits in memory.
fn place(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn file(disk: &mut Disk, name: &str) -> u64 {
        let node = Node::File(Content::default());
        disk.make(ROOT, OsStr::new(name), node).unwrap()
    }

    fn text(disk: &mut Disk, number: u64) -> Vec<u8> {
        disk.read(number, 0, 1 << 20).unwrap().to_vec()
    }

    /// The disk after each of many cuts.
    fn cuts(make: impl Fn(&mut Disk) -> u64) -> Vec<Option<Vec<u8>>> {
        (0..200)
            .map(|seed| {
                let mut disk = Disk::new();
                let number = make(&mut disk);
                disk.turn_off();
                assert_eq!(disk.write(number, 0, b"laat"), Err(Refused::Off));
                disk.lose(&mut Rng::with_seed(seed));
                let named = disk.names(ROOT).unwrap();
                let is_named = named.iter().any(|(_, it)| *it == number);
                is_named.then(|| text(&mut disk, number))
            })
            .collect()
    }

    #[test]
    fn what_was_flushed_stays_and_of_the_rest_every_page_may_go() {
        let found = cuts(|disk| {
            let number = file(disk, "a");
            disk.write(number, 0, &[1; 3 * PAGE]).unwrap();
            disk.flush(number).unwrap();
            disk.flush_names().unwrap();
            disk.write(number, PAGE as u64, &[2; 2 * PAGE]).unwrap();
            number
        });
        let mut seen = BTreeSet::new();
        for content in found {
            let content = content.unwrap();
            assert_eq!(content.len(), 3 * PAGE);
            assert_eq!(content[0], 1);
            seen.insert((content[PAGE], content[2 * PAGE]));
        }
        assert_eq!(seen, BTreeSet::from([(1, 1), (1, 2), (2, 1), (2, 2)]));
    }

    #[test]
    fn a_name_that_was_not_flushed_may_go_whatever_is_in_the_file() {
        let found = cuts(|disk| {
            let number = file(disk, "a");
            disk.write(number, 0, b"inhoud").unwrap();
            disk.flush(number).unwrap();
            number
        });
        assert!(found.contains(&None));
        assert!(found.contains(&Some(b"inhoud".to_vec())));
        assert_eq!(
            found.iter().flatten().count() + found.iter().filter(|it| it.is_none()).count(),
            200
        );
    }

    #[test]
    fn names_go_the_last_first_and_a_move_is_whole() {
        for seed in 0..200 {
            let mut disk = Disk::new();
            let old = file(&mut disk, "blijft");
            disk.flush_names().unwrap();
            let new = file(&mut disk, "nieuw");
            let names = (OsStr::new("nieuw"), OsStr::new("blijft"));
            disk.move_to((ROOT, names.0), (ROOT, names.1)).unwrap();
            disk.lose(&mut Rng::with_seed(seed));
            let is_there = disk.find(ROOT, names.1).unwrap();
            let left = disk.find(ROOT, names.0);
            assert!(
                (is_there == old && left != Ok(old)) || (is_there == new && left.is_err()),
                "{is_there} {left:?}"
            );
        }
    }

    #[test]
    fn a_file_that_is_cut_off_may_be_as_long_as_it_was() {
        let found = cuts(|disk| {
            let number = file(disk, "a");
            disk.write(number, 0, &[1; 2 * PAGE]).unwrap();
            disk.flush_all();
            disk.cut_off(number, 10).unwrap();
            number
        });
        let lengths: BTreeSet<usize> = found.into_iter().flatten().map(|it| it.len()).collect();
        assert_eq!(lengths, BTreeSet::from([10, 2 * PAGE]));
    }
}
