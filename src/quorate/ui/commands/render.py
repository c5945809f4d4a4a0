"""`quorate render FILE -o DIR`: every file quorate would put on each host, and the CIB."""

from pathlib import Path

import click

from quorate.ui.options import file_argument


@click.command(short_help="Write every file quorate would put on each host.")
@file_argument
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False), help="Directory to write to.")
@click.option("--platform", "family", default="debian", help="Family of distributions whose paths are used.")
def command(file: str, output: str, family: str) -> None:
    """Write what quorate would put on each host below DIR/NODE/, and the CIB as DIR/cib.xml.

    Secrets are not written: the keys of Corosync and DRBD are made on the nodes, and passwords stay references. DRBD's
    files are for the kernel's own module, 8.4.
    """
    from quorate.catalog.agents import AgentLibrary  # noqa: PLC0415 - keeps --help quick
    from quorate.catalog.platforms import platform_for  # noqa: PLC0415
    from quorate.catalog.service import Service  # noqa: PLC0415
    from quorate.catalog.site import Site, nodes_of  # noqa: PLC0415
    from quorate.catalog.storage import Replicated  # noqa: PLC0415
    from quorate.errors import UsageError  # noqa: PLC0415
    from quorate.render import drbd  # noqa: PLC0415
    from quorate.render.cib import cib, text  # noqa: PLC0415
    from quorate.render.corosync import corosync_conf  # noqa: PLC0415
    from quorate.render.hosts import merged  # noqa: PLC0415
    from quorate.ui.options import sound  # noqa: PLC0415

    cluster = sound(file)
    platform = platform_for((family,))
    if platform is None:
        raise UsageError(f"no platform is called {family}", "use debian")
    whole = text(cib(cluster, AgentLibrary.shipped(), platform))
    files = {"cib.xml": whole}
    for node in cluster.nodes:
        files[f"{node.name}{platform.paths['corosync.conf']}"] = corosync_conf(cluster)
        files[f"{node.name}{platform.paths['hosts']}"] = merged("", cluster)
        for name, service in cluster.services.items():
            if isinstance(service, Service) and node in nodes_of(cluster, service):
                files |= {f"{node.name}{f.path}": f.content for f in service.files(Site(name, platform, cluster), node)}
                store = service.store(name)
                if isinstance(store, Replicated):
                    ends = drbd.ends(store, nodes_of(cluster, service), {})
                    fenced = cluster.fencing.enabled
                    resource = drbd.resource_file(store, ends, "MADE ON THE NODES", generation=8, fenced=fenced)
                    files[f"{node.name}{drbd.path(name)}"] = resource
    for name, content in files.items():
        path = Path(output) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    click.echo(f"{len(files)} files in {output}")
