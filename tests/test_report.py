"""The report over a period: what was public and not as approved, rarer rights; safe in a spreadsheet."""

# ruff: noqa: F811  # fixtures of another module, asked for by name

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from test_retention import admin, published
from test_service import Desk, base, desk, post, yes  # noqa: F401  # fixtures among them

from reviewer.errors import Invalid, NotAllowed
from reviewer.model import Publication
from reviewer.service.report import Line, Report, Reports, as_csv, day
from reviewer.service.retention import Retention
from reviewer.workflow import OpenEmergency

DAY = timedelta(days=1)


@pytest.fixture
def reports(desk: Desk) -> Reports:
    return Reports(desk.store, lambda: desk.now)


def made(desk: Desk, reports: Reports) -> Report:
    return reports.period(admin(desk, "ada", "auditor"), desk.now - DAY, desk.now + DAY)


def test_the_report_names_what_was_public_what_was_not_as_approved_and_every_rarer_right(
    desk: Desk, reports: Reports
) -> None:
    signed = published(desk, "We open on Monday at nine.")
    view = desk.approved("We open on Tuesday at nine, with coffee and with cake.")
    issued = desk.permits.issue(desk.tool, view.review.id, view.review.draft.digests[0])
    desk.permits.redeem(desk.tool, issued.token)
    changed = "We open on Tuesday at nine, with coffee and with beer."
    desk.permits.report(desk.tool, issued.permit.jti, "https://x.com/acme/2", desk.now, text=changed)
    stray = Publication(
        "p9", "x:acme", "x", "https://x.com/acme/9", desk.now, "monitor", text="=HYPERLINK(1)"
    )
    desk.store.write(lambda tx: tx.add_publication("acme", stray))
    used = desk.approved("Never seen again.")
    permit = desk.permits.issue(desk.tool, used.review.id, used.review.draft.digests[0])
    desk.permits.redeem(desk.tool, permit.token)
    lane = desk.submitted("Somebody is hurt.")
    desk.drafts.act(desk.ada, lane.review.id, OpenEmergency("A fire."))
    desk.now += timedelta(hours=1)

    report = made(desk, reports)

    found = {name: [(line.what, line.who) for line in report.section(name)] for name in SECTIONS_WITH_POSTS}
    assert sorted(what for what, _ in found["public"]) == ["altered", "published", "unsigned"]
    assert found["unsigned"] == [("unsigned", "monitor")]
    assert found["altered"] == [("altered", "Scheduler")]
    assert found["missing"] == [("never_posted", "Scheduler")]
    assert found["emergencies"] == [("opened", "Ada")]
    [line] = [line for line in report.section("public") if line.what == "published"]
    assert (line.draft, line.digest) == (signed.review.id, signed.review.draft.digests[0])
    assert line.signed_by == f"marketing:{desk.ada.id}"
    history = [line.what for line in report.section("roles")]
    assert history.count("brand.founder_added") == 4
    assert "key.made" in history


SECTIONS_WITH_POSTS = ("public", "unsigned", "altered", "missing", "exceptions", "emergencies")


def test_what_was_deleted_stays_in_the_report_as_it_compared(desk: Desk, reports: Reports) -> None:
    published(desk, "We open on Monday at nine.")
    before = made(desk, reports)
    keeping = Retention(desk.store, lambda: desk.now, {})
    keeping.set(admin(desk), "published", 30)
    keeping.run(desk.now + 31 * DAY)

    after = made(desk, reports)

    assert after.section("public") == before.section("public")
    assert after.section("unsigned") == ()


def test_a_period_holds_its_first_day_and_not_the_day_after_its_last(desk: Desk, reports: Reports) -> None:
    published(desk, "We open on Monday at nine.")
    auditor = admin(desk, "ada", "auditor")
    spans = {
        ("2026-03-02", "2026-03-02"): 1,
        ("2026-03-03", "2026-03-04"): 0,
        ("2026-03-01", "2026-03-01"): 0,
    }

    for (first, last), count in spans.items():
        report = reports.period(auditor, day(first), day(last, end=True))
        assert len(report.section("public")) == count, (first, last)
    for wrong in ("2026-02-30", "tomorrow", "2026-3-1x", ""):
        with pytest.raises(Invalid):
            day(wrong)
    with pytest.raises(Invalid):
        reports.period(auditor, day("2026-03-02"), day("2026-03-01"))


def test_the_report_is_for_auditors_and_brand_admins_of_the_brand(desk: Desk, reports: Reports) -> None:
    published(desk, "We open on Monday at nine.")
    for actor in (desk.eve, desk.ada, desk.tool):
        with pytest.raises(NotAllowed):
            reports.period(actor, desk.now - DAY, desk.now + DAY)
    assert made(desk, reports).lines
    desk.people.add_brand(
        replace(desk.people.brand(desk.ada), slug="rival", name="Rival", accounts=frozenset())
    )
    stranger = replace(admin(desk, "ada", "auditor"), brand="rival")
    assert reports.period(stranger, desk.now - DAY, desk.now + DAY).section("public") == ()


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "|calc", "%0", "＝1", "  =1", "\ufeff=1"]
)
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    line = Line("public", at, text, text, text, text, text, text, text, text, text)

    [head, row] = csv.reader(io.StringIO(as_csv(Report("acme", at, at, at, (line,)))))

    assert head[:3] == ["section", "at", "what"]
    assert row[:2] == ["public", "2026-03-02T00:00:00Z"]
    assert all(cell == f"'{text}" for cell in row[2:])
