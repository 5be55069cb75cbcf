"""From Telegram to a turn: receiving, keeping off floods, running turns, apologising."""
