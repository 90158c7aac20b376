"""Permits, what was published with them, and the keys to check them by."""

import json

from flask import Response

from reviewer.errors import AlreadyRedeemed, NotApproved, NotFound, PermitRefused, WrongState
from reviewer.web import answers, bodies
from reviewer.web.api.surface import TAGS, V1, api, shown
from reviewer.web.callers import Caller, services
from reviewer.web.openapi import Reply

JWKS, JWT = "application/jwk-set+json", "application/jwt"


@api.post(
    f"{V1}/permits",
    answer=answers.IssuedOut,
    status=201,
    scopes=("permit",),
    refusals=(NotFound, NotApproved, WrongState),
)
def issue_permit(caller: Caller, query: bodies.InBrand, body: bodies.PermitRequest) -> answers.IssuedOut:
    """A permit for exactly one variant, good for a quarter of an hour at most.

    For the asking tool; for a person who posts by hand, their own. Without every sign-off the answer
    is 403 `not-approved` and `missing` says what is still wanting. The token is given once and not
    kept: after a lost answer revoke the permit and ask again.
    """
    issued = services().release.issue(caller.actor(query.brand), body.draft, body.content_sha256)
    return answers.IssuedOut.of(issued)


@api.post(
    f"{V1}/permits/redeem",
    answer=answers.RedeemedOut,
    scopes=("permit",),
    refusals=(NotFound, AlreadyRedeemed, PermitRefused),
)
def redeem_permit(caller: Caller, query: bodies.InBrand, body: bodies.RedeemRequest) -> answers.RedeemedOut:
    """Use a permit, once: the answer is exactly what to publish."""
    return answers.RedeemedOut.of(services().release.redeem(caller.actor(query.brand), body.token))


@api.post(
    f"{V1}/permits/<jti>/revoke",
    answer=answers.DraftOut,
    scopes=("permit",),
    refusals=(WrongState,),
    response_headers=TAGS,
)
def revoke_permit(caller: Caller, jti: str, query: bodies.InBrand, body: bodies.ReasonRequest) -> Reply:
    """Take back a permit that was not used: the author, a signing group, or the tool itself."""
    return shown(caller, services().release.revoke(caller.actor(query.brand), jti, body.reason))


@api.post(
    f"{V1}/permits/<jti>/reissue",
    answer=answers.DraftOut,
    refusals=(WrongState,),
    response_headers=TAGS,
)
def allow_reissue(caller: Caller, jti: str, query: bodies.InBrand, body: bodies.ReasonRequest) -> Reply:
    """Leave for one more permit after one that was used and never reported."""
    return shown(caller, services().release.allow_reissue(caller.actor(query.brand), jti, body.reason))


@api.post(
    f"{V1}/publications",
    answer=answers.ReportedOut,
    status=201,
    scopes=("publication:write",),
    refusals=(NotFound, WrongState, PermitRefused),
)
def report_publication(
    caller: Caller, query: bodies.InBrand, body: bodies.PublicationRequest
) -> answers.ReportedOut:
    """Say where a post that was released is public now; send the words that the network shows, if you can.

    The same report twice is one.
    """
    publication = services().release.report(
        caller.actor(query.brand),
        body.jti,
        body.url,
        body.at,
        account=body.account,
        text=body.text,
        content_sha256=body.content_sha256,
    )
    return answers.ReportedOut.of(publication, services().release.receipt(publication))


@api.post(
    f"{V1}/drafts/<draft_id>/posted",
    answer=answers.ReportedOut,
    status=201,
    refusals=(NotApproved, WrongState),
)
def report_by_hand(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.PostedRequest
) -> answers.ReportedOut:
    """ "I posted it": the author gives the link, which uses up a permit."""
    publication = services().release.posted_by_hand(
        caller.actor(query.brand), draft_id, body.content_sha256, body.url, body.at
    )
    return answers.ReportedOut.of(publication, services().release.receipt(publication))


@api.get(f"{V1}/reconciliation", answer=answers.ReconciliationOut, scopes=("audit:read",))
def reconcile(caller: Caller, query: bodies.InBrand) -> answers.ReconciliationOut:
    """What is public, compared with what was signed."""
    brand = caller.brand(query.brand)
    matches = services().publications.reconcile(caller.actor(brand), brand)
    return answers.ReconciliationOut(items=tuple(map(answers.MatchOut.of, matches)))


@api.get("/.well-known/jwks.json", answer=None, gives=JWKS)
def jwks() -> Response:
    """The public keys of permits and of the status list (RFC 7517); two while they rotate."""
    answer = Response(json.dumps(services().release.jwks()), content_type=JWKS)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@api.get("/.well-known/release-status", answer=None, gives=JWT)
def release_status() -> Response:
    """The signed list of revoked permits and hold epochs; good for 60 seconds."""
    answer = Response(services().release.status(), content_type=JWT)
    answer.headers["Cache-Control"] = "public, max-age=5"
    return answer
