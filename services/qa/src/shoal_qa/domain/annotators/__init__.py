"""What votes say about the people who gave them: skill with intervals, warning signals, changes."""
