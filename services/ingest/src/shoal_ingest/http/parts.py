"""The parts that the routes need; main assembles them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from shoal.http.application import parts_of
from shoal_ingest.usecases.accept import AcceptInferences
from shoal_ingest.usecases.erase import EraseSamples
from shoal_ingest.usecases.halves.receive_half import ReceiveHalf
from shoal_ingest.usecases.media.find import FindMedia
from shoal_ingest.usecases.media.keep import KeepMedia
from shoal_ingest.usecases.media.show import ShowMedia, SignLinks
from shoal_ingest.usecases.projects import ManageProjects


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The use cases, and the largest sizes of bodies."""

    accept: AcceptInferences
    receive_half: ReceiveHalf
    manage_projects: ManageProjects
    erase_samples: EraseSamples
    keep_media: KeepMedia
    find_media: FindMedia
    sign_links: SignLinks
    show_media: ShowMedia
    max_body_bytes: int
    max_media_bytes: int
    clock: Callable[[], datetime]


Wired = Annotated[Parts, Depends(parts_of)]
