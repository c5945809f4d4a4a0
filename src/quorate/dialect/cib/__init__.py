"""The CIB, the configuration in XML as Pacemaker keeps it: schemas 1.x to 3.x to model and back. Pure."""
