"""Keys and roles."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from shoal.contracts.projects import ApiKey, ProjectChanged
from shoal.security import Denied, ProjectDirectory, hash_key, new_key
from shoal.security.access import ALL_ROLES, Access

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def directory_with(key: str, *roles: str) -> ProjectDirectory:
    directory = ProjectDirectory()
    stored = ApiKey(key_id="k", sha256=hash_key(key), roles=roles)  # type: ignore[arg-type]
    directory.put(ProjectChanged(project="news", keys=(stored,), changed_at=MOMENT))
    return directory


async def test_without_an_admin_key_no_request_needs_a_key() -> None:
    assert (await Access(None, None).principal(None)).roles == ALL_ROLES


async def test_a_key_gives_its_project_and_roles() -> None:
    key = new_key()
    principal = await Access(directory_with(key, "producer"), SecretStr("admin")).principal(f"Bearer {key}")
    assert (principal.project, principal.roles) == ("news", {"producer"})


@pytest.mark.parametrize("header", [None, "", "Basic x", "Bearer", "Bearer wrong"])
async def test_without_a_known_key(header: str | None) -> None:
    with pytest.raises(Denied) as denied:
        await Access(directory_with(new_key(), "producer"), SecretStr("admin")).principal(header)
    assert denied.value.status == 401


async def test_the_admin_key_may_do_everything() -> None:
    principal = await Access(None, SecretStr("admin")).principal("bearer admin")
    assert (principal.project, principal.roles) == (None, ALL_ROLES)


@pytest.mark.parametrize("key", ["the first key", "the second key"])
async def test_both_admin_keys_are_accepted_while_the_key_is_changed(key: str) -> None:
    access = Access(None, SecretStr("the first key"), second_key=SecretStr("the second key"))
    assert (await access.principal(f"Bearer {key}")).roles == ALL_ROLES
    with pytest.raises(Denied):
        await access.principal("Bearer a third key")


def test_a_removed_key_is_worthless_and_an_older_announcement_brings_nothing_back() -> None:
    key = new_key()
    directory = directory_with(key, "producer")
    directory.put(ProjectChanged(project="news", changed_at=MOMENT.replace(year=2027)))
    directory.put(ProjectChanged(project="news", keys=(), changed_at=MOMENT))
    assert directory.grant(hash_key(key)) is None


def test_a_project_cannot_take_or_revoke_the_key_of_another() -> None:
    key = new_key()
    directory, stolen = (
        directory_with(key, "producer"),
        ApiKey(key_id="x", sha256=hash_key(key), roles=("admin",)),
    )
    for number, keys in enumerate([(stolen,), ()]):
        moment = MOMENT.replace(hour=number)
        directory.put(ProjectChanged(project="zoo", keys=keys, changed_at=moment))
        assert directory.grant(hash_key(key)) == ("news", frozenset({"producer"}), None)


def test_a_key_that_an_event_names_twice_is_revoked_like_any_other() -> None:
    key = new_key()
    stored = ApiKey(key_id="k", sha256=hash_key(key), roles=("producer",))
    directory = ProjectDirectory()
    directory.put(ProjectChanged(project="news", keys=(stored, stored), changed_at=MOMENT))
    directory.put(ProjectChanged(project="news", changed_at=MOMENT.replace(hour=1)))
    assert directory.grant(hash_key(key)) is None
