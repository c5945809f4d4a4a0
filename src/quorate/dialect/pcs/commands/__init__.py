"""What reads and writes each family of commands: COMMANDS, by their first words, and WRITERS, by what they make."""
