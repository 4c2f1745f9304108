"""Whether rows, files and checkpoints are what the log says (`docflow audit verify`)."""
