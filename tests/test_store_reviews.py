"""A review comes out of the store as it went in, and nothing that was said can be unsaid."""

import hashlib
from itertools import pairwise

from store_examples import IN_REVIEW, PICTURE, full_life, open_brand, saved

from reviewer.store import Store

PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()


def test_every_stage_of_a_review_comes_back_as_it_was_saved(store: Store) -> None:
    open_brand(store)
    stages = full_life(PICTURE_SHA256)
    store.write(lambda tx: tx.add_review(stages[0], IN_REVIEW))
    for before, after in pairwise(stages):
        assert saved(store, before, after) == after
