First we build the cluster.

[root@n1 ~]# yum install -y pcs
[root@n1 ~]# pcs host auth n1 n2 -u hacluster -p secret123
Username: hacluster
[root@n1 ~]# pcs cluster setup my_cluster n1 n2 --start
[root@n1 ~]# pcs stonith create fence-n1 fence_ipmilan ip=10.9.0.1 password=hidden pcmk_host_list=n1; pcs status | head
[root@n1 ~]# pcs resource create VirtualIP IPaddr2 ip=192.168.0.120 \
> cidr_netmask=24 op monitor interval=30s
Assumed agent name 'ocf:heartbeat:IPaddr2' (deduced from 'IPaddr2')
[root@n1 ~]# pcs -f cib.xml resource create WebSite apache configfile=“/etc/httpd/conf/httpd.conf” –-group apachegroup
[root@n1 ~]# sudo pcs resource create Shared ocf:heartbeat:Filesystem device=/dev/$DISK directory="/srv" fstype=xfs --group=apachegroup >/dev/null 2>&1 && echo done
[root@n1 ~]# pcs constraint location WebSite prefers
[root@n1 ~]# pcs constraint colocation add website with VirtualIP INFINITY
[root@n1 ~]# pcs constraint order VirtualIP than WebSite
[root@n1 ~]# pcs resource create Broken ocf:heartbeat:Dummy fake
[root@n1 ~]# pcs resource creat Nothing ocf:heartbeat:Dummy
[root@n1 ~]# pcs resource ban WebSite n1
[root@n1 ~]# pcs resurce show
[root@n1 ~]# pcs resource create Twice Dummy --no-default-ops
[root@n1 ~]# pcs resource create Open ocf:heartbeat:Dummy state="/run
[root@n1 ~]# pcs resource op add Elsewhere monitor interval=10s
