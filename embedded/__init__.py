"""The servers that a demo and a test run start for themselves; the standard library alone, for it runs first."""
