pcs -- node attribute n1 rack=a
pcs -- node utilization n1 cpu=8
pcs -- resource bundle create box \
  container docker image=httpd:2 replicas=3 \
  network ip-range-start=10.0.0.120 \
  port-map port=80 \
  storage-map source-dir=/srv target-dir=/var/www
pcs stonith create --no-default-ops --force -- ipmi-n1 fence_ipmilan \
  ip=10.9.0.1 'password=a b' \
  op \
    monitor interval=60s timeout=60s
pcs resource create --no-default-ops --force -- inside ocf:heartbeat:apache \
  op \
    monitor interval=10s OCF_CHECK_LEVEL=10 \
  bundle box
pcs resource create --no-default-ops --force -- web systemd:nginx \
  op \
    monitor interval=60s timeout=100s enabled=0
pcs -- resource utilization web \
  cpu=2
pcs resource create --no-default-ops --force -- state ocf:pacemaker:Stateful \
  op \
    monitor interval=10s role=Promoted
pcs -- resource group add site \
  web
pcs -- resource clone state state-clone \
  meta promotable=true
pcs stonith level add --force -- 1 n1 ipmi-n1
pcs constraint location add -- location-site-n1 resource%site n1 50 \
  resource-discovery=never
pcs constraint location add -- everything 'regexp%.*' n9 -INFINITY
pcs constraint location --force -- resource%site rule \
  constraint-id=connected id=connected-rule score=-INFINITY \
  not_defined pingd or pingd lt number 1
pcs constraint colocation add --force -- Started site with Promoted state-clone INFINITY \
  id=together
pcs constraint colocation --force -- \
  set site web sequential=false \
  setoptions id=apart score=-100
pcs constraint order --force -- promote state-clone then start site \
  id=first kind=Mandatory symmetrical=false
pcs constraint order --force -- \
  set state-clone action=promote \
  set site require-all=false \
  setoptions id=later kind=Optional
pcs constraint ticket add --force -- east Promoted state-clone \
  id=in-the-east loss-policy=demote
pcs constraint ticket --force -- \
  set site web \
  setoptions ticket=west id=in-the-west
pcs -- tag create both web state
pcs -- alert create path=/bin/alert id=alert \
  options debug=true
pcs -- alert recipient add alert value=ops id=alert-recipient 'description=the crew'
pcs property set --force -- \
  stonith-enabled=true
pcs -- resource defaults set create \
  id=build-resource-defaults \
  meta resource-stickiness=1
pcs -- resource op defaults set create \
  id=op-set score=5 \
  meta timeout=20s \
  rule resource ocf:heartbeat: and op start
