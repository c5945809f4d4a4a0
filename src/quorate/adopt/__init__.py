"""Adopting what others have configured: their texts become a cluster file that means the same. Pure."""
