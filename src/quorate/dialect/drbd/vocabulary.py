"""The words of drbd.conf: sections, options, and which series of DRBD reads them. Pure data.

Source: drbd.conf(5) of 8.3, 8.4 and 9.0.
"""

from types import MappingProxyType


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


SECTIONS = _of(
    "global common resource on volume net disk startup handlers options syncer proxy plugin stacked-on-top-of floating "
    "connection connection-mesh path"
)
PLACED = _of("device disk meta-disk flexible-meta-disk address node-id protocol host hosts port include template-file")

OPTIONS = MappingProxyType(
    {
        "global": _of("minor-count dialog-refresh disable-ip-verification usage-count udev-always-use-vnr"),
        "disk": _of(
            "on-io-error size fencing disk-barrier disk-flushes disk-drain md-flushes max-bio-bvecs use-bmbv "
            "resync-rate resync-after al-extents al-updates c-plan-ahead c-fill-target c-delay-target "
            "c-max-rate c-min-rate disk-timeout discard-zeroes-if-aligned rs-discard-granularity "
            "read-balancing disable-write-same no-disk-barrier no-disk-flushes no-disk-drain no-md-flushes"
        ),
        "net": _of(
            "protocol sndbuf-size rcvbuf-size timeout connect-int ping-int ping-timeout max-buffers "
            "max-epoch-size ko-count allow-two-primaries cram-hmac-alg shared-secret after-sb-0pri "
            "after-sb-1pri after-sb-2pri always-asbp rr-conflict data-integrity-alg tcp-cork no-tcp-cork "
            "on-congestion congestion-fill congestion-extents verify-alg use-rle csums-alg "
            "csums-after-crash-only socket-check-timeout fencing transport allow-remote-read "
            "unplug-watermark"
        ),
        "startup": _of(
            "wfc-timeout degr-wfc-timeout outdated-wfc-timeout wait-after-sb become-primary-on stacked-timeouts"
        ),
        "options": _of(
            "cpu-mask on-no-data-accessible auto-promote auto-promote-timeout peer-ack-window peer-ack-delay "
            "quorum quorum-minimum-redundancy on-no-quorum on-suspended-primary-outdated"
        ),
        "handlers": _of(
            "pri-on-incon-degr pri-lost-after-sb pri-lost fence-peer unfence-peer outdate-peer "
            "local-io-error initial-split-brain split-brain before-resync-target after-resync-target "
            "before-resync-source out-of-sync quorum-lost disconnected"
        ),
        "syncer": _of(
            "rate after al-extents use-rle verify-alg csums-alg cpu-mask on-no-data-accessible c-plan-ahead "
            "c-fill-target c-delay-target c-max-rate c-min-rate"
        ),
    }
)
"""The options of each section; comparing them is by case."""

BECAME = MappingProxyType(
    {
        "rate": "disk { resync-rate }", "after": "disk { resync-after }", "al-extents": "disk { al-extents }",
        "use-rle": "net { use-rle }", "verify-alg": "net { verify-alg }", "csums-alg": "net { csums-alg }",
        "cpu-mask": "options { cpu-mask }", "on-no-data-accessible": "options { on-no-data-accessible }",
        "c-plan-ahead": "disk { c-plan-ahead }", "c-fill-target": "disk { c-fill-target }",
        "c-delay-target": "disk { c-delay-target }", "c-max-rate": "disk { c-max-rate }",
        "c-min-rate": "disk { c-min-rate }",
    }
)  # fmt: skip
"""What each option of 8.3's syncer section is since 8.4."""

NEGATED = MappingProxyType(
    {
        "no-disk-barrier": "disk-barrier no", "no-disk-flushes": "disk-flushes no", "no-disk-drain": "disk-drain no",
        "no-md-flushes": "md-flushes no", "no-tcp-cork": "tcp-cork no",
    }
)  # fmt: skip

GONE_IN_9 = _of("minor-count max-bio-bvecs use-bmbv unplug-watermark become-primary-on outdate-peer")
"""Options that 9.0 no longer has."""

KEYWORDS = SECTIONS | PLACED | frozenset(option for options in OPTIONS.values() for option in options)
LOWER = _of("yes no ask internal ipv4 ipv6 sdp ssocks minor detach pass_on call-local-io-error dont-care resource-only "
            "resource-and-stonith md5 sha1 sha256 sha512 crc32c disconnect")  # fmt: skip
"""Values that are written in small letters."""
