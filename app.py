"""The WSGI application for gunicorn, with its settings from the environment."""

from reviewer.config import load
from reviewer.service import build
from reviewer.web import create_app

app = create_app(build(load()))
