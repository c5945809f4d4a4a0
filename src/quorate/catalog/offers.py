"""Offers: what services can be to one another (Service.offers), in words. Data only, pure."""

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "amqp": "a broker",
        "cache": "a cache",
        "entrance": "an entrance for clients",
        "identity": "an identity service",
        "images": "an image service",
        "sql": "a database",
    }
)
