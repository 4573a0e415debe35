//! The disk that forgets, as a folder of this machine (FUSE). Taken away and put back at a cut, so that nothing
//! stays in the caches of the kernel either.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use fastrand::Rng;
use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, MountOption, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request,
    TimeOrNow, WriteFlags,
};

use crate::disk::{Content, Disk, Node, Refused};

/// The kernel asks anew every time.
const AT_ONCE: Duration = Duration::ZERO;
const GENERATION: Generation = Generation(0);
/// Tries to take it away while the kernel still holds something of it.
const TRIES: u32 = 100;

/// A folder on the disk that forgets.
pub(crate) struct Mounted {
    at: PathBuf,
    disk: Shared,
    session: Option<BackgroundSession>,
}

impl Mounted {
    /// At an empty folder.
    pub(crate) fn at(folder: &Path) -> Result<Self> {
        let mut mounted = Mounted {
            at: folder.to_owned(),
            disk: Shared(Arc::new(Mutex::new(Disk::new()))),
            session: None,
        };
        mounted.put_back()?;
        Ok(mounted)
    }

    fn put_back(&mut self) -> Result<()> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("forgets".to_owned())];
        let mounted = fuser::spawn_mount(self.disk.clone(), &self.at, &config);
        let words = "cannot mount a FUSE file system: it needs /dev/fuse and root";
        self.session = Some(mounted.context(words)?);
        Ok(())
    }

    fn take_away(&mut self) -> Result<()> {
        let Some(session) = self.session.take() else {
            return Ok(());
        };
        session.umount_and_join().context("cannot unmount it")
    }

    /// Everything that is there now is on the disk.
    pub(crate) fn flush(&self) {
        self.disk.lock().flush_all();
    }

    /// The power goes, and comes back.
    pub(crate) fn cut(&mut self, rng: &mut Rng) -> Result<()> {
        // What the kernel still writes when it is taken away comes too late.
        self.disk.lock().turn_off();
        self.take_away()?;
        self.disk.lock().lose(rng);
        self.put_back()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        for _ in 0..TRIES {
            if self.take_away().is_ok() {
                return;
            }
            sleep(Duration::from_millis(10));
        }
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Disk>>);

fn errno(refused: Refused) -> Errno {
    match refused {
        Refused::Absent => Errno::ENOENT,
        Refused::Present => Errno::EEXIST,
        Refused::OtherKind => Errno::ENOTDIR,
        Refused::NotEmpty => Errno::ENOTEMPTY,
        Refused::Off => Errno::EIO,
    }
}

fn attributes(disk: &Disk, number: u64) -> Result<FileAttr, Refused> {
    let (kind, perm, size) = match disk.node(number)? {
        Node::File(_) => (FileType::RegularFile, 0o600, disk.length(number)),
        Node::Folder => (FileType::Directory, 0o700, 0),
    };
    let time = SystemTime::UNIX_EPOCH;
    Ok(FileAttr {
        ino: INodeNo(number),
        size,
        blocks: size.div_ceil(512),
        atime: time,
        mtime: time,
        ctime: time,
        crtime: time,
        kind,
        perm,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: 4_096,
        flags: 0,
    })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, reply: ReplyEntry, found: impl FnOnce(&mut Disk) -> Result<u64, Refused>) {
        let mut disk = self.lock();
        let found = found(&mut disk).and_then(|number| attributes(&disk, number));
        match found {
            Ok(attributes) => reply.entry(&AT_ONCE, &attributes, GENERATION),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn done(&self, reply: ReplyEmpty, done: impl FnOnce(&mut Disk) -> Result<(), Refused>) {
        match done(&mut self.lock()) {
            Ok(()) => reply.ok(),
            Err(refused) => reply.error(errno(refused)),
        }
    }
}

impl Filesystem for Shared {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        self.entry(reply, |disk| disk.find(parent.0, name));
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match attributes(&self.lock(), ino.0) {
            Ok(attributes) => reply.attr(&AT_ONCE, &attributes),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut disk = self.lock();
        let cut = size.map_or(Ok(()), |size| disk.cut_off(ino.0, size));
        match cut.and_then(|()| attributes(&disk, ino.0)) {
            Ok(attributes) => reply.attr(&AT_ONCE, &attributes),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        self.entry(reply, |disk| disk.make(parent.0, name, Node::Folder));
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.done(reply, |disk| disk.remove(parent.0, name));
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.done(reply, |disk| disk.remove(parent.0, name));
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        if !flags.is_empty() {
            return reply.error(Errno::EINVAL);
        }
        self.done(reply, |disk| {
            disk.move_to((parent.0, name), (newparent.0, newname))
        });
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // Whoever writes does it through the kernel: what that holds is right.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        _: u32,
        _: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        let mut disk = self.lock();
        let node = Node::File(Content::default());
        let made = disk.make(parent.0, name, node);
        match made.and_then(|number| attributes(&disk, number)) {
            Ok(attributes) => reply.created(
                &AT_ONCE,
                &attributes,
                GENERATION,
                FileHandle(0),
                FopenFlags::FOPEN_KEEP_CACHE,
            ),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let bytes = usize::try_from(size).unwrap_or(usize::MAX);
        match self.lock().read(ino.0, offset, bytes) {
            Ok(bytes) => reply.data(bytes),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.lock().write(ino.0, offset, data) {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(u32::MAX)),
            Err(refused) => reply.error(errno(refused)),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        // Of a handle that is closed: it puts nothing on the disk.
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.done(reply, |disk| disk.flush(ino.0));
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.done(reply, Disk::flush_names);
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let disk = self.lock();
        let names = match disk.names(ino.0) {
            Ok(names) => names,
            Err(refused) => return reply.error(errno(refused)),
        };
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        for (place, (name, number)) in names.into_iter().enumerate().skip(from) {
            let kind = match disk.node(number) {
                Ok(Node::Folder) => FileType::Directory,
                _ => FileType::RegularFile,
            };
            if reply.add(INodeNo(number), place as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let (blocks, free) = (1 << 20, 1 << 19);
        reply.statfs(blocks, free, free, free, free, 4_096, 255, 4_096);
    }
}
