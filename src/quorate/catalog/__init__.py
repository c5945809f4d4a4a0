"""catalog: what quorate knows of services, agents and platforms, as data. Pure."""
