"""restarts: changes that Corosync or Pacemaker take over only when they start, as parts of apply.

way.py decides, purely, which of the ways a difference needs: a reload, one node after the other, or all together.
rolling.py and together.py go them; marks.py is what they leave in the CIB meanwhile, so that whoever comes after an
interruption knows what is quorate's own and takes it back. docs/adr/0018-two-ways-to-restart.md has the reasons.
"""
