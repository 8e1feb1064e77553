"""Slack: its events, its three ways to show an answer, its commands."""
