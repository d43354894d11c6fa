"""The server's side of the Runware task API: `POST /v1`."""
