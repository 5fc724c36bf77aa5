"""Reading and writing of files: checked when read, replaced as a whole, named in every error."""
