"""What is computed, as pure values: no files, network, database or wall clock (the day is told to it)."""
