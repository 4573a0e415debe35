//! `retention`: counts what need not be kept any more, and erases it when it is told to, with the number
//! that was counted.

use std::fmt::Write as _;

use anyhow::{Context as _, anyhow, bail};
use casework::Casework;
use domain::retention::{Base, Findings, Kind, Rule};

use crate::arguments::Retention;
use crate::operator::say;

/// Counts, or erases.
///
/// # Errors
/// In one line, why not. What was erased before it stopped is erased; the next run goes on.
pub(crate) async fn run(casework: &Casework, wish: &Retention) -> anyhow::Result<()> {
    let (Some(confirmed), Some(by)) = (wish.confirm, &wish.by) else {
        let found = casework
            .retention_dry_run()
            .await
            .map_err(|failure| anyhow!("cannot count: {failure:?}"))?;
        keep(wish, &found)?;
        let mut text = table(casework, &found, "due", "nothing is erased by counting");
        if found.total() > 0 {
            let total = found.total();
            let _ = writeln!(
                text,
                "\nto erase them: klantendossier retention --apply --confirm {total} --by USER"
            );
        }
        return say(&text);
    };
    let actor = casework.actor_named(by).await?;
    let erased = match casework.apply_retention(&actor, confirmed).await {
        Ok(erased) => erased,
        Err(casework::RetentionRefused::Failed(casework::Failure::Denied(_))) => {
            bail!("not done: {by} is no system manager")
        }
        Err(refused) => bail!("{refused}"),
    };
    keep(wish, &erased)?;
    say(&table(
        casework,
        &erased,
        "erased",
        "counted again by the next dry run",
    ))?;
    let anew = casework.write_database_anew().await;
    match anew
        .map_err(|failure| anyhow!("erased, but the file was not written anew: {failure:?}"))?
    {
        true => say("\nthe database file was written anew: nothing of it is left there\n"),
        false => say(
            "\non a server the space is reused by and by; for nothing of it to be left there now, its \
             owner runs VACUUM FULL (docs/retention.md)\n",
        ),
    }
}

fn keep(wish: &Retention, found: &Findings) -> anyhow::Result<()> {
    let Some(file) = &wish.json else {
        return Ok(());
    };
    let text = serde_json::to_string_pretty(found).context("cannot write the report")?;
    std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

fn table(casework: &Casework, found: &Findings, what: &str, remark: &str) -> String {
    let mut text = format!("{}: {remark}\n\n", found.at.brussels_text());
    let _ = writeln!(text, "  {:<14} {what:>10}  {:<10}  rule", "kind", "oldest");
    for due in &found.due {
        let rule = Kind::from_code(&due.kind)
            .and_then(|kind| casework.retention_rules().iter().find(|it| it.kind == kind));
        let _ = writeln!(
            text,
            "  {:<14} {:>10}  {:<10}  {}",
            due.kind,
            due.count,
            due.oldest
                .map_or_else(|| "-".to_owned(), |day| day.to_string()),
            rule.map(described).unwrap_or_default()
        );
    }
    let _ = writeln!(text, "  {:<14} {:>10}", "total", found.total());
    for (projects, why) in [
        (
            &found.kept_projects,
            "no last payment is known, so all is kept",
        ),
        (&found.held_projects, "under a hold, so all is kept"),
    ] {
        if !projects.is_empty() {
            let _ = writeln!(text, "\n{}: {why}", projects.join(", "));
        }
    }
    text
}

fn described(rule: &Rule) -> String {
    let months = rule.months.unwrap_or_default();
    let hold = if rule.hold {
        ", unless its project is under a hold"
    } else {
        ""
    };
    match rule.from {
        Base::LastPayment => {
            format!("the regime of the project, from its last payment{hold}")
        }
        Base::Final => format!("{months} months from when the line became final{hold}"),
        Base::Happened => format!("{months} months from when it happened or ended{hold}"),
        Base::NothingLeft => {
            format!("{months} months from the last that happened, when nothing else is kept{hold}")
        }
    }
}
