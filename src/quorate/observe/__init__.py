"""observe: what is so on the nodes. One fact per file in `facts/`: a command, and a pure parser of what it prints."""
