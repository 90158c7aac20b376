"""What is around the posts: their media, which brand one looks at, and the theme."""

from flask import Response, current_app, redirect, request, session, url_for

from reviewer.errors import NotFound
from reviewer.web.login import actor_in
from reviewer.web.pages.frame import THEMES, View, here, pages, services


@pages.get("/media/<sha256>")
def media(sha256: str) -> View:
    """A file of the brand, by its hash."""
    where = here()
    for slug in sorted(where.brands, key=lambda slug: slug != where.brand.slug):
        actor = where.actor if slug == where.brand.slug else actor_in(slug)
        try:
            stored, data = services().media.get(actor, slug, sha256)
        except NotFound:
            continue
        response = Response(data, mimetype=stored.mime)
        response.headers["Cache-Control"] = "private, max-age=86400, immutable"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
    raise NotFound("There is no such file here: upload it.")


@pages.post("/brand")
def switch_brand() -> View:
    """Look at another of one's brands."""
    wanted = request.form.get("brand", "")
    if wanted not in here().brands:
        raise NotFound("You don’t belong to that brand: ask its brand admin.")
    session["brand"] = wanted
    return redirect(url_for("pages.start"), 303)


@pages.post("/theme")
def set_theme() -> View:
    """Light, dark, or as the system says; a cookie, so that it works without script too."""
    wanted = request.form.get("theme", "")
    back = request.referrer or ""
    response = redirect(back if back.startswith(request.host_url) else "/", 303)
    if wanted in THEMES:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        response.set_cookie("theme", wanted, max_age=31_536_000, samesite="Lax", secure=secure)
    else:
        response.delete_cookie("theme")
    return response
