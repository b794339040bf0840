"""Background work: one contract for every manager, and what happens when something breaks."""
