"""The language of the crm shell, as crmsh 4.4 reads and writes it: text to model and back. Pure."""
