"""Topics as they are asked of the broker."""

from shoal.contracts.topics import TOPICS
from shoal.messaging.clients.provisioning import new_topics


def test_every_topic_and_dead_letter_topic_is_made_once() -> None:
    created = {topic.name: topic for topic in new_topics(TOPICS.values(), 3)}
    names = set(TOPICS) | {name for topic in TOPICS.values() for name in topic.dead_letters}
    assert created.keys() == names
    assert all(topic.replication_factor == 3 for topic in created.values())


def test_compacted_topics_keep_the_last_of_each_key_for_ever() -> None:
    for topic in new_topics(TOPICS.values(), 1):
        compacted = topic.name in TOPICS and TOPICS[topic.name].compacted
        assert topic.topic_configs["cleanup.policy"] == ("compact" if compacted else "delete")
        assert ("retention.ms" in topic.topic_configs) is not compacted


def test_a_dead_letter_has_room_for_the_largest_record() -> None:
    limits = {
        topic.name: int(topic.topic_configs["max.message.bytes"]) for topic in new_topics(TOPICS.values(), 1)
    }
    for topic in TOPICS.values():
        assert all(limits[name] > limits[topic.name] for name in topic.dead_letters)


def test_a_record_counts_as_written_on_two_of_three_replicas() -> None:
    for topic in new_topics(TOPICS.values(), 3):
        assert topic.topic_configs["min.insync.replicas"] == "2"
    for topic in new_topics(TOPICS.values(), 2):  # where two were needed, none might be away
        assert "min.insync.replicas" not in topic.topic_configs
