# pcs cluster setup --name old node1,node1-2 node2,node2-2
# pcs cluster standby node2
# pcs resource create ClusterIP ocf:heartbeat:IPaddr2 ip=192.168.122.120 cidr_netmask=32 op monitor interval=30s
# pcs resource create WebData ocf:linbit:drbd drbd_resource=wwwdata op monitor interval=60s
# pcs resource master WebDataClone WebData master-max=1 clone-max=2 notify=true
# pcs resource create Two ocf:pacemaker:Stateful op monitor interval=5s master notify=true
# pcs constraint colocation add ClusterIP with WebDataClone INFINITY with-rsc-role=Master
# pcs constraint colocation add ClusterIP Two-clone INFINITY
# pcs constraint order promote WebDataClone then start ClusterIP
# pcs resource defaults resource-stickiness=100
# pcs resource op defaults timeout=240s
# pcs property set stonith-enabled=false
