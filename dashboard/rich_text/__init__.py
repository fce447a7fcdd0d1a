"""A message as a tree of nodes that a script draws: plain text, Markdown, maths, code."""
