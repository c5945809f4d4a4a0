# every command that makes or changes a configuration
pcs cluster setup web n1 addr=10.0.0.1 addr=10.1.0.1 n2 addr=10.0.0.2 addr=10.1.0.2 transport knet link linknumber=1 transport=sctp crypto cipher=aes256 totem token=5000
pcs property set stonith-enabled=true no-quorum-policy=freeze
pcs property unset no-quorum-policy
pcs resource defaults update resource-stickiness=100
pcs resource defaults set create id=nightly score=10 meta migration-threshold=3 rule resource ocf:: and date-spec hours=20-23
pcs resource defaults set create id=weekend meta failure-timeout=1h rule date gt 2026-01-01 or date-spec weekdays=6-7
pcs resource op defaults timeout=90s
pcs resource op defaults set create id=slow meta timeout=5min rule op start
pcs node attribute n1 rack=a size=2
pcs node attribute n1 size=
pcs node utilization n1 cpu=8 memory=64
pcs node standby n2
pcs node unstandby n2
pcs node maintenance n3
pcs stonith create ipmi-n1 fence_ipmilan ip=10.9.0.1 username=admin password="a b" pcmk_host_list=n1 op monitor interval=5min
pcs stonith create ipmi-n2 fence_ipmilan ip=10.9.0.2 pcmk_host_list=n2
pcs stonith level add 1 n1 ipmi-n1
pcs stonith level add 2 n1 ipmi-n2,ipmi-n1
pcs stonith level add 1 regexp%n[2-9] ipmi-n2
pcs stonith level add 1 attrib%rack=a ipmi-n1
pcs stonith level add 3 n1 ipmi-n2
pcs stonith level remove 3 n1
pcs resource create address ocf:heartbeat:IPaddr2 ip=10.0.0.100 cidr_netmask=24 op monitor interval=10s --group web
pcs resource create site systemd:nginx --group web --after address --disabled
pcs resource create first Delay --group web --before address
pcs resource enable site
pcs resource meta web priority=5
pcs resource create state ocf:pacemaker:Stateful op monitor role=Promoted interval=9s monitor role=Unpromoted interval=11s promotable notify=true
pcs resource create everywhere ocf:pacemaker:ping host_list=10.0.0.254 --no-default-ops clone pings interleave=true
pcs resource create lone ocf:heartbeat:Dummy --no-default-ops meta is-managed=false
pcs resource update lone fake=1 op monitor interval=20s timeout=30s meta is-managed=
pcs resource op add lone start timeout=15s
pcs resource op add lone stop timeout=15s
pcs resource op remove lone stop interval=0s timeout=15s
pcs resource utilization lone cpu=2
pcs resource create gone ocf:heartbeat:Dummy --no-default-ops
pcs resource delete gone
pcs resource create moved ocf:heartbeat:Dummy --no-default-ops
pcs resource group add pair lone moved
pcs resource group remove pair moved
pcs resource clone moved
pcs resource unclone moved
pcs resource bundle create box container docker image=httpd:2 replicas=3 network ip-range-start=10.0.0.120 port-map port=80 storage-map source-dir=/srv target-dir=/var/www options=rw meta priority=2
pcs resource bundle update box container replicas=4 port-map add port=443
pcs resource create inside ocf:heartbeat:apache --no-default-ops bundle box
pcs constraint location web prefers n1=50 n2
pcs constraint location moved avoids n3 n2=10
pcs constraint location add never moved n1 -INFINITY resource-discovery=never
pcs constraint location regexp%web.* prefers n1
pcs constraint location web rule constraint-id=connected score=-INFINITY not_defined pingd or pingd lt number 1
pcs constraint rule add connected score=10 date in_range 2026-01-01 to duration months=2
pcs constraint location moved rule id=mixed role=Promoted score-attribute=weight '(' a eq 1 or b eq 2 ')' and c ne 3
pcs constraint colocation add web with Promoted state-clone
pcs constraint colocation add moved with lone -100 id=apart
pcs constraint colocation set moved lone sequential=false set web role=Started setoptions score=100
pcs constraint order promote state-clone then start web
pcs constraint order moved then lone kind=Optional symmetrical=false id=gentle
pcs constraint order moved then pings require-all=false id=any
pcs constraint order set moved lone require-all=false set web action=start setoptions kind=Serialize
pcs constraint ticket add east Promoted state-clone loss-policy=demote
pcs constraint ticket set moved lone setoptions ticket=west loss-policy=stop
pcs constraint order moved then web id=taken-back
pcs constraint remove taken-back
pcs tag create nightly-things moved lone
pcs tag update nightly-things add web --before lone
pcs alert create path=/usr/local/bin/alert id=mail description="sends mail" options debug=true meta timeout=15s
pcs alert recipient add mail value=ops@example.com
pcs alert recipient add mail value=boss@example.com id=boss options when=never
pcs alert update mail options debug=
pcs acl role create reader description="reads all" read xpath /cib deny id ipmi-n1
pcs acl permission add reader write xpath //nodes
pcs acl user create anna reader
pcs acl group create staff
pcs acl role assign reader to group staff
pcs acl enable
pcs quorum update wait_for_all=1
pcs status
