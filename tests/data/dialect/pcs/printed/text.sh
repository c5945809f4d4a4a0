pcs stonith create --no-default-ops --force -- ipmi-n1 fence_ipmilan \
  ip=10.9.0.1 'password=a b' \
  op \
    monitor interval=60s id=ipmi-n1-monitor-interval-60s timeout=60s
pcs resource bundle create box \
  container docker \
    image=httpd:2 replicas=3 \
  network ip-range-start=10.0.0.120 \
  port-map port=80 \
  storage-map source-dir=/srv target-dir=/var/www
pcs resource create --no-default-ops --force -- inside ocf:heartbeat:apache \
  op \
    monitor interval=10s id=inside-monitor-interval-10s OCF_CHECK_LEVEL=10 \
  bundle box
pcs resource create --no-default-ops --force -- web systemd:nginx \
  op \
    monitor interval=60s id=web-monitor-interval-60s timeout=100s enabled=0
pcs resource create --no-default-ops --force -- state ocf:pacemaker:Stateful \
  op \
    monitor interval=10s id=state-monitor-interval-10s role=Promoted
pcs resource utilization web \
  cpu=2
pcs resource group add site \
  web
pcs resource clone state state-clone \
  meta promotable=true
pcs -- constraint location add location-site-n1 resource%site n1 score=50 \
  resource-discovery=never
pcs -- constraint location add everything regexp%.* n9 score=-INFINITY
pcs -- constraint location resource%site rule \
  id=connected-rule constraint-id=connected score=-INFINITY \
  'not_defined pingd or pingd lt number 1'
pcs -- constraint colocation add Started site with Promoted state-clone \
  id=together score=INFINITY
pcs -- constraint colocation \
  set site web sequential=0 \
  setoptions id=apart score=-100
pcs -- constraint order promote state-clone then start site \
  id=first symmetrical=0 kind=Mandatory
pcs -- constraint order \
  set state-clone action=promote \
  set site require-all=0 \
  setoptions id=later kind=Optional
pcs -- constraint ticket add east Promoted state-clone \
  id=in-the-east loss-policy=demote
pcs -- constraint ticket \
  set site web \
  setoptions id=in-the-west ticket=west
pcs stonith level add --force -- 1 n1 ipmi-n1 id=fl-n1-1
pcs property set --force -- \
  stonith-enabled=true
pcs -- resource defaults set create id=build-resource-defaults \
  meta resource-stickiness=1
pcs -- resource op defaults set create id=op-set score=5 \
  meta timeout=20s \
  rule 'resource ocf:heartbeat: and op start'
pcs -- tag create both web state
pcs -- alert create path=/bin/alert id=alert options debug=true
pcs -- alert recipient add alert value=ops id=alert-recipient description='the crew'
pcs -- node attribute n1 rack=a
pcs -- node utilization n1 cpu=8
