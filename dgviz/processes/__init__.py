"""What a process is: its declaration, a model of several, one step of it, and the balance that follows."""
