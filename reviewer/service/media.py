"""Media: hashed on arrival, kept by brand, shown again by their hash."""

from reviewer.errors import NotAllowed, NotFound, TooLarge, UnsupportedMedia
from reviewer.model import Actor, Event
from reviewer.service.drafts import Clock
from reviewer.store import Store, StoredMedia, Tx

LARGEST = 20 * 1024 * 1024
"""Bytes of one upload. Networks take more for video; those go by the tool, with their hash."""

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
)
"""(offset, bytes, media type), from the formats' own specifications. What a file says it is does not
count: only these are shown back to a browser."""


class MediaStore:
    """Uploads and what is shown of them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def put(self, actor: Actor, brand_slug: str, data: bytes) -> StoredMedia:
        """Keep a file; the same bytes twice are one file."""
        if len(data) > LARGEST:
            raise TooLarge(f"A file may have {LARGEST // 1024 // 1024} MB: make it smaller.")
        mime = next((m for at, magic, m in SIGNATURES if data[at : at + len(magic)] == magic), None)
        if mime is None:
            raise UnsupportedMedia("Only PNG, JPEG, GIF, WebP, MP4 and PDF can be kept: convert the file.")

        def run(tx: Tx) -> StoredMedia:
            brand, now = tx.brand(brand_slug), self._clock()
            belongs = actor.id in brand.people or "draft:write" in actor.scopes
            if actor.brand != brand_slug or not belongs:
                raise NotAllowed(f"You don't belong to {brand.name}: ask its brand admin to add you.")
            stored = tx.put_media(brand_slug, data, mime, now)
            subject = ("media", stored.sha256)
            tx.append(Event(now, brand_slug, actor.id, "media.uploaded", subject, (stored.sha256,)))
            return stored

        return self._store.write(run)

    def get(self, actor: Actor, brand_slug: str, sha256: str) -> tuple[StoredMedia, bytes]:
        """A stored file of the brand, for people and tools that belong to it."""
        with self._store.read() as tx:
            belongs = actor.brand == brand_slug and (actor.service or actor.id in tx.brand(brand_slug).people)
            if not belongs:
                raise NotFound("There is no such file here: upload it first.")
            return tx.media(brand_slug, sha256)
