"""The log: one line of JSON for each thing, on the error stream, with ids and never a word of a post.

What breaks is told by its kind and by where it broke. Its message and the values on the way are left out:
a database's message repeats the statement's parameters, which may be somebody's words.
"""

import logging.config
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from reviewer.errors import ReviewerError


def fault(error: BaseException, request_id: str) -> None:
    """Write down what nobody foresaw, under the id that the caller was told."""
    # a refusal of ours is a sentence about rules or settings; any other message may quote a post
    said = {"detail": error.detail} if isinstance(error, ReviewerError) else {}
    structlog.get_logger().error("request.failed", request_id=request_id, **_told(error), **said)


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _without_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What a library logs with a trace keeps the places and loses the message."""
    raised = event.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event.update(_told(error))
    return event


_EVERY_LINE = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    _without_values,
)


def config(level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: our lines and those of the libraries, in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "root": {"level": level.upper(), "handlers": ["lines"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": [], "propagate": True},
            # who asked for what is the proxy's to write
            "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
            # it writes whole addresses, and the address of a webhook is its secret
            "httpx": {"level": "WARNING", "handlers": [], "propagate": True},
            # says how it connects, at each start
            "alembic": {"level": "WARNING", "handlers": [], "propagate": True},
        },
        "handlers": {
            "lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
        },
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": list(_EVERY_LINE),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
    }


def set_up(level: str) -> None:
    """Make this the log of the process; `level` is debug, info, warning or error."""
    logging.config.dictConfig(config(level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_EVERY_LINE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
