"""Report: results for people and programs. All pure but `files`, which writes them beside the record.

wording     the sentences and figures that every form of a report shares
timeline    where everything lies on the time axis, as numbers
text        a summary for terminals and mails: plain strings, colour is ui's
html        one self-contained page with its plots
junit       several drills as JUnit's XML, for what runs tests and shows their results
explored_*  what explore found: its words and figures, the matrix, text, page, JSON, timelines and graphs (layered)
compared_text  what got better or worse between two of them
files       run.json, report.txt and report.html into a run's folder
"""
