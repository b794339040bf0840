"""Files of data: what is read right, what is asked, and what is refused."""
