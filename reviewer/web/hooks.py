"""Hooks that other systems call: `/hooks/chat`, a Slack-style slash command that answers with findings."""

import re

from flask import Blueprint, Response, jsonify, request
from slack_sdk.signature import SignatureVerifier
from werkzeug.exceptions import HTTPException

from reviewer import advice
from reviewer.errors import Invalid, NotFound, NotSignedIn, ReviewerError, UnsupportedMedia
from reviewer.integrations import slack_style
from reviewer.integrations.drafts import parse_text
from reviewer.web import problems
from reviewer.web.callers import services
from reviewer.web.openapi import limited_body

MAX_BODY = 700_000
"""Bytes of a form body: a text of 100 kB, percent-encoded, and the other fields."""

blueprint = Blueprint("hooks", __name__)


@blueprint.post("/hooks/chat")
def chat() -> Response:
    """The findings of a text, for the asker alone; nothing of it is kept."""
    body = limited_body(MAX_BODY)
    _check_signature(body)
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMedia("A slash command comes as application/x-www-form-urlencoded.")
    command = slack_style.parse(request.form)
    if not command.text:
        return jsonify(slack_style.say(slack_style.HELP))
    settings = services().settings
    try:
        variant = parse_text(command.text, command.channel)
    except Invalid as error:
        return jsonify(slack_style.say(" ".join(problem.detail for problem in error.problems)))
    verdict = services().checking.check(variant, settings.chat_brand or None)
    told = advice.explain(verdict, variant)
    return jsonify(slack_style.render(told, requires=verdict.requires, link=settings.public_url))


def _check_signature(body: bytes) -> None:
    """Refuse what the chat system did not sign, what is older than five minutes, and what came before.

    Raises:
        NotFound: no signing secret is set, so there is no such hook here.
        NotSignedIn: the signature does not hold.
    """
    secret = services().settings.slack_signing_secret.get_secret_value()
    if not secret:
        raise NotFound("This hook is off: set REVIEWER_SLACK_SIGNING_SECRET.")
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    # the verifier raises on a timestamp that is not a number, and on a signature or body in other letters
    well_formed = re.fullmatch(r"[0-9]{1,12}", timestamp) and re.fullmatch(r"v0=[0-9a-f]{64}", signature)
    if not well_formed or not _is_text(body):
        raise NotSignedIn("The signature of this request is missing or not one.")
    if not SignatureVerifier(secret).is_valid(body, timestamp, signature):
        raise NotSignedIn("The signature does not hold, or the request is older than five minutes.")
    now = services().clock()
    if not services().store.write(lambda tx: tx.first_seen(signature, now)):
        raise NotSignedIn("This request came before: send each one once.")


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@blueprint.after_request
def _named(response: Response) -> Response:
    response.headers["X-Request-ID"] = problems.request_id()
    return response


blueprint.register_error_handler(ReviewerError, problems.refused)
blueprint.register_error_handler(HTTPException, problems.broken)
blueprint.register_error_handler(Exception, problems.fault)
