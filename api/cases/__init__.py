"""Cases (办件): opening them, their tasks, and every command on a task."""
