"""The providers' APIs on a socket, for rehearsals and as the judge of money tests.

An independent witness: it imports nothing from the rest of `render`, and knows its own facts about models.
"""
