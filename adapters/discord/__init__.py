"""Discord: the bot that people mention, write to, and talk with in threads."""
