"""The statements of the crm shell's `configure` level, one file for each kind.

A module has `WORDS`, the words that begin such a statement; `MODELS`, the classes of the model it reads into;
`read(cursor)`, from the tokens after the first; and `written(statement)`, the parts of the text, one for each line.
"""
