"""The commands of ``cim``, one module for each kind of work."""
