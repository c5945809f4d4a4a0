"""What a report shows of a cluster, from the cluster file that `quorate new web` prints."""

from quorate.catalog.services.web import Web
from quorate.describe.load import load
from quorate.drill.about import about
from quorate.drill.record import About


def test_the_facts_of_a_real_cluster_file() -> None:
    cluster = load(Web.example, "web.yaml", {"web": Web}).cluster
    assert cluster is not None
    found = about(
        cluster,
        service="site",
        resources=["site-address", "site-apache"],
        fault="power-cut",
        title="The power of n1 was cut",
        node="n1",
        place="lab",
        versions={"corosync": "3.1.7"},
        file_text=Web.example,
        repeat=["quorate demo"],
    )
    assert (found.cluster, dict(found.nodes), found.target_s) == ("web", {1: "n1", 2: "n2", 3: "n3"}, 10)
    assert found.settings["Token"] == "1000 ms (1300 ms with 3 nodes)"
    assert found.settings["Consensus"] == "1560 ms"
    assert found.settings["Fencing"] == "fence_ipmilan"
    assert "password: {env: IPMI_PASSWORD}" in found.cluster_file
    assert About.parse(found.to_json()) == found
