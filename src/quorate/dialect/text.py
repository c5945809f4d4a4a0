"""The text that is read, whatever its language: findings with their places, and secrets kept out of them. Pure."""

import re
from dataclasses import dataclass, field

from quorate.findings import Finding, Severity
from quorate.lines import Lines, Span
from quorate.secret_names import masked_within


@dataclass(slots=True)
class Text:
    """The file that is read: makes findings with places, collects them, and keeps secrets out of what they show."""

    lines: Lines
    _waiting: list[tuple[Finding, Span]] = field(default_factory=list)
    _secrets: set[str] = field(default_factory=set)

    def say(self, severity: Severity, span: Span, code: str, *words: str) -> None:
        """Note a finding at a span; words: summary, why, fix."""
        summary, why, fix = (self._masked(word) for word in words)
        self._waiting.append((Finding(code, severity, summary, why, fix), span))

    def sorted(self) -> tuple[Finding, ...]:
        """Return all findings with their places, in reading order."""
        ordered = sorted(self._waiting, key=lambda item: (item[1].line, item[1].column))
        return tuple(finding.at(self.lines.place(span)) for finding, span in ordered)

    def hide(self, span: Span) -> None:
        """Keep what stands in a span out of every place."""
        self.lines.hide(span)

    def mask(self, secret: str) -> None:
        """Keep a secret out of what findings say from now on."""
        self._secrets.add(secret)

    def _masked(self, words: str) -> str:
        for secret in filter(None, self._secrets):
            words = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "*" * len(secret), words)
        return masked_within(words)
