"""The languages in which clusters are configured elsewhere, read into one model and written from it. Pure."""
