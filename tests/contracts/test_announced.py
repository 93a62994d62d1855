"""Every compacted topic can be announced again by the service that owns it."""

from typer.testing import CliRunner

from shoal.catalog.cli import app
from shoal.catalog.documents import ANNOUNCED, load_registered
from shoal.contracts.topics import TOPICS
from shoal_local.ports import HOST, free_port


def test_every_compacted_topic_is_announced_by_its_producer() -> None:
    announced = {
        topic: service for service, parts in load_registered(ANNOUNCED).items() for topic in parts.topics
    }
    assert announced == {name: topic.producers[0] for name, topic in TOPICS.items() if topic.compacted}


def test_announcing_without_postgresql_ends_with_one_line() -> None:
    nowhere = f"postgresql://nobody@{HOST}:{free_port()}/none"
    result = CliRunner().invoke(app, ["announce", "qa", "--dsn", nowhere])
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: PostgreSQL is unavailable: ")
