"""What a node needs before there can be a store: memory, kernel modules, LVM's settings, AppArmor's leave. Pure."""

from collections.abc import Iterator

from quorate.build.change import Change, Run, WriteFile, difference
from quorate.build.storage.look import Facts, NodeStorage, local_rules_of
from quorate.build.storage.phases import TITLE, Phase, Stored, error, stores
from quorate.build.want import Want
from quorate.catalog.storage import Replicated, SharedVolume
from quorate.findings import Finding
from quorate.machines.host import command
from quorate.render import lvm

SHARE = 0.8  # of a node's memory for services; the rest is the kernel's, the cluster's and everybody's
MIB = 1 << 20
RULES_BEGIN, RULES_END = "# quorate begin: where the data lies", "# quorate end"


def findings(facts: Facts, want: Want) -> Iterator[Finding]:
    """Yield what makes nodes unfit."""
    for name, node in facts.items():
        yield from memory_short(node, want, name)
        yield from modules_missing(node, name)
        yield from lvm_conflicts(node, want, name)
    yield from drbd_generations(facts)


def memory_short(node: NodeStorage, want: Want, name: str) -> Iterator[Finding]:
    """Yield an error where all services that may run on a node claim more memory than it can give them."""
    claims = {label: mib for label, service in want.services_on(name).items() if (mib := service.memory_mib())}
    if not claims or node.memory is None:
        return
    has_mib, claimed = node.memory.total_bytes // MIB, sum(claims.values())
    if claimed > SHARE * has_mib:
        each = ", ".join(f"{label} {mib} MiB" for label, mib in claims.items())
        yield error(
            "memory-short",
            f"{name} has {has_mib} MiB of memory, and its services claim {claimed} MiB of it ({each})",
            f"services may claim {SHARE:.0%} of a node's memory; beyond that they would not start there after a "
            "failover, or the kernel would kill them",
            f"let them claim {int(SHARE * has_mib)} MiB at most (mariadb: buffer_pool), or give {name} more memory",
            ("services", next(iter(claims))),
        )


def modules_missing(node: NodeStorage, name: str) -> Iterator[Finding]:
    """Yield an error for each kernel module that a node's kernel has not got."""
    if node.modules is None:
        return
    for module in (module for module, there in node.modules.there.items() if not there):
        package = " DRBD 9 comes as drbd-dkms." if module == "drbd" else ""
        yield error(
            "kernel-module-missing",
            f"{name} runs the kernel {node.modules.kernel}, which has no module {module}",
            "the service's storage is made of it; the node could never take the service over",
            f"boot a kernel with it: Debian's linux-image-amd64 has it, its cloud kernel has not.{package}",
            ("nodes", name),
        )


def drbd_generations(facts: Facts) -> Iterator[Finding]:
    """Yield an error where tools cannot drive the module, or where nodes have modules of different generations."""
    found = {name: node.drbd_module for name, node in facts.items() if node.drbd_module and node.drbd_module.version}
    for name, module in found.items():
        if module.is_mismatched:
            yield error(
                "drbd-tools-old",
                f"{name} has DRBD's module {module.version} and drbd-utils {module.tools}",
                "tools of generation 8 cannot drive a module of generation 9",
                "install drbd-utils 9 there",
                ("nodes", name),
            )
    if len({module.generation for module in found.values()}) > 1:
        versions = ", ".join(f"{name} {module.version}" for name, module in found.items())
        yield error(
            "drbd-generations-differ",
            f"the nodes have DRBD modules of different generations: {versions}",
            "they have different metadata, settings and fencing scripts; a failover would end on the wrong ones",
            "install the same module on both: the kernel's own 8.4, or drbd-dkms 9",
            ("nodes", next(iter(found))),
        )


def lvm_wishes(node: NodeStorage, want: Want, name: str) -> tuple[list[str], bool]:
    """Return the disks to hide from LVM on a node, and whether groups there need an owner."""
    here = [stored.store for stored in stores(want) if name in stored.nodes]
    installed = node.texts.get(lvm.MAIN) is not None
    hidden = sorted({store.disk for store in here if isinstance(store, Replicated)}) if installed else []
    return hidden, any(isinstance(store, SharedVolume) for store in here)


def lvm_conflicts(node: NodeStorage, want: Want, name: str) -> Iterator[Finding]:
    """Yield an error where somebody has set what quorate would set differently."""
    hidden, owned = lvm_wishes(node, want, name)
    local, main = node.texts.get(lvm.PATH) or "", node.texts.get(lvm.MAIN) or ""
    for file, setting, value in lvm.conflicts(local, main, hidden, owned=owned):
        wanted = f"reject {', '.join(hidden)}" if setting == "global_filter" else '"uname"'
        yield error(
            "lvm-setting-taken",
            f"{name}: {file} sets {setting} = {value}",
            f"quorate would have to set it to {wanted} in {lvm.PATH}, and not both can hold",
            f"change it there to {wanted} as well, or remove it",
            ("nodes", name),
        )


def phases(facts: Facts, want: Want) -> Iterator[Phase]:
    """Yield the one phase in which files are written, if any is to be."""
    changes = tuple(
        change
        for name, node in facts.items()
        for change in (*lvm_settings(node, want, name), *apparmor_rules(node, want, name))
    )
    if changes:
        yield Phase("settings", changes)


def lvm_settings(node: NodeStorage, want: Want, name: str) -> Iterator[Change]:
    """Yield LVM's settings where they are not yet there."""
    hidden, owned = lvm_wishes(node, want, name)
    if not hidden and not owned:
        return
    old = node.texts.get(lvm.PATH)
    new = lvm.merged(old or "", hidden, owned=owned)
    if new != old:
        words = "tell LVM " + " and ".join(
            (["that a volume group belongs to one host"] if owned else [])
            + ([f"to keep off {', '.join(hidden)}"] if hidden else [])
        )
        shown = difference(lvm.PATH, old.encode() if old else None, new.encode())
        yield Change(name, TITLE, f"{words} ({lvm.PATH})", (WriteFile(lvm.PATH, new.encode()),), difference=shown)


def apparmor_rules(node: NodeStorage, want: Want, name: str) -> Iterator[Change]:
    """Yield rules that let a confined program at its data. Debian 12's profile of mariadbd is empty: nothing then."""
    if node.access is None or not node.access.apparmor:
        return
    programs: dict[str, list[Stored]] = {}
    for stored in stores(want):
        if name in stored.nodes and stored.seed and is_confined(stored.seed.program, node):
            programs.setdefault(stored.seed.program, []).append(stored)
    for program, confined in programs.items():
        path = local_rules_of(program)
        old = node.texts.get(path)
        new = with_rules(old or "", [stored.store.mount.directory for stored in confined])
        if new != old:
            reload = Run(command("apparmor_parser", "--replace", path.replace("/local/", "/")))
            actions = (WriteFile(path, new.encode()), reload)
            yield Change(name, TITLE, f"let {program} at its data, in AppArmor's {path}", actions)


def is_confined(program: str, node: NodeStorage) -> bool:
    """Tell whether AppArmor has a profile for a program; profiles are called by path or by name."""
    profiles = node.access.profiles if node.access else {}
    return bool(program) and any(name in profiles for name in (program, program.rpartition("/")[2]))


def with_rules(existing: str, directories: list[str]) -> str:
    """Return a file of local rules with quorate's block at its end. Idempotent."""
    start, end = existing.find(RULES_BEGIN), existing.find(RULES_END)
    kept = existing if start < 0 or end < start else existing[:start] + existing[end + len(RULES_END) + 1 :]
    if kept and not kept.endswith("\n"):
        kept += "\n"
    rules = [rule for place in sorted(directories) for rule in (f'  "{place}/" r,', f'  "{place}/**" rwk,')]
    return kept + "".join(f"{line}\n" for line in (RULES_BEGIN, *rules, RULES_END))
