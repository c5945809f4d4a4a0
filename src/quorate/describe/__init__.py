"""describe: the cluster file. YAML text comes in; a Cluster, or every finding at once, goes out. Pure."""
