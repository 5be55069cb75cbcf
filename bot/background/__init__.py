"""What is done beside the chats: files home, registers and forms read, pictures compared, days closed."""
