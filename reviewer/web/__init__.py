"""The web: pages for people, the JSON API for tools, hooks for chat, in one Flask application.

    app = create_app(build(load()))
"""

from reviewer.web.factory import Demo, DemoPerson, create_app

__all__ = ["Demo", "DemoPerson", "create_app"]
