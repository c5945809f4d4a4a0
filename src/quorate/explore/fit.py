"""A Subject made fit for the Pacemaker that is installed here, which may be older than the cluster's. Asks that.

In: a Subject, of a cluster file or of a CIB. Out: the same with a CIB that is understood here and says what time it is,
and with remarks on that; or findings, where this Pacemaker cannot answer for it.
"""

from dataclasses import replace

from quorate.explore.scheduler.fitting import Installed
from quorate.explore.scheduler.installed import fitted
from quorate.explore.subject import Subject
from quorate.findings import Finding


def fit(subject: Subject, known: Installed | None = None) -> tuple[Subject, tuple[Finding, ...]]:
    """Return the Subject to explore, and why it cannot be, which no remark could mend; Missing without Pacemaker."""
    base = fitted(subject.cib, known)
    remarks = (*subject.remarks, *(remark for remark in base.remarks if remark not in subject.remarks))
    return replace(subject, cib=base.cib, remarks=remarks), base.findings
