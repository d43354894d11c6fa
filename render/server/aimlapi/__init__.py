"""The server's side of AI/ML API: video generations, the usage log and the balance."""
