import pytest

from quorate.catalog.platforms import platform_for, platforms
from quorate.catalog.services import kinds


def test_the_platform_is_found_by_the_words_of_os_release():
    assert platform_for(["debian"]).name == "debian"
    assert platform_for(["ubuntu", "debian"]).name == "debian"
    assert platform_for(["linuxmint", "ubuntu", "debian"]).name == "debian"  # ID, then ID_LIKE
    assert platform_for(["plan9"]) is None


@pytest.mark.parametrize("platform", platforms(), ids=lambda p: p.name)
def test_every_platform_has_the_words_the_others_have(platform):
    for other in platforms():
        assert platform.packages.keys() == other.packages.keys()
        assert platform.units.keys() == other.units.keys()
        assert platform.paths.keys() == other.paths.keys()
    installable = {package for packages in platform.packages.values() for package in packages}
    assert platform.answers.keys() <= installable
    assert all(text.endswith("\n") for text in platform.answers.values())
    assert platform.answer or not platform.answers
    assert all(unit.endswith(".service") for unit in platform.units.values())
    assert all(path.startswith("/") for path in platform.paths.values())


def test_kinds_are_found_by_being_there():
    assert {"web", "address", "systemd"} <= kinds().keys()
