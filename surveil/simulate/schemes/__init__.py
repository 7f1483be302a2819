"""What is planted: who does what, how strongly, when; and how it shows in the rows."""
