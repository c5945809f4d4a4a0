pcs stonith create --no-default-ops --force -- fence-n1 fence_ipmilan \
  ip=10.9.0.1 password=hidden pcmk_host_list=n1 \
  op \
    monitor interval=60s
pcs resource create --no-default-ops --force -- VirtualIP ocf:heartbeat:IPaddr2 \
  ip=192.168.0.120 cidr_netmask=24 \
  op \
    monitor interval=30s \
    start interval=0s timeout=20s \
    stop interval=0s timeout=20s
pcs resource create --no-default-ops --force -- WebSite ocf:heartbeat:apache \
  configfile=/etc/httpd/conf/httpd.conf \
  op \
    start interval=0s timeout=40s \
    stop interval=0s timeout=60s \
    monitor interval=10s timeout=20s
pcs resource create --no-default-ops --force -- Shared ocf:heartbeat:Filesystem \
  'device=/dev/$DISK' directory=/srv fstype=xfs \
  op \
    start interval=0s timeout=60s \
    stop interval=0s timeout=60s \
    monitor interval=20s timeout=40s
pcs resource create --no-default-ops --force -- Twice ocf:heartbeat:Dummy \
  op \
    monitor interval=10s timeout=20s
pcs resource op add --force -- Elsewhere monitor interval=10s
pcs -- resource group add apachegroup \
  WebSite Shared
pcs constraint colocation add --force -- WebSite with VirtualIP INFINITY \
  id=colocation-website-VirtualIP-INFINITY
