"""What people do: verbs. One verb is one authorised, journalled transaction; plain data in and out."""
