"""Is it alive, is it ready: for container engines, load balancers and whoever is woken at night."""

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import HTTPException

from reviewer import __version__
from reviewer.errors import ReviewerError
from reviewer.integrations.drafts import parse_text
from reviewer.web import problems
from reviewer.web.callers import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """200 while this process answers; restart it where this fails. Nothing else is asked."""
    return jsonify(status="alive", version=__version__)


@blueprint.get("/readyz")
def ready() -> Response:
    """200 while posts can be checked and saved; 503 says what is in the way. Send people elsewhere then."""
    services().store.check()
    verdict = services().checking.check(parse_text("Good morning."))
    return jsonify(status="ready", checks=verdict.ran, reduced=list(verdict.reduced))


blueprint.register_error_handler(ReviewerError, problems.refused)
blueprint.register_error_handler(HTTPException, problems.broken)
blueprint.register_error_handler(Exception, problems.fault)
