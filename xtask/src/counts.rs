//! How many tests passed and failed, read from what the test programs print at their end.

/// The three that we run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runner {
    /// `test result: ok. 12 passed; 0 failed; …`, once per program
    CargoTest,
    /// `Summary [ 1.2s] 12 tests run: 11 passed, 1 failed, 0 skipped`
    Nextest,
    /// `12 passed (3.2s)`, `1 failed`, `2 did not run`, each on a line of its own
    Playwright,
}

/// Tests that passed and tests that did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Counts {
    /// Adds what `output` says. A test that was stopped or never got its turn counts as failed.
    pub(crate) fn add(&mut self, runner: Runner, output: &str) {
        for line in output.lines().map(str::trim) {
            let is_total = match runner {
                Runner::CargoTest => line.starts_with("test result:"),
                Runner::Nextest => line.starts_with("Summary ["),
                Runner::Playwright => line.starts_with(|first: char| first.is_ascii_digit()),
            };
            if is_total {
                self.add_line(line);
            }
        }
    }

    fn add_line(&mut self, line: &str) {
        let words: Vec<&str> = line
            .split([' ', ',', ';', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u32>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" | "timed" | "exec" | "did" | "interrupted" | "flaky" => {
                    self.failed += number;
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Runner};

    fn counted(runner: Runner, output: &str) -> (u32, u32) {
        let mut counts = Counts::default();
        counts.add(runner, output);
        (counts.passed, counts.failed)
    }

    #[test]
    fn cargo_test_gives_a_total_per_program() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(counted(Runner::CargoTest, output), (5, 4));
    }

    #[test]
    fn nextest_gives_one_summary() {
        let output = "------------\n     Summary [   1.201s] 9/12 tests run: 6 passed (1 slow), \
            2 failed, 1 timed out, 3 skipped\n        FAIL [   0.1s] store tests::a\n";
        assert_eq!(counted(Runner::Nextest, output), (6, 3));
    }

    #[test]
    fn playwright_counts_a_test_that_never_ran_as_failed() {
        let output = "Running 5 tests using 1 worker\n  1 failed\n    a.spec.js:3:1\n  \
            2 did not run\n  2 passed (3.2s)\n";
        assert_eq!(counted(Runner::Playwright, output), (2, 3));
    }

    #[test]
    fn a_number_in_a_message_is_no_total() {
        assert_eq!(
            counted(Runner::CargoTest, "left: 3 passed, right: 4 failed"),
            (0, 0)
        );
    }
}
