"""The WSGI application for gunicorn, with its settings from the environment."""

from reviewer.config import load
from reviewer.service import build
from reviewer.web import create_app, logs

settings = load()
logs.set_up(settings.log_level)
app = create_app(build(settings))
