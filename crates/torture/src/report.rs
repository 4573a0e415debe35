//! The figures of a run, as they stand in docs/proof.md.

use std::fmt::Write as _;
use std::time::Duration;

use crate::check::Wrong;
use crate::run::{Goes, Run};

/// Gathers the figures, and whether they are as they should be.
pub(crate) struct Report {
    text: String,
    passed: u32,
    failed: u32,
}

impl Report {
    pub(crate) fn new(goes: Goes, seed: u64, run: &Run) -> Self {
        let mut report = Report {
            text: String::new(),
            passed: 0,
            failed: 0,
        };
        report.table("what");
        let ledger = &run.ledger;
        let mut restarts = run.restarts.clone();
        restarts.sort_unstable();
        let restart = |at: usize| restarts.get(at).copied().unwrap_or_default();
        let millis = |it: Duration| format!("{} ms", it.as_millis());
        let what = match goes {
            Goes::Program => "killed",
            Goes::Power => "power cut",
        };
        report.row(&format!("**{what}** (seed {seed})"), run.kills.all());
        for (moment, times) in run.kills.rows() {
            report.row(&format!("- {moment}"), times);
        }
        report.row(
            "of the first starts, killed with a migration under way",
            run.mid_migration,
        );
        report.row("confirmed changes", ledger.confirmed());
        report.row("- sent twice at the same time", ledger.twice);
        report.row(
            "- sent again, since the first time had no answer",
            ledger.again,
        );
        report.row("- of those, confirmed then", ledger.again_confirmed);
        report.row("refused: somebody else was first", ledger.refused());
        report.row(
            "lines ended and cancelled at the same time",
            ledger.contested,
        );
        for (wrong, words) in Wrong::ALL {
            let found = run.findings.of(wrong);
            report.row(&format!("**{words}**"), format!("**{found}**"));
            report.judge(found == 0);
        }
        report.row(
            "restart until it serves, half of them within",
            millis(restart(restarts.len() / 2)),
        );
        report.row(
            "- the longest",
            millis(restart(restarts.len().saturating_sub(1))),
        );
        report.row("seconds in all", format!("{:.0}", run.took.as_secs_f64()));
        // Nobody worked, nothing was shown.
        report.judge(ledger.confirmed() as u64 >= u64::from(run.kills.all()));
        report.text.push('\n');
        report.table("with a guard taken away");
        report
    }

    /// A run without a guard has to find what that guard is for.
    pub(crate) fn control(&mut self, guard: &str, wrong: Wrong, run: &Run) {
        let found = run.findings.of(wrong);
        let words = Wrong::ALL.iter().find(|(known, _)| *known == wrong);
        let words = words.map_or("", |(_, words)| words);
        let (kills, confirmed) = (run.kills.all(), run.ledger.confirmed());
        self.row(
            &format!("`{guard}`, {kills} times, {confirmed} confirmed: {words}"),
            format!("**{found}**"),
        );
        self.judge(found > 0);
    }

    fn table(&mut self, what: &str) {
        let _ = writeln!(self.text, "| {what} | |\n| --- | --- |");
    }

    fn row(&mut self, what: &str, figure: impl std::fmt::Display) {
        let _ = writeln!(self.text, "| {what} | {figure} |");
    }

    fn judge(&mut self, holds: bool) {
        if holds {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    pub(crate) fn markdown(&self) -> &str {
        &self.text
    }

    /// How much was as it should be, and how much was not.
    pub(crate) fn verdict(&self) -> (u32, u32) {
        (self.passed, self.failed)
    }
}
