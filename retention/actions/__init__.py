"""What is done with the records of closed cases."""
