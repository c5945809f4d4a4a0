pcs -- node attribute n1 rack=a
pcs -- node utilization n1 cpu=8 memory=64
pcs -- node attribute n3 maintenance=on
pcs -- resource bundle create box \
  container docker image=httpd:2 replicas=4 \
  network ip-range-start=10.0.0.120 \
  port-map port=80 \
  port-map port=443 \
  storage-map source-dir=/srv target-dir=/var/www options=rw \
  meta priority=2
pcs stonith create --no-default-ops --force -- ipmi-n1 fence_ipmilan \
  ip=10.9.0.1 username=admin 'password=a b' pcmk_host_list=n1 \
  op \
    monitor interval=5min
pcs stonith create --no-default-ops --force -- ipmi-n2 fence_ipmilan \
  ip=10.9.0.2 pcmk_host_list=n2 \
  op \
    monitor interval=60s
pcs resource create --no-default-ops --force -- address ocf:heartbeat:IPaddr2 \
  ip=10.0.0.100 cidr_netmask=24 \
  op \
    monitor interval=10s \
    start interval=0s timeout=20s \
    stop interval=0s timeout=20s
pcs resource create --no-default-ops --force -- site systemd:nginx \
  op \
    start interval=0s timeout=100s \
    stop interval=0s timeout=100s \
    monitor interval=60s timeout=100s
pcs resource create --no-default-ops --force -- first ocf:heartbeat:Delay \
  op \
    start interval=0s timeout=30s \
    stop interval=0s timeout=30s \
    monitor interval=10s timeout=30s
pcs resource create --no-default-ops --force -- state ocf:pacemaker:Stateful \
  op \
    monitor role=Promoted interval=9s \
    monitor role=Unpromoted interval=11s \
    start interval=0s timeout=20s \
    stop interval=0s timeout=20s \
    promote interval=0s timeout=10s \
    demote interval=0s timeout=10s \
    notify interval=0s timeout=5s \
    reload-agent interval=0s timeout=10s
pcs resource create --no-default-ops --force -- everywhere ocf:pacemaker:ping \
  host_list=10.0.0.254 \
  op \
    monitor interval=10s timeout=60s
pcs resource create --no-default-ops --force -- lone ocf:heartbeat:Dummy \
  fake=1 \
  op \
    monitor interval=20s timeout=30s \
    start interval=0s timeout=15s
pcs -- resource utilization lone \
  cpu=2
pcs resource create --no-default-ops --force -- moved ocf:heartbeat:Dummy \
  op \
    monitor interval=10s timeout=20s
pcs resource create --no-default-ops --force -- inside ocf:heartbeat:apache \
  op \
    monitor interval=10s timeout=20s \
  bundle box
pcs -- resource group add web \
  first address site
pcs -- resource meta web \
  priority=5
pcs -- resource group add pair \
  lone
pcs -- resource clone state state-clone \
  meta notify=true promotable=true
pcs -- resource clone everywhere pings \
  meta interleave=true
pcs stonith level add --force -- 1 n1 ipmi-n1
pcs stonith level add --force -- 2 n1 ipmi-n2 ipmi-n1
pcs stonith level add --force -- 1 'regexp%n[2-9]' ipmi-n2
pcs stonith level add --force -- 1 attrib%rack=a ipmi-n1
pcs constraint location add -- location-web-n1-50 resource%web n1 50
pcs constraint location add -- location-web-n2-INFINITY resource%web n2 INFINITY
pcs constraint location add -- location-moved-n3--INFINITY resource%moved n3 -INFINITY
pcs constraint location add -- location-moved-n2--10 resource%moved n2 -10
pcs constraint location add -- never resource%moved n1 -INFINITY \
  resource-discovery=never
pcs constraint location add -- location-web.-n1-INFINITY 'regexp%web.*' n1 INFINITY
pcs constraint location --force -- resource%web rule \
  constraint-id=connected score=-INFINITY \
  not_defined pingd or pingd lt number 1
pcs constraint rule add --force -- connected \
  score=10 \
  date in_range 2026-01-01 to duration months=2
pcs constraint colocation add --force -- web with Promoted state-clone INFINITY \
  id=colocation-web-state-clone-INFINITY
pcs constraint colocation add --force -- moved with lone -100 \
  id=apart
pcs constraint colocation --force -- \
  set moved lone sequential=false \
  set web role=Started \
  setoptions id=colocation_set_mdlewb score=100
pcs constraint order --force -- promote state-clone then start web \
  id=order-state-clone-web-mandatory
pcs constraint order --force -- moved then lone \
  id=gentle kind=Optional symmetrical=false
pcs constraint order --force -- \
  set moved lone require-all=false \
  set web action=start \
  setoptions id=order_set_mdlewb kind=Serialize
pcs constraint ticket add --force -- east Promoted state-clone \
  id=ticket-east-state-clone-Promoted loss-policy=demote
pcs constraint ticket --force -- \
  set moved lone \
  setoptions ticket=west id=ticket_set_mdle loss-policy=stop
pcs -- tag create nightly-things moved web lone
pcs -- alert create path=/usr/local/bin/alert id=mail 'description=sends mail' \
  meta timeout=15s
pcs -- alert recipient add mail value=ops@example.com id=mail-recipient-1
pcs -- alert recipient add mail value=boss@example.com id=boss \
  options when=never
pcs -- acl role create reader 'description=reads all' \
  read xpath /cib \
  deny id ipmi-n1 \
  write xpath //nodes
pcs -- acl user create anna reader
pcs -- acl group create staff reader
# every command that makes or changes a configuration
pcs property set --force -- \
  stonith-enabled=true enable-acl=true
pcs -- resource defaults update \
  resource-stickiness=100
pcs -- resource op defaults update \
  timeout=90s
pcs -- resource defaults set create \
  id=weekend \
  meta failure-timeout=1h \
  rule date gt 2026-01-01 or date-spec weekdays=6-7
pcs -- resource defaults set create \
  id=nightly score=10 \
  meta migration-threshold=3 \
  rule resource ocf:: and date-spec hours=20-23
pcs -- resource op defaults set create \
  id=slow \
  meta timeout=5min \
  rule op start
pcs constraint location --force -- resource%moved rule \
  constraint-id=location-moved id=mixed role=Promoted score-attribute=weight \
  '(' a eq 1 or b eq 2 ')' and c ne 3
pcs constraint order --force -- moved then pings \
  id=any require-all=false
