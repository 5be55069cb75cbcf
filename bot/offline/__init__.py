"""The same bot without Telegram: in a browser, in a script, in a terminal."""
