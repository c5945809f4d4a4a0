"""Debian 12 and later, Ubuntu 22.04 and later."""

from types import MappingProxyType

from quorate.catalog.platform import Platform

PLATFORM = Platform(
    name="debian",
    ids=("debian", "ubuntu"),
    packages=MappingProxyType(
        {
            "corosync": ("corosync",),
            "pacemaker": ("pacemaker", "pacemaker-cli-utils", "pacemaker-resource-agents", "resource-agents"),
            "fence-agents": ("fence-agents",),
            "ipmi": ("fence-agents", "ipmitool"),  # fence_ipmilan calls ipmitool
            "qdevice": ("corosync-qdevice",),
            "qnetd": ("corosync-qnetd",),
            "clock": ("chrony",),
            "crmsh": ("crmsh",),
            "address": ("iproute2",),
            "drbd": ("drbd-utils", "psmisc"),
            "lvm": ("lvm2", "psmisc"),
            "xfs": ("xfsprogs",),
            "ext4": ("e2fsprogs",),
            "mount": ("util-linux", "psmisc"),  # the Filesystem agent calls fuser
            "mariadb": ("mariadb-server", "psmisc"),
            # wsrep_sst_mariabackup calls socat, wsrep_sst_rsync calls rsync and ss
            "galera": ("galera-4", "iproute2", "mariadb-backup", "rsync", "socat"),
            "garbd": ("galera-arbitrator-4",),
            "rabbitmq": ("rabbitmq-server",),
            # What reaches memcached and the database is Python's; a server finds neither without. Keystone is given no
            # cache, but an operator's own settings may name one.
            "keystone": ("keystone", "python3-memcache", "python3-pymysql", "uwsgi-plugin-python3"),
            "glance": ("glance-api", "python3-memcache", "python3-pymysql"),
            "openstack-client": ("python3-openstackclient",),
            "haproxy": ("haproxy",),
            "memcached": ("memcached",),
            "apache": ("apache2", "wget"),  # the apache agent asks the status page with wget or curl
        }
    ),
    units=MappingProxyType(
        {
            "corosync": "corosync.service",
            "pacemaker": "pacemaker.service",
            "qdevice": "corosync-qdevice.service",
            "qnetd": "corosync-qnetd.service",
            "clock": "chrony.service",
            "apache": "apache2.service",
            "drbd": "drbd.service",
            "mariadb": "mariadb.service",
            "garbd": "garb.service",
            "rabbitmq": "rabbitmq-server.service",
            "keystone": "keystone.service",
            "glance": "glance-api.service",
            "haproxy": "haproxy.service",
            "memcached": "memcached.service",
        }
    ),
    paths=MappingProxyType(
        {
            "hosts": "/etc/hosts",
            "corosync.conf": "/etc/corosync/corosync.conf",
            "corosync.log": "/var/log/corosync/corosync.log",
            "authkey": "/etc/corosync/authkey",
            "cib": "/var/lib/pacemaker/cib/cib.xml",
            "secrets": "/var/lib/pacemaker/lrm/secrets",
            "mariadb": "/usr/sbin/mariadbd",
            "mariadb.client": "/usr/bin/mariadb",
            "mariadb.admin": "/usr/bin/mariadb-admin",
            "mariadb.conf": "/etc/mysql/my.cnf",
            "mariadb.conf.d": "/etc/mysql/mariadb.conf.d",
            "mariadb.data": "/var/lib/mysql",
            "garbd": "/usr/bin/garbd",
            "galera.provider": "/usr/lib/galera/libgalera_smm.so",
            "mariadb.fill": "/usr/bin/mariadb-install-db",
            "rabbitmq.env": "/etc/rabbitmq/rabbitmq-env.conf",
            "rabbitmq.conf.d": "/etc/rabbitmq/conf.d",
            "rabbitmq.service.d": "/etc/systemd/system/rabbitmq-server.service.d",
            "epmd.socket.d": "/etc/systemd/system/epmd.socket.d",
            "keystone.conf": "/etc/keystone/keystone.conf.d/quorate.conf",
            "glance.conf": "/etc/glance/glance-api.conf.d/quorate.conf",
            "haproxy": "/usr/sbin/haproxy",
            "haproxy.conf": "/etc/haproxy/haproxy.cfg",
            "haproxy.own": "/etc/haproxy/quorate.cfg",
            "haproxy.pid": "/run/haproxy.pid",
            "haproxy.run": "/run/haproxy",
            "haproxy.state": "/var/lib/haproxy",
            "haproxy.unit.d": "/etc/systemd/system/haproxy.service.d",
            "memcached.conf": "/etc/memcached.conf",
            "memcached.wrapper": "/usr/share/memcached/scripts/systemd-memcached-wrapper",
            "memcached.unit.d": "/etc/systemd/system/memcached.service.d",
            "apache": "/usr/sbin/apache2",
            "apache.control": "/usr/sbin/apache2ctl",
            "apache.conf": "/etc/apache2/apache2.conf",
            "apache.conf.d": "/etc/apache2/conf-enabled",
            "apache.pid": "/var/run/apache2/apache2.pid",
            "apache.documents": "/var/www/html",
        }
    ),
    refresh=("apt-get", "update"),
    install=(
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        "--option=Dpkg::Options::=--force-confdef",
        "--option=Dpkg::Options::=--force-confold",  # an operator's edited configuration wins over the package's
    ),
    environment=MappingProxyType({"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}),
    # These would fill in settings, tables and accounts of their own where a host was once told so.
    answer=("debconf-set-selections",),
    answers=MappingProxyType(
        {
            "keystone": """\
keystone keystone/configure_db boolean false
keystone keystone/create-admin-tenant boolean false
keystone keystone/register-endpoint boolean false
""",
            "glance-api": """\
glance-common glance/configure_db boolean false
glance-common glance/configure_ksat boolean false
glance-common glance/configure_rabbit boolean false
glance-api glance/configure_api-endpoint boolean false
""",
        }
    ),
    query=("dpkg-query", "--show", "--showformat=${Package} ${Version} ${db:Status-Status}\n"),
)
