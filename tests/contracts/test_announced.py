"""Every compacted topic can be announced again by the service that owns it."""

from shoal.catalog.documents import ANNOUNCED, load_registered
from shoal.contracts.topics import TOPICS


def test_every_compacted_topic_is_announced_by_its_producer() -> None:
    announced = {
        topic: service for service, parts in load_registered(ANNOUNCED).items() for topic in parts.topics
    }
    assert announced == {name: topic.producers[0] for name, topic in TOPICS.items() if topic.compacted}
