"""What talks to Redis or Valkey: keys, scripts, and the server that chat brings along."""
