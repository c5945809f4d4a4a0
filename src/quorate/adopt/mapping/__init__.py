"""Material -> sections of the draft, a module for each. Pure."""
