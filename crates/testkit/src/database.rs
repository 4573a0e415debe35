//! A real SQLite file of its own for one test, gone when the test is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casework::{Database, Settings};
use uuid::Uuid;

/// A folder that is removed with everything in it when this is dropped.
#[derive(Debug)]
pub struct TestFolder(PathBuf);

impl TestFolder {
    /// An empty folder among the machine's temporary files.
    pub fn new() -> Self {
        let name = format!("klantendossier-test-{}", Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).expect("the temporary folder can be written");
        TestFolder(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for TestFolder {
    fn default() -> Self {
        TestFolder::new()
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        // A folder that stays behind is untidy, not wrong.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The name of the file in its folder.
const FILE: &str = "klantendossier.db";

/// An empty, migrated database in a file of its own. The file goes when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// The database. Before the folder, so that it is closed before the file goes.
    pub database: Arc<Database>,
    folder: TestFolder,
}

impl TestDatabase {
    /// Opens and migrates a new one.
    pub async fn open() -> Self {
        let folder = TestFolder::new();
        let file = folder.path().join(FILE);
        let database = Database::open(&Settings::Sqlite { file })
            .await
            .expect("a new database opens");
        database.migrate().await.expect("a new database migrates");
        TestDatabase {
            database: Arc::new(database),
            folder,
        }
    }

    /// The folder it stands in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file itself.
    pub fn file(&self) -> PathBuf {
        self.folder().join(FILE)
    }
}
