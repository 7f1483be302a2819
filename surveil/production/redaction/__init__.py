"""What a receiver must not get, taken out of the documents themselves: nothing remains under what is blacked out."""
