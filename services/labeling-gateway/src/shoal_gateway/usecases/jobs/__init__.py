"""Jobs: their arrival, the tasks they need, further votes, and erased samples."""
