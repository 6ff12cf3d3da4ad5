"""Reading and writing notebooks: files in, one immutable `Notebook` out."""
