"""Rules about storage at their edges: the same thing right, and just wrong."""

import pytest
from test_edges import FENCING, NODES, codes


def services(*data: str, nodes: tuple[str, ...] = ()) -> str:
    """Return a section with one service per data, a mariadb and rabbitmqs in turn."""
    text = "services:\n"
    for index, way in enumerate(data):
        kind = ("mariadb", "rabbitmq")[index % 2]
        where = f", nodes: {nodes[index]}" if nodes else ""
        text += f"  s{index}: {{kind: {kind}, address: 10.0.0.{100 + index}/24, data: {{{way}}}{where}}}\n"
    return FENCING + text


def mounted(device: str, kind: str = "xfs", more: str = "") -> str:
    return (
        f"{FENCING}resources:\n"
        '  r0: {primitive: "ocf:linbit:drbd", parameters: {drbd_resource: r0}}\n'
        '  drbd: {clone: r0, promotable: true, meta: {notify: "true", clone-max: "2"}}\n'
        '  vg: {primitive: "ocf:heartbeat:LVM-activate", parameters: {vgname: a-b, vg_access_mode: system_id}}\n'
        f'  fs: {{primitive: "ocf:heartbeat:Filesystem", parameters: {{device: {device}, directory: /srv/d, '
        f"fstype: {kind}}}}}\n{more}"
    )


def images(directory: str) -> str:
    """Return a section with an image service that keeps images in a directory of each node's own."""
    return f"{FENCING}services:\n  images: {{kind: glance, data: {{local: {directory}}}}}\n"


TIED = (
    "constraints:\n"
    "  - {colocation: fs, with: drbd, with_role: Promoted}\n"
    "  - {order: drbd, then: fs, action: promote, then_action: start}\n"
)
SDA3, SDA4 = "drbd: {disk: /dev/sda3}", "drbd: {disk: /dev/sda4}"
PAIR = ("[n1, n2]", "[n2, n1]")
APART = ("[n1, n2]", "[n3, n4]")

EDGES = [
    ("drbd-nodes-not-two", 3, services(SDA3, nodes=("[n1, n2]",)), services(SDA3, nodes=("[n1, n2, n3]",))),
    ("disk-used-twice", 4, services(SDA3, SDA3, nodes=APART), services(SDA3, SDA3, nodes=PAIR)),
    ("disk-used-twice", 2, services(SDA3, SDA4), services("lvm: {disk: /dev/sda3}", SDA3)),
    ("drbd-minor-taken", 2, services(SDA3, SDA4), services(SDA3, "drbd: {disk: /dev/sda4, minor: 0}")),
    ("drbd-port-taken", 2, services(SDA3, SDA4), services(SDA3, "drbd: {disk: /dev/sda4, port: 7700}")),
    (
        "drbd-port-taken",
        2,
        services("drbd: {disk: /dev/sda3, port: 3307}"),
        services("drbd: {disk: /dev/a, port: 3306}"),
    ),
    ("drbd-link-missing", 2, services("drbd: {disk: /dev/a, link: 1}"), services("drbd: {disk: /dev/a, link: 2}")),
    (
        "mount-hides-system",
        2,
        services("drbd: {disk: /dev/a, mount: /srv/x}"),
        services("drbd: {disk: /dev/a, mount: /x/..}"),
    ),
    (
        "mount-hides-system",
        2,
        services("drbd: {disk: /dev/a, mount: /var/lib/mysql}"),
        services("drbd: {disk: /dev/a, mount: /var/lib}"),
    ),
    ("directory-of-system", 2, images("/srv/images"), images("/srv")),
    ("directory-of-system", 2, images("/var/lib/glance"), images("/var/lib/")),
    ("directory-of-system", 2, images("/srv/./images/"), images("/srv/images/..")),
    (
        "mount-taken",
        4,
        services("drbd: {disk: /dev/a, mount: /d}", "drbd: {disk: /dev/b, mount: /d}", nodes=APART),
        services("drbd: {disk: /dev/a, mount: /d}", "drbd: {disk: /dev/b, mount: /d}", nodes=PAIR),
    ),
    (
        "volume-group-taken",
        2,
        services("lvm: {disk: /dev/a}", "lvm: {disk: /dev/b}"),
        services("lvm: {disk: /dev/a, group: v}", "lvm: {disk: /dev/b, group: v}"),
    ),
    ("filesystem-without-guard", 2, mounted("/dev/a-b/data"), mounted("/dev/sdb1")),
    ("filesystem-without-guard", 2, mounted("/dev/mapper/a--b-data"), mounted("/dev/mapper/mpatha")),
    ("filesystem-without-guard", 2, mounted("/dev/sdb1", "gfs2"), mounted("/dev/sdb1", "ext4")),
    ("filesystem-without-guard", 2, mounted("/dev/drbd0", more=TIED), mounted("-Ldata")),
    ("filesystem-type-unknown", 2, mounted("h:/x", "nfs4"), mounted("h:/x", "nfs5")),
    ("filesystem-type-unknown", 2, mounted("h:/x", "fuse.sshfs"), mounted("h:/x", "sshfs")),
    (
        "drbd-filesystem-apart",
        2,
        mounted("/dev/drbd0", more=TIED),
        mounted("/dev/drbd0", more=TIED.replace("action: promote, ", "")),
    ),
    (
        "drbd-filesystem-apart",
        2,
        mounted("/dev/drbd0", more=TIED),
        mounted("/dev/drbd0", more=TIED.replace(", with_role: Promoted", "")),
    ),
    ("shared-disk-by-letter", 2, services("lvm: {disk: /dev/disk/by-id/x}"), services("lvm: {disk: /dev/nvme0n1p2}")),
    ("shared-disk-by-letter", 2, services(SDA3), services("lvm: {disk: /dev/sda3}")),
    (
        "bind-mount-without-bind",
        2,
        services("filesystem: {device: /s}"),
        services("filesystem: {device: /s, options: ro}"),
    ),
    ("host-file-taken", 4, services(SDA3, SDA4), services(SDA3, SDA4, "drbd: {disk: /dev/c, minor: 5}")),
]


@pytest.mark.parametrize(("code", "nodes", "right", "wrong"), EDGES, ids=[f"{i}-{e[0]}" for i, e in enumerate(EDGES)])
def test_the_edge(code: str, nodes: int, right: str, wrong: str) -> None:
    assert code not in codes(f"cluster: edge\n{NODES[nodes]}{right}")
    assert code in codes(f"cluster: edge\n{NODES[nodes]}{wrong}")
