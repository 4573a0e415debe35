//! The integration trajectory and the courses of Dutch.

use domain::integration::{Course, CourseResult, Nt2Level, Trajectory, TrajectoryStatus};
use domain::policy::{Access, Read, Write};
use domain::text::Label;

use crate::engine::{Batch, Statement};
use crate::{Reader, StoreError, guard, known, parsed, statements};

statements! {
    TRAJECTORIES = "integration.trajectories",
        "SELECT as_of, contract, attest, status FROM integration_status WHERE dossier_id = ?1";
    PUT_TRAJECTORY = "integration.put_trajectory",
        "INSERT INTO integration_status (dossier_id, as_of, contract, attest, status)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (dossier_id, as_of) DO UPDATE SET contract = excluded.contract,
             attest = excluded.attest, status = excluded.status";
    COURSES = "integration.courses",
        "SELECT level, provider, from_day, until_day, result FROM nt2_course WHERE dossier_id = ?1";
    PUT_COURSE = "integration.put_course",
        "INSERT INTO nt2_course (dossier_id, level, from_day, provider, until_day, result)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (dossier_id, level, from_day, provider) DO UPDATE SET
             until_day = excluded.until_day, result = excluded.result";
}

/// What the source told of the trajectory, the latest first.
pub async fn trajectories(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Trajectory>, StoreError> {
    let mut found = reader
        .all(&TRAJECTORIES, &[access.dossier().0.into()], |row| {
            Ok(Trajectory {
                as_of: row.day(0)?,
                contract: row.bool(1)?,
                attest: row.bool(2)?,
                status: parsed(&TRAJECTORIES, "status", row.opt_text(3)?, |code| {
                    TrajectoryStatus::from_code(code).ok_or(())
                })?,
            })
        })
        .await?;
    found.sort_by_key(|it| std::cmp::Reverse(it.as_of));
    Ok(found)
}

/// The courses of Dutch, the last one first.
pub async fn courses(
    reader: &mut Reader,
    access: &Access<Read>,
) -> Result<Vec<Course>, StoreError> {
    let mut found = reader
        .all(&COURSES, &[access.dossier().0.into()], |row| {
            Ok(Course {
                level: known(&COURSES, "level", Nt2Level::from_code(row.text_ref(0)?))?,
                provider: known(&COURSES, "provider", Label::parse(row.text_ref(1)?).ok())?,
                from: row.day(2)?,
                until: row.opt_day(3)?,
                result: parsed(&COURSES, "result", row.opt_text(4)?, |code| {
                    CourseResult::from_code(code).ok_or(())
                })?,
            })
        })
        .await?;
    found.sort_by_key(|it| std::cmp::Reverse((it.from, it.level.code())));
    Ok(found)
}

/// Stores what the source tells of the trajectory on a day.
pub fn put_trajectory(batch: &mut Batch, access: &Access<Write>, trajectory: &Trajectory) {
    let params = [
        access.dossier().0.into(),
        trajectory.as_of.into(),
        trajectory.contract.into(),
        trajectory.attest.into(),
        trajectory.status.map(|it| it.code().to_owned()).into(),
    ];
    batch.push(Statement::new(&PUT_TRAJECTORY, params).one(guard::ROW));
}

/// Stores what the source tells of a course.
pub fn put_course(batch: &mut Batch, access: &Access<Write>, course: &Course) {
    let params = [
        access.dossier().0.into(),
        course.level.code().into(),
        course.from.into(),
        course.provider.as_str().into(),
        course.until.into(),
        course.result.map(|it| it.code().to_owned()).into(),
    ];
    batch.push(Statement::new(&PUT_COURSE, params).one(guard::ROW));
}
