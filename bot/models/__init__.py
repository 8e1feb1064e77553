"""The chat models: `router.Models` is the port's ChatModel, `providers` what it is built from."""
