"""Facts of a review as rows and back, one pair of functions for each noun."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from reviewer.model import (
    Confirmation,
    Dismissal,
    Hold,
    Lift,
    Objection,
    Permit,
    Publication,
    Reissue,
    Reslot,
    SignOff,
    Suggestion,
    Window,
)
from reviewer.store import tables as t
from reviewer.store.codec import variant_from_json, variant_to_json


def confirmation(row: t.Confirmations) -> Confirmation:
    return Confirmation(row.person, row.content_sha256, row.at)


def confirmation_row(said: Confirmation) -> dict[str, Any]:
    return {"person": said.by, "content_sha256": said.content_sha256, "at": said.at}


def sign_off(row: t.SignOffs) -> SignOff:
    return SignOff(
        by=row.person,
        group=row.group_name,
        act=row.act,  # type: ignore[arg-type]  # only written from a SignOff
        content_sha256=row.content_sha256,
        verdict=row.verdict,
        seen=frozenset(row.seen),
        at=row.at,
        window=Window(row.window_start, row.window_end),
        finding=row.finding,
        reason=row.reason,
        terms=row.terms,
    )


def sign_off_row(said: SignOff) -> dict[str, Any]:
    return {
        "person": said.by,
        "group_name": said.group,
        "act": said.act,
        "content_sha256": said.content_sha256,
        "verdict": said.verdict,
        "seen": sorted(said.seen),
        "at": said.at,
        "window_start": said.window.start,
        "window_end": said.window.end,
        "finding": said.finding,
        "reason": said.reason,
        "terms": said.terms,
    }


def objection(row: t.Objections, dismissals: Iterable[t.Dismissals]) -> Objection:
    return Objection(
        id=row.id,
        by=row.person,
        group=row.group_name,
        act=row.act,  # type: ignore[arg-type]  # only written from an Objection
        content_sha256=row.content_sha256,
        comment=row.comment,
        at=row.at,
        draft=row.draft_id,
        near_sha256=row.near_sha256,
        lifted_at=row.lifted_at,
        dismissals=tuple(Dismissal(d.person, d.group_name, d.reason, d.at) for d in dismissals),
    )


def objection_row(said: Objection) -> dict[str, Any]:
    return {
        "id": said.id,
        "person": said.by,
        "group_name": said.group,
        "act": said.act,
        "content_sha256": said.content_sha256,
        "near_sha256": said.near_sha256,
        "comment": said.comment,
        "at": said.at,
        "lifted_at": said.lifted_at,
    }


def dismissal_row(said: Dismissal) -> dict[str, Any]:
    return {"person": said.by, "group_name": said.group, "reason": said.reason, "at": said.at}


def reissue_row(said: Reissue) -> dict[str, Any]:
    return {"person": said.by, "jti": said.jti, "reason": said.reason, "at": said.at}


def permit(row: t.Permits) -> Permit:
    return Permit(
        jti=row.jti,
        content_sha256=row.content_sha256,
        version=row.version,
        audience=row.audience,
        kind=row.kind,  # type: ignore[arg-type]  # only written from a Permit
        channel=row.channel,
        account=row.account,
        window=Window(row.window_start, row.window_end),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        issued_to=row.issued_to,
        policy_sha256=row.policy_sha256,
        standing_sha256=row.standing_sha256,
        variant=variant_from_json(row.variant) if row.variant else None,
        signers=tuple((who, group, datetime.fromisoformat(at)) for who, group, at in row.signers),
        epochs=dict(row.epochs),
        redeemed_at=row.redeemed_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def permit_row(said: Permit) -> dict[str, Any]:
    return {
        "jti": said.jti,
        "content_sha256": said.content_sha256,
        "version": said.version,
        "audience": said.audience,
        "kind": said.kind,
        "channel": said.channel,
        "account": said.account,
        "window_start": said.window.start,
        "window_end": said.window.end,
        "issued_at": said.issued_at,
        "expires_at": said.expires_at,
        "issued_to": said.issued_to,
        "policy_sha256": said.policy_sha256,
        "standing_sha256": said.standing_sha256,
        "variant": variant_to_json(said.variant) if said.variant else None,
        "signers": [[who, group, at.isoformat()] for who, group, at in said.signers],
        "epochs": dict(said.epochs),
        "redeemed_at": said.redeemed_at,
        "revoked_at": said.revoked_at,
        "revoked_by": said.revoked_by,
    }


def publication(row: t.Publications) -> Publication:
    return Publication(
        id=row.id,
        account=row.account,
        channel=row.channel,
        url=row.url,
        at=row.at,
        by=row.person,
        jti=row.jti,
        content_sha256=row.content_sha256,
        text=row.text,
        source=row.source,
    )


def publication_row(said: Publication) -> dict[str, Any]:
    return {
        "id": said.id,
        "account": said.account,
        "channel": said.channel,
        "url": said.url,
        "at": said.at,
        "person": said.by,
        "jti": said.jti,
        "content_sha256": said.content_sha256,
        "text": said.text,
        "source": said.source,
    }


def suggestion(row: t.Suggestions) -> Suggestion:
    return Suggestion(
        id=row.id,
        by=row.person,
        content_sha256=row.content_sha256,
        variant=variant_from_json(row.variant),
        comment=row.comment,
        at=row.at,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
    )


def suggestion_row(said: Suggestion) -> dict[str, Any]:
    return {
        "id": said.id,
        "person": said.by,
        "content_sha256": said.content_sha256,
        "variant": variant_to_json(said.variant),
        "comment": said.comment,
        "at": said.at,
        "accepted_by": said.accepted_by,
        "accepted_at": said.accepted_at,
    }


def reslot(row: t.Reslots) -> Reslot:
    return Reslot(row.person, row.old, row.new, row.at)


def reslot_row(said: Reslot) -> dict[str, Any]:
    return {"person": said.by, "old": said.old, "new": said.new, "at": said.at}


def hold(row: t.Holds, lifts: Iterable[t.Lifts]) -> Hold:
    return Hold(
        row.id,
        row.scope,
        row.reason,
        row.person,
        row.at,
        row.topic,
        tuple(Lift(one.person, one.at) for one in lifts),
    )
