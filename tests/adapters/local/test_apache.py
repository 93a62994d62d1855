"""What Apache Kafka's own tools must be able to read."""

import uuid
from base64 import urlsafe_b64decode

from shoal_local.servers.apache import cluster_id


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    dashed = uuid.UUID(bytes=b"\xfb" + bytes(15))  # base64url writes it as "-w..."
    for drawn in (dashed, uuid.UUID(int=0), uuid.uuid4()):
        written = cluster_id(drawn)
        assert written[0] != "-"
        assert len(written) == 22
        assert len(urlsafe_b64decode(written + "==")) == 16


def test_ids_that_need_no_change_are_the_drawn_ones() -> None:
    drawn = uuid.UUID(bytes=b"\x01" * 16)
    assert urlsafe_b64decode(cluster_id(drawn) + "==") == drawn.bytes
