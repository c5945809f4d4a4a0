pcs -- node attribute node2 standby=on
pcs resource create --no-default-ops --force -- ClusterIP ocf:heartbeat:IPaddr2 \
  ip=192.168.122.120 cidr_netmask=32 \
  op \
    monitor interval=30s \
    start interval=0s timeout=20s \
    stop interval=0s timeout=20s
pcs resource create --no-default-ops --force -- WebData ocf:linbit:drbd \
  drbd_resource=wwwdata \
  op \
    monitor interval=60s \
    start interval=0s timeout=240s \
    reload interval=0s timeout=30s \
    promote interval=0s timeout=90s \
    demote interval=0s timeout=90s \
    notify interval=0s timeout=90s \
    stop interval=0s timeout=100s
pcs resource create --no-default-ops --force -- Two ocf:pacemaker:Stateful \
  op \
    monitor interval=5s \
    start interval=0s timeout=20s \
    stop interval=0s timeout=20s \
    promote interval=0s timeout=10s \
    demote interval=0s timeout=10s \
    notify interval=0s timeout=5s \
    reload-agent interval=0s timeout=10s
pcs -- resource clone WebData WebDataClone \
  meta master-max=1 clone-max=2 notify=true promotable=true
pcs -- resource clone Two Two-clone \
  meta notify=true promotable=true
pcs constraint colocation add --force -- ClusterIP with Master WebDataClone INFINITY \
  id=colocation-ClusterIP-WebDataClone-INFINITY
pcs constraint colocation add --force -- ClusterIP with Two-clone INFINITY \
  id=colocation-ClusterIP-Two-clone-INFINITY
pcs constraint order --force -- promote WebDataClone then start ClusterIP \
  id=order-WebDataClone-ClusterIP-mandatory
pcs -- resource defaults update \
  resource-stickiness=100
pcs -- resource op defaults update \
  timeout=240s
pcs property set --force -- \
  stonith-enabled=false
