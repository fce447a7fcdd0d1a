"""Topics of first prompts: clusters of their vectors, with labels and measured quality."""
